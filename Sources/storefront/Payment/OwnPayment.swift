/// The payment service that the shop starts for itself: a process of its own, which ends with the shop.
struct OwnPayment: Sendable {
    let port: Int
    /// Zero if its metrics are nowhere.
    let metricsPort: Int
    let process: SpawnedProcess

    /// Starts it and waits until it listens.
    init(_ options: PaymentOptions) throws(StartError) {
        process = try SpawnedProcess(options.arguments)
        let line = process.firstLine(until: Deadline(after: .seconds(10)))
        let ports = line.map { $0.split(separator: " ").compactMap { Int($0) } } ?? []
        guard ports.count == 2 else {
            process.terminate()
            process.wait(until: Deadline(after: .seconds(1)))
            throw StartError(
                description: "the shop's own payment service did not start; --payment names one that runs already")
        }
        port = ports[0]
        metricsPort = ports[1]
    }

    var address: ServiceAddress { ServiceAddress(port: port) }

    /// Ends it, by force if it takes longer than it may.
    func end() {
        process.terminate()
        process.wait(until: Deadline(after: .seconds(1)))
    }
}
