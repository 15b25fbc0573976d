import CVitals
import VitalsMetrics

/// A call that is under way, shared by the thread that waits for its answer and the one that drives it.
final class HTTPCall: Sendable {
    private struct State {
        var answer: ExportAnswer?
        var deadline: UInt64
    }

    let request: ExportRequest
    private let state: Waitable<State>

    init(_ request: ExportRequest) {
        self.request = request
        state = Waitable(State(deadline: request.deadline))
    }

    /// When to give up.
    var deadline: UInt64 { state.update { $0.deadline } ?? 0 }

    /// Makes it give up at `deadline`, unless it would earlier.
    func hurry(to deadline: UInt64) {
        _ = state.update { $0.deadline = min($0.deadline, deadline) }
    }

    /// Gives the answer; only the first one counts.
    func finish(_ answer: ExportAnswer) {
        _ = state.update { if $0.answer == nil { $0.answer = answer } }
    }

    /// Waits for the answer, and not for the driving thread: that one gives up at the deadline, but resolving a name may
    /// hold it up.
    func wait() -> ExportAnswer {
        let grace: UInt64 = 50_000_000
        while true {
            let deadline = self.deadline
            let limit = deadline.addingReportingOverflow(grace)
            let isOver = !state.wait(until: limit.overflow ? .max : limit.partialValue) {
                $0.answer != nil || $0.deadline < deadline
            }
            if let answer = state.update({ $0.answer }) ?? nil { return answer }
            if isOver {
                return .failed(
                    ExportFailure(
                        kind: "timeout", "no answer came in time, and libcurl was busy elsewhere", remedy: .later,
                        isAmbiguous: true))
            }
        }
    }
}
