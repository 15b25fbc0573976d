import CVitals
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

/// Answers as a test wants, and keeps what it was sent.
final class ScriptedTransport: ExportTransport {
    struct State: Sendable {
        var requests: [ExportRequest] = []
        var times: [UInt64] = []
        var hurried: [UInt64] = []
        var isShutDown = false
    }

    let componentPrefix = "otlp_test"
    let server: (address: String, port: Int?) = ("collector", 4317)
    let success = ExportFailure.Status.http(200)
    let state = Waitable(State())
    private let answer: @Sendable (Int, ExportRequest) -> ExportAnswer

    /// - Parameter answer: Told which attempt it is, from 1.
    init(_ answer: @escaping @Sendable (Int, ExportRequest) -> ExportAnswer) {
        self.answer = answer
    }

    var seen: State { state.update { $0 } ?? State() }

    func send(_ request: ExportRequest) -> ExportAnswer {
        let attempt = state.update { state in
            state.requests.append(request)
            state.times.append(vitals_monotonic_nanoseconds())
            return state.requests.count
        }
        return answer(attempt ?? 0, request)
    }

    func encode(_ message: ExportBody, for signal: Signal) -> ExportBody { message }
    func hurry(to deadline: UInt64) { _ = state.update { $0.hurried.append(deadline) } }
    func shutdown() { _ = state.update { $0.isShutDown = true } }
}

extension ExportFailure {
    static func unavailable(throttle: UInt64? = nil) -> ExportFailure {
        ExportFailure(
            kind: "503", "the collector is not available", remedy: .later, throttle: throttle, status: .http(503))
    }
}

extension ExportBody {
    static func of(_ bytes: [UInt8]) -> ExportBody {
        var buffer = ByteBuffer()
        buffer.append(bytes)
        return ExportBody(buffer, isPacked: false)
    }
}

extension UInt64 {
    static func after(milliseconds: UInt64) -> UInt64 { vitals_monotonic_nanoseconds() &+ milliseconds * 1_000_000 }
    static func after(seconds: UInt64) -> UInt64 { after(milliseconds: seconds * 1000) }
}

extension ExportAnswer {
    var response: ExportResponse? { if case .accepted(let response) = self { response } else { nil } }
    var failure: ExportFailure? { if case .failed(let failure) = self { failure } else { nil } }
    var isAccepted: Bool { response != nil }
}

extension Result {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}
