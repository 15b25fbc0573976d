internal import CVitals
internal import VitalsMetrics

/// OTLP over gRPC: one connection for all calls, on a thread that is there from the first call to the shutdown.
package final class GRPCTransport: ExportTransport {
    /// What fits in the frames of HTTP/2 that libnghttp2 writes, beside the headers of gRPC itself.
    private static let mostHeaderBytes = 48 << 10

    private let peer: GRPCPeer
    private let configuration: OTLPConfiguration
    private let desk: GRPCDesk

    /// A transport, after its address and files were found to be right.
    package init(_ configuration: OTLPConfiguration) throws(OTLPError) {
        peer = try GRPCPeer(configuration)
        if peer.isSecure { _ = try TLSContext(configuration.tls) }
        guard let waker = Waker() else {
            throw .system("the system gives no descriptor for the push; raise the limit of open files")
        }
        self.configuration = configuration
        desk = GRPCDesk(waker)
    }

    deinit {
        _ = desk.stop()
    }

    /// What its exporters are called.
    package var componentPrefix: String { "otlp_grpc" }

    /// The peer.
    package var server: (address: String, port: Int?) {
        switch peer.place {
        case .network(let host, let port): (host, port)
        case .socket(let path): (path, nil)
        }
    }

    /// The status of an attempt that succeeded.
    package var success: ExportFailure.Status { .grpc(0) }

    /// The message as it is, or packed.
    package func encode(_ message: ExportBody, for signal: Signal) -> ExportBody {
        configuration.compression == .gzip ? message.packed() : message
    }

    /// Sends a request and waits for the answer.
    package func send(_ request: ExportRequest) -> ExportAnswer {
        guard request.body.bytes.count <= UInt32.max else {
            let reason = "a message of \(request.body.bytes.count) bytes does not fit in a call of gRPC"
            return .failed(ExportFailure(kind: "RESOURCE_EXHAUSTED", reason, remedy: .smaller))
        }
        let headerBytes = request.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard headerBytes <= Self.mostHeaderBytes else {
            let reason =
                "the configured headers come to \(headerBytes) bytes, more than the \(Self.mostHeaderBytes) of a call"
            return .failed(ExportFailure(kind: "headers_too_large", reason, remedy: .none))
        }
        guard vitals_monotonic_nanoseconds() < request.deadline else {
            return .failed(Self.timeout("the time was over before the call", isAmbiguous: false))
        }
        let call = GRPCCall(request)
        switch desk.admit(call) {
        case .refused:
            return .failed(ExportFailure(kind: "shutdown", "the transport was shut down", remedy: .none))
        case .admittedAsFirst: startThread()
        case .admitted: break
        }
        // The thread keeps the deadline; more time is only for the case that it does not get to run.
        let answer = call.wait(until: min(request.deadline, 1 << 62) &+ 2_000_000_000)
        return answer ?? .failed(Self.timeout("the thread of the transport does not get to run", isAmbiguous: true))
    }

    private func startThread() {
        let thread = Worker("vitals-grpc") { [peer, configuration, desk] in
            GRPCDriver(peer, configuration, desk).run()
        }
        if thread != nil { return }
        for call in desk.withdraw() {
            call.finish(
                .failed(ExportFailure(kind: "connection_failed", "the system gives no thread for it", remedy: .later)))
        }
    }

    private static func timeout(_ reason: String, isAmbiguous: Bool) -> ExportFailure {
        ExportFailure(
            kind: "timeout", reason, remedy: .later, status: .grpc(GRPCStatus.deadlineExceeded),
            isAmbiguous: isAmbiguous)
    }

    /// Lets calls that are under way end by `deadline`.
    package func hurry(to deadline: UInt64) {
        desk.hurry(to: deadline)
    }

    /// Ends open calls, the connection and the thread.
    package func shutdown() {
        if desk.stop() { desk.waitForEnd(until: vitals_monotonic_nanoseconds() &+ 300_000_000) }
    }
}
