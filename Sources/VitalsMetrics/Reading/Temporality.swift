/// Whether a reader's points tell totals since the start of a series or changes since the reader's last collection.
public struct Temporality: Sendable {
    private let deltaKinds: Set<InstrumentKind>

    /// Totals for every kind.
    public static let cumulative = Temporality(delta: [])
    /// Changes for counters, observable counters and histograms; up-down counters stay cumulative.
    public static let delta = Temporality(delta: [.counter, .observableCounter, .histogram])
    /// Changes where that needs no memory of former totals: counters and histograms.
    public static let lowMemory = Temporality(delta: [.counter, .histogram])

    /// Changes for the given kinds, totals for the others. Gauges have neither: they always report their last value.
    public init(delta kinds: Set<InstrumentKind>) {
        deltaKinds = kinds.filter { !$0.isGauge }
    }

    /// Whether points of this kind are changes.
    public func isDelta(_ kind: InstrumentKind) -> Bool {
        deltaKinds.contains(kind)
    }

    /// Whether points of any kind are changes.
    package var hasDelta: Bool { !deltaKinds.isEmpty }
}
