import VitalsMetrics
import VitalsPrometheus

/// Exemplars that a test chose: the supplier of spans belongs to the process, a reservoir to one view.
final class KeptExemplars: ExemplarReservoir {
    private let exemplars: [Exemplar]

    init(_ exemplars: [Exemplar]) {
        self.exemplars = exemplars
    }

    func offer(_: Exemplar) {}
    func collect() -> [Exemplar] { exemplars }

    /// A view whose series all have these exemplars, once something was recorded into them.
    static func view(
        _ selector: InstrumentSelector, _ exemplars: [Exemplar], aggregation: Aggregation = .byKind
    ) -> View {
        View(selector, aggregation: aggregation, reservoir: .custom { _ in KeptExemplars(exemplars) })
    }
}

extension Exemplar {
    static let span = ExemplarContext(
        traceID: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736), spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)

    /// An exemplar at a second of the test's clock, with nanoseconds.
    init(
        _ value: Double, at time: UInt64 = 1_520_430_000_000_000_000, _ attributes: Attributes = [:],
        in context: ExemplarContext? = Exemplar.span
    ) {
        self.init(value: value, time: time, attributes: attributes, context: context)
    }
}

extension Registry {
    /// A registry at a fixed time, whose every measurement may become an exemplar.
    static func still(_ views: [View] = [], limits: Limits = Limits()) -> Registry {
        let registry = Registry(limits: limits, clock: MetricClock { 1_520_430_000_123_000_000 })
        registry.configure(views: views)
        registry.exemplarFilter = views.contains { $0.reservoir != nil } ? .alwaysOn : .alwaysOff
        return registry
    }
}

extension PrometheusOptions {
    /// Without what most tests are not about.
    static let bare = PrometheusOptions.with { $0.hasScopeLabels = false }

    static func with(_ change: (inout PrometheusOptions) -> Void) -> PrometheusOptions {
        var options = PrometheusOptions()
        change(&options)
        return options
    }
}
