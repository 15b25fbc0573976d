public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of calls to an API of somebody else, whatever carries them: one for the whole call, with the
/// requests that it takes inside. By the conventions of OpenTelemetry for remote procedure calls.
public struct ExternalAPITelemetry: Sendable {
    private let tracer: Tracer
    private let service: String
    private let system: String
    private let duration: Histogram<Double>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - service: The name of the API, such as `payment.Payments`.
    ///   - system: How it is called: `grpc`, `jsonrpc`, or a word of one's own.
    public init(
        service: String, system: String = "http", address: String? = nil, port: Int? = nil, meter: Meter = .shared,
        tracer: Tracer = .shared
    ) {
        self.tracer = tracer
        self.service = service
        self.system = system
        duration = meter.histogram(
            "rpc.client.call.duration", unit: .seconds, description: "Duration of outbound remote procedure calls.",
            buckets: .latency)
    }

    /// Calls a method of the API in a span, and measures the call.
    public func call<Result>(_ method: String, _ body: (Span) async throws -> Result) async throws -> Result {
        let labels: Attributes = ["rpc.system.name": .string(system), "rpc.method": "\(service)/\(method)"]
        let operation = Operation(tracer, "\(service)/\(method)", .client, labels)
        return try await withContext(operation.span.context) {
            do {
                let result = try await body(operation.span)
                duration.record(operation.end(), labels)
                return result
            } catch {
                var labels = labels
                labels[Operation.errorType] = operation.fail(error).map { .string($0) }
                duration.record(operation.end(), labels)
                throw error
            }
        }
    }
}
