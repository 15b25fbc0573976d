import CVitals
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

/// Sends over HTTP for tests.
enum HTTPSending {
    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Runs what waits on a thread of its own, so that it holds up no other test.
    static func apart<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let work = Work { continuation.resume(returning: body()) }
            _ = vitals_thread_start(
                { Unmanaged<Work>.fromOpaque($0).takeRetainedValue().body() },
                Unmanaged.passRetained(work).toOpaque(), "test-sender")
        }
    }

    static func body(_ text: String, isPacked: Bool = false) -> ExportBody {
        body(Array(text.utf8), isPacked: isPacked)
    }

    static func body(_ bytes: [UInt8], isPacked: Bool = false) -> ExportBody {
        var buffer = ByteBuffer(capacity: bytes.count)
        buffer.append(bytes)
        return ExportBody(buffer, isPacked: isPacked)
    }

    static func configuration(_ url: String, _ transport: OTLPTransport = .httpProtobuf) -> OTLPConfiguration {
        OTLPConfiguration(endpoint: .base(url), transport: transport)
    }

    static func deadline(seconds: Double) -> UInt64 {
        vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)
    }

    /// One attempt.
    static func send(
        _ transport: HTTPTransport, _ body: ExportBody = body("message"), headers: [(name: String, value: String)] = [],
        seconds: Double = 10
    ) async -> ExportAnswer {
        await apart {
            transport.send(
                ExportRequest(signal: .metrics, body: body, headers: headers, deadline: deadline(seconds: seconds)))
        }
    }

    /// One attempt against a server that does what a script says.
    static func send(
        _ body: ExportBody = body("message"), headers: [(name: String, value: String)] = [], seconds: Double = 10,
        configure: (inout OTLPConfiguration) -> Void = { _ in }, to script: @escaping ScriptedHTTPServer.Script
    ) async throws -> (answer: ExportAnswer, received: [ReceivedRequest]) {
        let server = ScriptedHTTPServer(script)
        defer { server.stop() }
        var configuration = configuration(server.url)
        configure(&configuration)
        let transport = try HTTPTransport(configuration)
        defer { transport.shutdown() }
        let answer = await send(transport, body, headers: headers, seconds: seconds)
        return (answer, server.received)
    }
}
