public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of a cache, such as Redis: those of a database, and how often something was there. Make one for each
/// cache and keep it.
public struct CacheTelemetry: Sendable {
    @usableFromInline let database: DatabaseTelemetry
    @usableFromInline let hits: Counter<Int>.Series
    @usableFromInline let misses: Counter<Int>.Series

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - name: What is in the cache, such as `sessions`.
    ///   - system: `redis`, `memcached`, …
    ///   - address: The server, as it is configured.
    ///   - port: Its port. The usual one of the system is not recorded, nor is one without an address.
    public init(
        _ name: String, system: String, address: String? = nil, port: Int? = nil, meter: Meter = .shared,
        tracer: Tracer = .shared
    ) {
        database = DatabaseTelemetry(
            system: system, namespace: name, address: address, port: port, meter: meter, tracer: tracer)
        let lookups = meter.counter(
            "cache.lookups", unit: "{lookup}", description: "Look-ups in a cache, by what came of them.",
            by: .string("cache.name"), .string("cache.result"))
        hits = lookups[name, "hit"]
        misses = lookups[name, "miss"]
    }

    /// Looks something up: nil from `body` is a miss. One that throws is neither a hit nor a miss.
    @inlinable
    public func lookup<Value, Failure: Error>(
        _ operation: String = "GET", _ body: () throws(Failure) -> Value?
    ) throws(Failure) -> Value? {
        try database.run(DatabaseOperation(operation)) { _ throws(Failure) in count(try body()) }
    }

    /// Looks something up, and waits for it: nil from `body` is a miss. One that throws is neither a hit nor a miss.
    @inlinable
    public func lookup<Value, Failure: Error>(
        _ operation: String = "GET", _ body: () async throws(Failure) -> Value?
    ) async throws(Failure) -> Value? {
        try await database.run(DatabaseOperation(operation)) { _ async throws(Failure) in count(try await body()) }
    }

    /// Changes something: puts, removes, expires.
    @inlinable
    public func run<Result, Failure: Error>(
        _ operation: String, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try database.run(DatabaseOperation(operation)) { _ throws(Failure) in try body() }
    }

    /// Changes something, and waits for it: puts, removes, expires.
    @inlinable
    public func run<Result, Failure: Error>(
        _ operation: String, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await database.run(DatabaseOperation(operation)) { _ async throws(Failure) in try await body() }
    }

    @inlinable
    func count<Value>(_ value: Value?) -> Value? {
        (value == nil ? misses : hits).add(1)
        return value
    }
}
