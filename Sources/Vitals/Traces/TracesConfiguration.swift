public import VitalsOTLP
public import VitalsTracing

/// What becomes of the spans of a program.
///
/// Spans are recorded only if there is somewhere for them to go: `push`, `console`, `exporters`, `processors` or
/// `spanMetrics`. Otherwise they cost next to nothing, and what came from other services goes onward unchanged.
public struct TracesConfiguration: Sendable {
    /// Decides which spans are recorded; nil for all in development and a tenth of the traces in production, see
    /// `Sampler.usual(in:)`.
    public var sampler: Sampler?
    /// How much a span may hold.
    public var limits = SpanLimits()
    /// Makes the ids of traces and spans; nil for random ones.
    public var ids: (any IDGenerator)?
    /// Where spans are pushed by OTLP; nil for nowhere.
    public var push: OTLPConfiguration?
    /// Whether spans are shown on standard output.
    public var console = false
    /// Exporters of the program's own.
    public var exporters: [any SpanExporter] = []
    /// How spans wait for their export, wherever they go.
    public var batch = SpanBatchConfiguration()
    /// Which traces are exported though the sampler did not want them; nil for none.
    public var tail: TailConfiguration?
    /// Whether spans are counted and timed as metrics, by name, kind and status, sampled or not. Every span is recorded
    /// for that.
    public var spanMetrics = false
    /// Processors of the program's own, which are told of spans before any exporter is.
    public var processors: [any SpanProcessor] = []
    /// What makes tracers and records their spans. Tests give each other none.
    public var provider: TracerProvider = .shared

    /// The defaults: spans go nowhere.
    public init() {}

    /// Whether spans have somewhere to go.
    var isRecording: Bool {
        push != nil || console || !exporters.isEmpty || !processors.isEmpty || spanMetrics
    }
}
