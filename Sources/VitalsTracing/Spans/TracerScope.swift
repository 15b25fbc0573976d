import VitalsMetrics

/// What the spans of a tracer share.
final class TracerScope: Sendable {
    let scope: InstrumentationScope
    /// Keeps the pipelines, which spans use until they end.
    let provider: TracerProvider

    init(_ scope: InstrumentationScope, _ provider: TracerProvider) {
        self.scope = scope
        self.provider = provider
    }
}
