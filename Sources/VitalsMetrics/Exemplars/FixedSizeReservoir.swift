import CVitals
import Synchronization

/// Uniform sampling: after n offers in a round, each of them is kept with the chance size/n.
final class FixedSizeReservoir: ExemplarReservoir {
    private struct State {
        var kept: [Exemplar] = []
        var seen = 0
        var random: UInt64
    }

    private let size: Int
    private let state: Locked<State>

    /// More than this is not kept for one series.
    static let largest = 1000

    init(size: Int) {
        self.size = max(0, min(size, Self.largest))
        state = Locked(State(random: vitals_random() | 1))
    }

    func offer(_ exemplar: Exemplar) {
        state.withLock { state in
            defer { state.seen += 1 }
            if state.kept.count < size, state.kept.count <= state.seen {
                state.kept.append(exemplar)
            } else if state.seen < size {
                state.kept[state.seen] = exemplar
            } else {
                let place = Int(Self.next(&state.random) % UInt64(state.seen + 1))
                if place < size { state.kept[place] = exemplar }
            }
        }
    }

    func collect() -> [Exemplar] {
        state.withLock { state in
            state.seen = 0
            return state.kept
        }
    }

    /// xorshift64*: the system's generator is a system call.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
