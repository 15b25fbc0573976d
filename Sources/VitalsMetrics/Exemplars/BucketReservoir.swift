import Synchronization

/// Keeps the last measurement of each bucket.
final class BucketReservoir: ExemplarReservoir {
    private let bounds: [Double]
    private let kept: Locked<[Int: Exemplar]>

    init(bounds: [Double]) {
        self.bounds = bounds
        kept = Locked([:])
    }

    func offer(_ exemplar: Exemplar) {
        let bucket = bounds.firstIndex { exemplar.value <= $0 } ?? bounds.count
        kept.withLock { $0[bucket] = exemplar }
    }

    func collect() -> [Exemplar] {
        kept.withLock { kept in kept.keys.sorted().compactMap { kept[$0] } }
    }
}
