import Vitals

/// Sessions: those that were asked for lately from a cache, the others from the database.
struct SessionStore: Sendable {
    private static let capacity = 300

    private let database: ShopDatabase
    private let telemetry: CacheTelemetry
    private let cache: SharedCache

    init(_ database: ShopDatabase, telemetry: CacheTelemetry) {
        self.database = database
        self.telemetry = telemetry
        cache = SharedCache(capacity: Self.capacity)
    }

    func session(_ id: Int64) async throws -> Session? {
        let cached = telemetry.lookup { cache[id] }
        if let cached { return cached }
        guard let session = try await database.session(id) else { return nil }
        telemetry.run("SET") { cache.put(session, for: id) }
        return session
    }
}

/// A cache that several tasks use.
private final class SharedCache: Sendable {
    private let cache: Locked<BoundedCache<Int64, Session>>

    init(capacity: Int) {
        cache = Locked(BoundedCache(capacity: capacity))
    }

    subscript(_ id: Int64) -> Session? { cache.withLock { $0[id] } }

    func put(_ session: Session, for id: Int64) {
        cache.withLock { $0.put(session, for: id) }
    }
}
