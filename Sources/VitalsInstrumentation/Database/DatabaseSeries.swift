import VitalsMetrics

/// The series of one histogram by what was asked of a database. The usual ones are found without building a set of labels:
/// of a database that has a name, and operations that have a name too, no summary, and did not fail.
struct DatabaseSeries<Value: MetricNumber>: Sendable {
    private typealias Family<Labels> = HistogramFamily<Value, Labels>

    private enum Usual: Sendable {
        case embedded(Family<(String, String, String)>, Family<(String, String, String, String)>)
        case remote(
            String, Family<(String, String, String, String)>, Family<(String, String, String, String, String)>)
        case remotePort(
            String, Int, Family<(String, String, String, String, Int)>,
            Family<(String, String, String, String, String, Int)>)
    }

    private let histogram: Histogram<Value>
    private let server: DatabaseServer
    private let usual: Usual?

    init(
        _ meter: Meter, _ name: String, unit: Unit, description: String, buckets: Buckets, of server: DatabaseServer
    ) {
        self.server = server
        histogram = meter.histogram(name, of: Value.self, unit: unit, description: description, buckets: buckets)
        let collection = LabelKey.string("db.collection.name")
        let namespace = LabelKey.string("db.namespace")
        let operation = LabelKey.string("db.operation.name")
        let system = LabelKey.string("db.system.name")
        let address = LabelKey.string("server.address")
        func family<each Label: LabelValue>(_ labels: repeat LabelKey<each Label>) -> Family<(repeat each Label)> {
            meter.histogram(
                name, of: Value.self, unit: unit, description: description, buckets: buckets, by: repeat each labels)
        }
        usual =
            switch (server.namespace, server.address, server.port) {
            case (nil, _, _): nil
            case (_, nil, _):
                .embedded(family(namespace, operation, system), family(collection, namespace, operation, system))
            case (_, let host?, nil):
                .remote(
                    host, family(namespace, operation, system, address),
                    family(collection, namespace, operation, system, address))
            case (_, let host?, let number?):
                .remotePort(
                    host, number, family(namespace, operation, system, address, .int("server.port")),
                    family(collection, namespace, operation, system, address, .int("server.port")))
            }
    }

    /// Records a value of an operation that succeeded.
    @inline(__always)
    func record(_ value: Value, _ operation: DatabaseOperation) {
        if let series = find(operation) {
            series.record(value)
        } else {
            histogram.record(value, server.labels(of: operation, failure: nil, status: nil))
        }
    }

    /// Records a value of an operation that failed.
    func record(_ value: Value, _ operation: DatabaseOperation, failure: String?, status: String?) {
        histogram.record(value, server.labels(of: operation, failure: failure, status: status))
    }

    @inline(__always)
    private func find(_ operation: DatabaseOperation) -> Histogram<Value>.Series? {
        guard let usual, let namespace = server.namespace, !operation.name.isEmpty,
            operation.summary?.isEmpty ?? true
        else { return nil }
        let name = operation.name
        let system = server.system
        // A collection without a name is none.
        let collection = operation.collection.flatMap { $0.isEmpty ? nil : $0 }
        return switch usual {
        case .embedded(let without, let with):
            if let collection { with[collection, namespace, name, system] } else { without[namespace, name, system] }
        case .remote(let address, let without, let with):
            if let collection {
                with[collection, namespace, name, system, address]
            } else {
                without[namespace, name, system, address]
            }
        case .remotePort(let address, let port, let without, let with):
            if let collection {
                with[collection, namespace, name, system, address, port]
            } else {
                without[namespace, name, system, address, port]
            }
        }
    }
}
