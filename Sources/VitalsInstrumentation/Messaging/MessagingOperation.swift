import VitalsMetrics
import VitalsTracing

/// What is said of all messages to or from one destination: made once, so that a message costs no labels.
final class MessagingOperation: Sendable {
    /// What is done, in the words of the conventions.
    enum Name: String {
        case create, send, receive, process
    }

    let spanName: String
    /// What a span begins with, and what `messaging.client.operation.duration` is labelled with.
    let attributes: Attributes
    /// The labels of the other metrics.
    let labels: Attributes

    init(_ name: Name, _ destination: String, _ endpoint: MessagingEndpoint) {
        var labels: Attributes = [
            "messaging.system": .string(endpoint.system), "messaging.operation.name": .string(name.rawValue),
        ]
        if !destination.isEmpty { labels["messaging.destination.name"] = .string(destination) }
        labels["server.address"] = endpoint.address.map { .string($0) }
        labels["server.port"] = endpoint.port.map { .int($0) }
        if name == .receive || name == .process {
            labels["messaging.consumer.group.name"] = endpoint.consumerGroup.map { .string($0) }
        }
        self.labels = labels
        labels["messaging.operation.type"] = .string(name.rawValue)
        attributes = labels
        let target = destination.isEmpty ? endpoint.description : destination
        spanName = target.isEmpty ? name.rawValue : "\(name.rawValue) \(target)"
    }
}

/// Where messages are sent to and come from.
struct MessagingEndpoint: Sendable, CustomStringConvertible {
    let system: String
    let consumerGroup: String?
    let address: String?
    let port: Int?

    /// The address with its port; empty if it is not known.
    var description: String {
        guard let address else { return "" }
        return port.map { "\(address):\($0)" } ?? address
    }
}

/// The operations of a program by their names and destinations, as far as there are few.
final class MessagingOperations: Sendable {
    private struct Key: Hashable {
        let name: MessagingOperation.Name
        let destination: String
    }

    /// So many operations are kept, each of one destination; others are made each time.
    static let most = 1000

    private let endpoint: MessagingEndpoint
    private let known = Locked<[Key: MessagingOperation]>([:])

    init(_ endpoint: MessagingEndpoint) {
        self.endpoint = endpoint
    }

    subscript(name: MessagingOperation.Name, destination: String) -> MessagingOperation {
        let key = Key(name: name, destination: destination)
        if let operation = known.withLock({ $0[key] }) { return operation }
        // Not under the lock, where all messages would wait for labels.
        let operation = MessagingOperation(name, destination, endpoint)
        return known.withLock { known in
            if let other = known[key] { return other }
            if known.count < Self.most { known[key] = operation }
            return operation
        }
    }
}
