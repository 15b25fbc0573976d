public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of calls to an API of somebody else, whatever carries them: one for the whole call, with the
/// requests that it takes inside. By the conventions of OpenTelemetry for remote procedure calls.
public struct ExternalAPITelemetry: Sendable {
    private let tracer: Tracer
    private let service: String
    private let server: [(String, AttributeValue)]
    private let system: String
    private let status: @Sendable (any Error) -> String?
    private let duration: Histogram<Double>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - service: The name of the API, such as `payment.Payments`.
    ///   - system: How it is called: `grpc`, `jsonrpc`, or a word of one's own.
    ///   - address: The server, as it is configured.
    ///   - port: Its port.
    ///   - status: The status that an error stands for, such as `DEADLINE_EXCEEDED`; nil if it stands for none, as when
    ///     no answer came.
    public init(
        service: String, system: String = "http", address: String? = nil, port: Int? = nil, meter: Meter = .shared,
        tracer: Tracer = .shared, status: @escaping @Sendable (any Error) -> String? = { _ in nil }
    ) {
        self.tracer = tracer
        self.service = service
        self.system = system
        self.status = status
        var server: [(String, AttributeValue)] = []
        if let address {
            server.append(("server.address", .string(address)))
            if let port { server.append(("server.port", .int(port))) }
        }
        self.server = server
        duration = meter.histogram(
            "rpc.client.call.duration", unit: .seconds, description: "Duration of outbound remote procedure calls.",
            buckets: .latency)
    }

    /// Calls a method of the API in a span, and measures the call.
    ///
    /// The call has failed if its status is not `OK`, and if `body` throws, unless that is a `CancellationError` without a
    /// status.
    ///
    /// - Parameters:
    ///   - status: The status of the answer, such as `OK`; nil if the system has none.
    ///   - body: Makes the call, as the current span.
    public func call<Result>(
        _ method: String, status: (Result) -> String? = { _ in nil }, _ body: (Span) async throws -> Result
    ) async throws -> Result {
        let name = "\(service)/\(method)"
        let common = [("rpc.method", .string(name)), ("rpc.system.name", .string(system))] + server
        let operation = Operation(tracer, name, .client, Attributes(given: common))
        var result: Result?
        try await withContext(operation.span.context) {
            do {
                let answered = try await body(operation.span)
                result = answered
                end(operation, common, status(answered), thrown: nil)
            } catch {
                end(operation, common, self.status(error), thrown: operation.fail(error))
                throw error
            }
        }
        return result.unsafelyUnwrapped
    }

    private func end(
        _ operation: Operation, _ common: [(String, AttributeValue)], _ status: String?, thrown: String?
    ) {
        let failure = if let status, status != "OK" { Optional(status) } else { thrown }
        if failure != nil, thrown == nil { operation.span.setStatus(.error("")) }
        var labels = common
        if let status { labels.append(("rpc.status_code", .string(status))) }
        if let failure { labels.append((Operation.errorType, .string(failure))) }
        if operation.span.isRecording {
            if let status { operation.span["rpc.status_code"] = .string(status) }
            if let failure { operation.span[Operation.errorType] = .string(failure) }
        }
        duration.record(operation.end(), Attributes(given: labels))
    }
}
