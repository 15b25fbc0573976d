internal import VitalsMetrics

/// A request on its way, between the thread that waits and the one that sends.
final class GRPCCall: Sendable {
    let request: ExportRequest
    private let answer = Waitable<ExportAnswer?>(nil)

    init(_ request: ExportRequest) {
        self.request = request
    }

    /// Gives the answer; the first one counts.
    func finish(_ final: ExportAnswer) {
        _ = answer.update { if $0 == nil { $0 = final } }
    }

    /// Waits for the answer; nil if none came until `deadline`.
    func wait(until deadline: UInt64) -> ExportAnswer? {
        _ = answer.wait(until: deadline) { $0 != nil }
        return answer.update { $0 } ?? nil
    }
}
