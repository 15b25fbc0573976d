import VitalsMetrics

/// The scope of a tracer, as spans share it.
final class TracerScope: Sendable {
    let scope: InstrumentationScope

    init(_ scope: InstrumentationScope) {
        self.scope = scope
    }
}
