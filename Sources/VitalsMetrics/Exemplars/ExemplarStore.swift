import Synchronization

/// The reservoirs of one stream, made when a series gets its first exemplar.
final class ExemplarStore: Sendable {
    private struct Entry {
        let generation: UInt32
        let reservoir: any ExemplarReservoir
    }

    private let choice: ReservoirChoice
    private let bounds: [Double]
    private let entries = Locked<[UInt32: Entry]>([:])

    /// Attributes that a view dropped are kept up to this many bytes of keys and values.
    static let attributeBytes = 1024

    init(choice: ReservoirChoice, bounds: [Double]) {
        self.choice = choice
        self.bounds = bounds
    }

    func offer(_ exemplar: Exemplar, to series: SeriesReference) {
        reservoir(of: series).offer(exemplar)
    }

    private func reservoir(of series: SeriesReference) -> any ExemplarReservoir {
        if let existing = existing(series) { return existing }
        // The program's code runs outside the lock; of two threads that get here one finds the other's.
        let made = Entry(generation: series.generation, reservoir: choice.make(bounds))
        return entries.withLock { entries in
            if let entry = entries[series.slot], entry.generation == series.generation { return entry.reservoir }
            entries[series.slot] = made
            return made.reservoir
        }
    }

    private func existing(_ series: SeriesReference) -> (any ExemplarReservoir)? {
        let entry = entries.withLock { $0[series.slot] }
        return entry?.generation == series.generation ? entry?.reservoir : nil
    }

    /// Whether any series has had an exemplar.
    var isUsed: Bool { entries.withLock { !$0.isEmpty } }

    func collect(_ series: SeriesReference) -> [Exemplar] {
        existing(series)?.collect() ?? []
    }

    func forget(_ slot: UInt32) {
        _ = entries.withLock { $0.removeValue(forKey: slot) }
    }

    /// As many of the attributes as fit the limit, in their order.
    static func bounded(_ attributes: Attributes) -> Attributes {
        var left = attributeBytes
        return Attributes(
            sorted: attributes.sorted.filter { key, value in
                let bytes = key.utf8.count + KeyWriter.size(of: value)
                guard bytes <= left else { return false }
                left -= bytes
                return true
            })
    }
}
