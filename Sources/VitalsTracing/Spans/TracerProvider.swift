import CVitals
import Synchronization
public import VitalsMetrics

/// Makes tracers, and holds what is done with their spans. Until it is started, spans cost next to nothing and only pass
/// the context of their parent on.
public final class TracerProvider: Sendable {
    /// The provider of the process.
    public static let shared = TracerProvider()

    /// The pipeline, which `pipelines` keeps: a span that begins on another thread may be looking at it.
    private let current = Atomic<UInt>(0)
    private let pipelines = Locked<[Pipeline]>([])

    /// A provider that knows nothing of others.
    public init() {}

    /// A tracer: a group of spans that one library or component makes.
    public func tracer(
        _ name: String, version: String = "", schemaURL: String = "", attributes: Attributes = [:]
    ) -> Tracer {
        if name.isEmpty {
            Diagnostics.log(
                .warning, "a tracer has no name: name it after the library or component whose spans it makes")
        }
        let scope = InstrumentationScope(name: name, version: version, schemaURL: schemaURL, attributes: attributes)
        return Tracer(provider: self, scope: TracerScope(scope, self))
    }

    /// Begins to record spans as configured; of tracers that there are already, too.
    ///
    /// - Parameter registry: Where it reports on itself; nil for nowhere.
    public func start(_ configuration: TracingConfiguration, registry: Registry? = nil) {
        let pipeline = Pipeline(configuration, registry)
        pipelines.withLock { $0.append(pipeline) }
        ExemplarSource.installAnnounced(CurrentContext.exemplar)
        current.store(UInt(bitPattern: Unmanaged.passUnretained(pipeline).toOpaque()), ordering: .releasing)
    }

    /// Delivers the spans that have ended until now. True if that succeeded within `timeout`.
    public func flush(timeout: Duration = .seconds(5)) -> Bool {
        guard let processors = withPipeline({ $0.processors }) else { return true }
        return Self.ask(processors, timeout) { $0.flush(timeout: $1) }
    }

    /// Ends the recording of spans and delivers those that have ended. True if that succeeded within `timeout`.
    public func shutdown(timeout: Duration = .seconds(5)) -> Bool {
        guard let processors = withPipeline({ $0.processors }) else { return true }
        current.store(0, ordering: .releasing)
        return Self.ask(processors, timeout) { $0.shutdown(timeout: $1) }
    }

    /// Asks all processors at once, so that one that hangs does not take the time of the others. True if all of them
    /// succeed within `timeout`.
    private static func ask(
        _ processors: [any SpanProcessor], _ timeout: Duration,
        _ question: @escaping @Sendable (any SpanProcessor, Duration) -> Bool
    ) -> Bool {
        guard processors.count > 1 else { return processors.allSatisfy { question($0, timeout) } }
        let deadline = vitals_monotonic_nanoseconds() &+ timeout.nanoseconds
        let answers = Waitable<[Bool]>([])
        // A processor knows by the context that it is its own exporter who asks.
        let context = Context.current
        for processor in processors {
            let ask: @Sendable () -> Void = {
                let answer = withContext(context) { question(processor, .until(deadline)) }
                _ = answers.update { $0.append(answer) }
            }
            if Worker("vitals-spans", ask) == nil { ask() }
        }
        _ = answers.wait(until: deadline) { $0.count == processors.count }
        return answers.update { $0.count == processors.count && $0.allSatisfy(\.self) } ?? false
    }

    /// Whether spans are recorded.
    public var isStarted: Bool { current.load(ordering: .relaxed) != 0 }

    @inline(__always)
    func withPipeline<Result>(_ body: (Pipeline) -> Result) -> Result? {
        guard let pointer = UnsafeRawPointer(bitPattern: current.load(ordering: .acquiring)) else { return nil }
        return Unmanaged<Pipeline>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }
}
