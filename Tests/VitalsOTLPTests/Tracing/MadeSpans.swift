import VitalsMetrics

@testable import VitalsTracing

/// A provider whose ids a test knows, and the spans that ended in it.
final class MadeSpans: Sendable {
    /// Keeps what ends.
    private final class Keeper: SpanProcessor {
        let spans = Locked<[FinishedSpan]>([])
        func onEnd(_ span: FinishedSpan) { spans.withLock { $0.append(span) } }
    }

    /// The same ids again and again.
    private struct SameIDs: IDGenerator {
        let isRandom = true
        func traceID() -> TraceID { TraceID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10) }
        func spanID() -> SpanID { SpanID(0xa1a2_a3a4_a5a6_a7a8) }
    }

    let provider = TracerProvider()
    private let keeper = Keeper()

    init(limits: SpanLimits = SpanLimits()) {
        var configuration = TracingConfiguration()
        configuration.sampler = .alwaysOn
        configuration.limits = limits
        configuration.ids = SameIDs()
        configuration.processors = [keeper]
        provider.start(configuration)
    }

    /// What has ended, in order.
    var ended: [FinishedSpan] { keeper.spans.withLock { $0 } }

    /// So many spans of one tracer, their names numbers.
    static func numbered(_ count: Int, text: String = "") -> [FinishedSpan] {
        let made = MadeSpans()
        let tracer = made.provider.tracer("test")
        for index in 0..<count {
            tracer.startSpan("\(index)", attributes: text.isEmpty ? [:] : ["text": .string(text)], at: 1).end(at: 2)
        }
        return made.ended
    }
}

extension Context {
    /// A context with a span of another service.
    static func remote(_ flags: TraceFlags = [.sampled, .random], traceState: TraceState = TraceState()) -> Context {
        var context = Context()
        context.spanContext = SpanContext(
            traceID: TraceID(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10),
            spanID: SpanID(0xb1b2_b3b4_b5b6_b7b8), flags: flags, traceState: traceState, isRemote: true)
        return context
    }
}
