import VitalsMetrics
import VitalsTracing

/// Keeps what a processor is told of spans.
final class SpanLog: SpanProcessor {
    private struct State: Sendable {
        var begun: [Begun] = []
        var ended: [FinishedSpan] = []
    }

    /// A span when it began.
    struct Begun: Sendable {
        let span: Span
        let parent: Context
    }

    private let state = Locked(State())

    /// The spans that began, in order.
    var begun: [Begun] { state.withLock { $0.begun } }

    /// The spans that ended, in order.
    var ended: [FinishedSpan] { state.withLock { $0.ended } }

    /// The names of the spans that ended, in order.
    var names: [String] { ended.map(\.name) }

    /// The span of a name that ended first.
    subscript(name: String) -> FinishedSpan? { ended.first { $0.name == name } }

    func onStart(_ span: Span, parent: Context) {
        state.withLock { $0.begun.append(Begun(span: span, parent: parent)) }
    }

    func onEnd(_ span: FinishedSpan) {
        state.withLock { $0.ended.append(span) }
    }
}

extension SpanLog {
    /// A tracer of a provider of its own, which tells this log of its spans after `configure` had its say.
    func tracer(_ configure: (inout TracingConfiguration) -> Void = { _ in }) -> Tracer {
        var configuration = TracingConfiguration()
        configure(&configuration)
        configuration.processors.append(self)
        let provider = TracerProvider()
        provider.start(configuration)
        return provider.tracer("test")
    }
}
