import VitalsMetrics
import VitalsTracing

/// What is the same for all operations of a client: which database it talks to.
struct DatabaseServer: Sendable {
    let system: String
    let namespace: String?
    let address: String?
    /// Absent if it is the usual one, or of nobody knows which server.
    let port: Int?

    init(_ system: String, _ namespace: String?, _ address: String?, _ port: Int?) {
        self.system = system
        self.namespace = namespace.known
        self.address = address.known
        let isTold = self.address != nil && (1...65535).contains(port ?? 0) && port != Self.usualPorts[system]
        self.port = isTold ? port : nil
    }

    /// The code of an error, in the terms of the database.
    static let statusCode = "db.response.status_code"

    private static let usualPorts = [
        "cassandra": 9042, "clickhouse": 9000, "cockroachdb": 26257, "couchdb": 5984, "elasticsearch": 9200,
        "mariadb": 3306, "memcached": 11211, "microsoft.sql_server": 1433, "mongodb": 27017, "mysql": 3306,
        "neo4j": 7687, "opensearch": 9200, "oracle.db": 1521, "postgresql": 5432, "redis": 6379,
    ]

    /// What all of its spans and metrics say.
    var attributes: Attributes { labels(of: nil, failure: nil, status: nil) }

    /// The name of an operation's span.
    func spanName(_ operation: DatabaseOperation) -> String {
        if let summary = operation.summary.known { return summary }
        guard let target = operation.collection.known ?? namespace ?? server else {
            return operation.name.isEmpty ? system : operation.name
        }
        if operation.name.isEmpty { return target }
        // Interpolating takes three times as long.
        var name = operation.name
        name += " "
        name += target
        return name
    }

    private var server: String? {
        address.map { address in port.map { "\(address):\($0)" } ?? address }
    }

    /// What a series says of an operation, in the order of the keys, in which sets of labels are found fastest.
    func labels(of operation: DatabaseOperation?, failure: String?, status: String?) -> Attributes {
        var labels: [(String, AttributeValue)] = []
        labels.reserveCapacity(9)
        func add(_ key: String, _ value: String?) {
            if let value { labels.append((key, .string(value))) }
        }
        add("db.collection.name", operation?.collection.known)
        add("db.namespace", namespace)
        add("db.operation.name", (operation?.name).known)
        add("db.query.summary", operation?.summary.known)
        add(Self.statusCode, status)
        add("db.system.name", system)
        add(Operation.errorType, failure)
        add("server.address", address)
        if let port { labels.append(("server.port", .int(port))) }
        return Attributes(given: labels)
    }

    /// Shows a span what its operation is, beyond what all operations have.
    func describe(_ operation: DatabaseOperation, to span: Span) {
        if let collection = operation.collection.known { span["db.collection.name"] = .string(collection) }
        if !operation.name.isEmpty { span["db.operation.name"] = .string(operation.name) }
        if let summary = operation.summary.known { span["db.query.summary"] = .string(summary) }
    }
}

extension String? {
    /// The text, if there is any.
    var known: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
