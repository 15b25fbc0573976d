import Glibc
import VitalsMetrics

/// The payment service that the shop starts for itself: a process of its own, which ends with the shop.
struct OwnPayment: Sendable {
    /// What the service writes first to standard output, before its ports.
    static let greeting = "ports"

    let port: Int
    /// Zero if its metrics are nowhere.
    let metricsPort: Int
    private let process: SpawnedProcess

    /// Starts it and waits until it listens. What it writes is passed on, and marked.
    init(_ options: PaymentOptions) throws {
        try self.init(options.arguments)
    }

    /// - Parameter program: This one, unless something else is said.
    init(_ arguments: [String], program: String = "/proc/self/exe") throws {
        let ports = Locked<[Int]?>(nil)
        process = try SpawnedProcess(arguments, program: program) { line, descriptor in
            let isFirst = ports.withLock { ports in
                guard ports == nil, descriptor == STDOUT_FILENO, let said = Self.ports(line) else { return false }
                ports = said
                return true
            }
            if !isFirst { Console.say("payment: \(line)", to: descriptor) }
        }
        let deadline = Deadline(after: .seconds(10))
        while true {
            if let ports = ports.withLock({ $0 }) {
                (port, metricsPort) = (ports[0], ports[1])
                return
            }
            let ending = deadline.isOver ? "it does not say where it listens" : process.ending
            let isToldToEnd = EndSignals.wait(.milliseconds(20))
            guard ending != nil || isToldToEnd else { continue }
            process.end(until: Deadline(after: .seconds(1)))
            if isToldToEnd { throw ToldToEnd() }
            throw StartError(
                description: "the shop's own payment service did not start\(ending.map { ": \($0)" } ?? ""); "
                    + "--payment names one that runs already")
        }
    }

    var address: ServiceAddress { ServiceAddress(port: port) }

    /// What became of it; nil while it runs.
    var ending: String? { process.ending }

    /// Throws when it runs no longer.
    @Sendable func checkReadiness() throws {
        if let ending { throw PaymentEnded(description: "the shop's own payment service is gone: \(ending)") }
    }

    /// Asks it to end.
    func terminate() {
        process.terminate()
    }

    /// Ends it, by force if it takes longer than it may.
    func end(until deadline: Deadline) {
        process.end(until: deadline)
    }

    private static func ports(_ line: String) -> [Int]? {
        let words = line.split(separator: " ")
        let ports = words.dropFirst().compactMap { Int($0) }
        return words.first == greeting[...] && ports.count == 2 ? ports : nil
    }
}

/// The payment service of the shop is not there any more.
struct PaymentEnded: Error, CustomStringConvertible {
    let description: String
}
