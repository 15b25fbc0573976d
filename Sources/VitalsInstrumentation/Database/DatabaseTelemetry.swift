public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of what a client asks of a database, by the conventions of OpenTelemetry.
public struct DatabaseTelemetry: Sendable {
    private let tracer: Tracer
    private let common: Attributes
    private let duration: Histogram<Double>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - system: `postgresql`, `mysql`, `sqlite`, `redis`, …
    ///   - namespace: The name of the database.
    ///   - address: The server, as it is configured.
    ///   - port: Its port, if it is not the usual one.
    ///   - recordsStatements: Whether spans get the text of statements; their parameters are never recorded.
    public init(
        system: String, namespace: String? = nil, address: String? = nil, port: Int? = nil,
        recordsStatements: Bool = false, meter: Meter = .shared, tracer: Tracer = .shared
    ) {
        self.tracer = tracer
        common = ["db.system.name": .string(system)]
        duration = meter.histogram(
            "db.client.operation.duration", unit: .seconds, description: "Duration of database client operations.",
            buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    }

    /// Runs an operation in a span, and measures it.
    ///
    /// - Parameter rows: How many rows came back, if the operation gives rows.
    public func run<Result, Failure: Error>(
        _ operation: DatabaseOperation, rows: (Result) -> Int? = { _ in nil },
        _ body: (Span) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let timed = Operation(tracer, operation.name, .client, common)
        return try withContext(timed.span.context) { () throws(Failure) in
            do throws(Failure) {
                let result = try body(timed.span)
                duration.record(timed.end(), common)
                return result
            } catch {
                _ = timed.fail(error)
                duration.record(timed.end(), common)
                throw error
            }
        }
    }

    /// Runs an operation that waits in a span, and measures it.
    ///
    /// - Parameter rows: How many rows came back, if the operation gives rows.
    public func run<Result, Failure: Error>(
        _ operation: DatabaseOperation, rows: (Result) -> Int? = { _ in nil },
        _ body: (Span) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let timed = Operation(tracer, operation.name, .client, common)
        return try await withContext(timed.span.context) { () async throws(Failure) in
            do throws(Failure) {
                let result = try await body(timed.span)
                duration.record(timed.end(), common)
                return result
            } catch {
                _ = timed.fail(error)
                duration.record(timed.end(), common)
                throw error
            }
        }
    }
}
