public import VitalsMetrics
public import VitalsTracing

/// Spans and metrics of a cache, such as Redis: those of a database, and how often something was there.
public struct CacheTelemetry: Sendable {
    private let name: String
    private let database: DatabaseTelemetry
    private let lookups: CounterFamily<Int, (String, String)>

    /// Records to the process-wide registry and provider, unless told otherwise.
    ///
    /// - Parameters:
    ///   - name: What is in the cache, such as `sessions`.
    ///   - system: `redis`, `memcached`, …
    public init(
        _ name: String, system: String, address: String? = nil, port: Int? = nil, meter: Meter = .shared,
        tracer: Tracer = .shared
    ) {
        self.name = name
        database = DatabaseTelemetry(
            system: system, namespace: name, address: address, port: port, meter: meter, tracer: tracer)
        lookups = meter.counter(
            "cache.lookups", unit: "{lookup}", description: "Look-ups in a cache, by what came of them.",
            by: .string("cache.name"), .string("cache.result"))
    }

    /// Looks something up: nil from `body` is a miss.
    public func lookup<Value>(_ operation: String = "GET", _ body: () async throws -> Value?) async throws -> Value? {
        let value = try await database.run(DatabaseOperation(operation)) { _ in try await body() }
        lookups[name, value == nil ? "miss" : "hit"].add(1)
        return value
    }

    /// Changes something: puts, removes, expires.
    public func run<Result>(_ operation: String, _ body: () async throws -> Result) async throws -> Result {
        try await database.run(DatabaseOperation(operation)) { _ in try await body() }
    }
}
