import Synchronization

/// What the instruments and streams of one registry share. Outlives the registry, as handles may.
final class RegistryContext: Sendable {
    let clock: MetricClock
    /// All ones but in tests, which make hashes collide.
    let hashMask: UInt64
    let created: UInt64
    let isClosed = Atomic(false)
    let exemplarFilter = Atomic<UInt8>(ExemplarFilter.traceBased.code)
    /// Held during a collection: one at a time for a registry, and none while slots are freed.
    let reading = Locked(())
    let hasDeltaReaders = Atomic(false)
    let conflicts = Atomic<Int>(0)
    /// Histogram points that a collection left out because a thread stood still in the middle of a record.
    let unreadHistograms = Atomic<Int>(0)
    private let drops: [DropCount]
    /// What was said about declarations: a program may repeat each of them at every request.
    private let told = Locked<Set<String>>([])

    private final class DropCount: Sendable {
        let count = Atomic<Int>(0)
        let isLogged = Atomic(false)
    }

    init(clock: MetricClock, hashMask: UInt64) {
        self.clock = clock
        self.hashMask = hashMask
        created = clock.now()
        drops = DropReason.allCases.map { _ in DropCount() }
    }

    /// Counts a measurement that was not taken; the first of each reason is logged.
    func drop(_ reason: DropReason, _ detail: @autoclosure () -> String) {
        let entry = drops[reason.rawValue]
        entry.count.add(1, ordering: .relaxed)
        if !entry.isLogged.exchange(true, ordering: .relaxed) {
            Diagnostics.log(.warning, "\(detail()); further ones are counted in vitals.measurements.dropped")
        }
    }

    /// No more messages than this are remembered; further ones are counted and not logged.
    private static let mostTold = 1000

    func count(_ reason: DropReason) {
        drops[reason.rawValue].count.add(1, ordering: .relaxed)
    }

    func dropped(_ reason: DropReason) -> Int {
        drops[reason.rawValue].count.load(ordering: .relaxed)
    }

    /// A conflict between declarations: the program goes on, the author should hear of it, but only once.
    func conflict(_ message: String) {
        let (isNew, isTold) = told.withLock { told in
            told.count < Self.mostTold ? (told.insert(message).inserted, true) : (!told.contains(message), false)
        }
        guard isNew else { return }
        conflicts.add(1, ordering: .relaxed)
        if isTold { Diagnostics.log(.warning, message) }
    }
}
