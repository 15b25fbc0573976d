import CVitals
import Glibc
import Testing
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

enum Clock {
    static var now: UInt64 { vitals_monotonic_nanoseconds() }
}

extension GRPCTransport {
    /// A transport to a port of this machine.
    convenience init(
        port: Int, host: String = "127.0.0.1", _ change: (inout OTLPConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(endpoint: "http://\(host):\(port)", change)
    }

    convenience init(endpoint: String, _ change: (inout OTLPConfiguration) -> Void = { _ in }) throws {
        var configuration = OTLPConfiguration(endpoint: .base(endpoint), transport: .grpc)
        change(&configuration)
        try self.init(configuration)
    }

    /// Sends some bytes and waits no longer than `seconds`.
    func send(
        _ bytes: [UInt8] = [1, 2, 3], headers: [(name: String, value: String)] = [], isPacked: Bool = false,
        seconds: Double = 5
    ) -> ExportAnswer {
        var buffer = ByteBuffer()
        buffer.append(bytes)
        return send(
            ExportRequest(
                signal: .metrics, body: ExportBody(buffer, isPacked: isPacked), headers: headers,
                deadline: Clock.now &+ UInt64(bitPattern: Int64(seconds * 1e9))))
    }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = Clock.now
    try body()
    return Double(Clock.now &- start) / 1e9
}

/// Waits until something is so, at most some seconds.
func eventually(_ seconds: Double = 5, _ condition: () -> Bool) -> Bool {
    let end = Clock.now &+ UInt64(seconds * 1e9)
    while Clock.now < end {
        if condition() { return true }
        vitals_sleep(2_000_000)
    }
    return condition()
}
