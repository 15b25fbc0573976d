import Synchronization

/// The bounds of explicit histograms, copied from the caller and shared by all series with the same ones. Kept for the
/// life of the process: programs have a handful of them, and a stale handle may still point at one.
final class BucketBounds: @unchecked Sendable {
    let values: [Double]
    /// `values`, padded with +∞ to one less than a power of two.
    let padded: UnsafePointer<Double>
    let paddedCount: Int

    var count: Int { values.count }

    /// One bucket for everything.
    static let none = BucketBounds.sharing([])

    private static let known = Locked<[[UInt64]: BucketBounds]>([:])

    private init(_ values: [Double]) {
        self.values = values
        var size = 1
        while size - 1 < values.count { size *= 2 }
        paddedCount = size - 1
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: max(paddedCount, 1))
        memory.initialize(repeating: .infinity, count: max(paddedCount, 1))
        for (index, value) in values.enumerated() { memory[index] = value }
        padded = UnsafePointer(memory)
    }

    /// The shared bounds with these values, which are finite and strictly increasing.
    static func sharing(_ values: [Double]) -> BucketBounds {
        known.withLock { known in
            let key = values.map(\.bitPattern)
            if let existing = known[key] { return existing }
            let made = BucketBounds(values)
            known[key] = made
            return made
        }
    }
}
