import VitalsMetrics

/// A client's connection.
final class Connection: Sendable {
    struct Current {
        var target: [UInt8] = []
        var began: UInt64 = 0
        var exchange: Exchange?
    }

    let descriptor: Int32
    let address: ClientAddress
    let daemon: HTTPDaemon
    /// The request that is under way.
    let current = Locked(Current())

    init(descriptor: Int32, address: ClientAddress, daemon: HTTPDaemon) {
        self.descriptor = descriptor
        self.address = address
        self.daemon = daemon
    }
}
