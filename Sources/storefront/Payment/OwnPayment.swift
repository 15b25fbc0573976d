/// The payment service that the shop starts for itself: a process of its own, which ends with the shop.
struct OwnPayment: Sendable {
    let port: Int
    let metricsPort: Int
    let process: SpawnedProcess

    /// Starts it and waits until it listens.
    init(_ options: PaymentOptions) throws(StartError) {
        process = try SpawnedProcess(options.arguments)
        let ports = process.firstLine(until: Deadline(after: .seconds(10)))?.split(separator: " ").compactMap {
            Int($0)
        }
        guard let ports, ports.count == 2 else {
            process.terminate()
            process.wait(until: Deadline(after: .seconds(1)))
            throw StartError(description: "the payment service did not start; --payment names one that runs already")
        }
        port = ports[0]
        metricsPort = ports[1]
    }
}
