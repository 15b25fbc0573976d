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

    /// Begins to record spans as configured; of tracers that there are already, too. False if it does so already: it has
    /// to be shut down first.
    ///
    /// - Parameter registry: Where it reports on itself; nil for nowhere.
    @discardableResult
    public func start(_ configuration: TracingConfiguration, registry: Registry? = nil) -> Bool {
        let pipeline = Pipeline(configuration, registry)
        let word = UInt(bitPattern: Unmanaged.passUnretained(pipeline).toOpaque())
        let isFree = pipelines.withLock { pipelines in
            guard current.compareExchange(expected: 0, desired: word, ordering: .acquiringAndReleasing).exchanged else {
                return false
            }
            pipelines.append(pipeline)
            return true
        }
        if !isFree {
            Diagnostics.log(
                .warning, "a tracer provider was started that records already: shut it down first; nothing has changed")
        }
        return isFree
    }

    /// Delivers the spans that have ended until now. True if that succeeded within `timeout`.
    public func flush(timeout: Duration = .seconds(5)) -> Bool {
        withPipeline { $0.processors }?.flush(timeout: timeout) ?? true
    }

    /// Ends the recording of spans and delivers those that have ended. True if that succeeded within `timeout`.
    public func shutdown(timeout: Duration = .seconds(5)) -> Bool {
        let pipeline = pipelines.withLock { pipelines in
            current.store(0, ordering: .releasing)
            return pipelines.last
        }
        return pipeline?.processors.shutdown(timeout: timeout) ?? true
    }

    /// Ends the recording of spans: those that begin from now on are not recorded. Processors go on.
    package func stop() {
        current.store(0, ordering: .releasing)
    }

    /// Whether spans are recorded.
    public var isStarted: Bool { current.load(ordering: .relaxed) != 0 }

    @inline(__always)
    func withPipeline<Result>(_ body: (Pipeline) -> Result) -> Result? {
        guard let pointer = UnsafeRawPointer(bitPattern: current.load(ordering: .acquiring)) else { return nil }
        return Unmanaged<Pipeline>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }
}
