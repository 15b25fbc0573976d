public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of what a client asks of a database, by the conventions of OpenTelemetry. Make one for each database
/// and keep it.
public struct DatabaseTelemetry: Sendable {
    private let tracer: Tracer
    private let meter: Meter
    private let server: DatabaseServer
    private let common: Attributes
    private let recordsStatements: Bool
    private let durations: DatabaseSeries<Double>
    private let rows: DatabaseSeries<Int>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - system: `postgresql`, `mysql`, `sqlite`, `redis`, …
    ///   - namespace: The name of the database.
    ///   - address: The server, as it is configured.
    ///   - port: Its port. The usual one of the system is not recorded, nor is one without an address.
    ///   - recordsStatements: Whether spans get the text of statements; their parameters are never recorded.
    public init(
        system: String, namespace: String? = nil, address: String? = nil, port: Int? = nil,
        recordsStatements: Bool = false, meter: Meter = .shared, tracer: Tracer = .shared
    ) {
        self.tracer = tracer
        self.meter = meter
        self.recordsStatements = recordsStatements
        server = DatabaseServer(system, namespace, address, port)
        common = server.attributes
        durations = DatabaseSeries(
            meter, "db.client.operation.duration", unit: .seconds,
            description: "Duration of database client operations.",
            buckets: .explicit([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]), of: server)
        rows = DatabaseSeries(
            meter, "db.client.response.returned_rows", unit: "{row}",
            description: "Rows that database operations returned.",
            buckets: .explicit([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]), of: server)
    }

    /// Runs an operation in a span, and measures it.
    ///
    /// - Parameter rows: How many rows came back, if the operation gives rows.
    @inlinable
    public func run<Result, Failure: Error>(
        _ operation: DatabaseOperation, rows: (Result) -> Int? = { _ in nil },
        _ body: (Span) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let call = begin(operation)
        return try withContext(call.span.context) { () throws(Failure) in
            do throws(Failure) {
                let result = try body(call.span)
                succeed(call, operation, rows(result))
                return result
            } catch {
                fail(call, operation, error)
                throw error
            }
        }
    }

    /// Runs an operation that waits in a span, and measures it.
    ///
    /// - Parameter rows: How many rows came back, if the operation gives rows.
    @inlinable
    public func run<Result, Failure: Error>(
        _ operation: DatabaseOperation, rows: (Result) -> Int? = { _ in nil },
        _ body: (Span) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let call = begin(operation)
        return try await withContext(call.span.context) { () async throws(Failure) in
            do throws(Failure) {
                let result = try await body(call.span)
                succeed(call, operation, rows(result))
                return result
            } catch {
                fail(call, operation, error)
                throw error
            }
        }
    }

    /// Has the connections of a pool counted whenever somebody reads: `db.client.connection.count`. A pool that is
    /// watched again takes the place of the former of its name.
    ///
    /// - Parameters:
    ///   - pool: The name of the pool, which no other has.
    ///   - count: Tells how many connections are idle and in use; called from other threads.
    @discardableResult
    public func watchConnections(
        of pool: String, _ count: @escaping @Sendable () -> (idle: Int, used: Int)
    ) -> Watch {
        let connections = meter.observableUpDownCounter(
            "db.client.connection.count", unit: "{connection}",
            description: "Connections of a pool, by what they are doing.")
        let labels = ["idle", "used"].map { state -> Attributes in
            ["db.client.connection.pool.name": .string(pool), "db.client.connection.state": .string(state)]
        }
        return meter.observe(connections, of: pool) { observer in
            let (idle, used) = count()
            observer.observe(connections, idle, labels[0])
            observer.observe(connections, used, labels[1])
        }
    }

    /// Not generic, and compiled once; what is generic about an operation is compiled where it is used.
    @usableFromInline
    func begin(_ operation: DatabaseOperation) -> DatabaseCall {
        let timed = Operation(tracer, server.spanName(operation), .client, common)
        if timed.span.isRecording {
            server.describe(operation, to: timed.span)
            if recordsStatements { timed.span["db.query.text"] = operation.statement.map { .string($0) } }
        }
        return DatabaseCall(timed: timed, span: timed.span)
    }

    @usableFromInline
    func succeed(_ call: DatabaseCall, _ operation: DatabaseOperation, _ count: Int?) {
        // Some drivers say -1 for what they do not know; a sum that falls is taken for a restart.
        if let count, count >= 0 {
            if call.span.isRecording { call.span["db.response.returned_rows"] = .int(count) }
            rows.record(count, operation)
        }
        durations.record(call.timed.end(), operation)
    }

    @usableFromInline
    func fail(_ call: DatabaseCall, _ operation: DatabaseOperation, _ error: any Error) {
        let failure = call.timed.fail(error)
        let status = failure == nil ? nil : ((error as? any DatabaseStatusCode)?.databaseStatusCode).known
        if call.span.isRecording { call.span[DatabaseServer.statusCode] = status.map { .string($0) } }
        durations.record(call.timed.end(), operation, failure: failure, status: status)
    }
}

/// An operation that is under way.
@usableFromInline
struct DatabaseCall: Sendable {
    let timed: Operation
    @usableFromInline let span: Span
}
