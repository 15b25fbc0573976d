/// The statuses of gRPC, and what stands for them where a peer gives none.
package enum GRPCStatus {
    static let cancelled = 1
    static let unknown = 2
    static let deadlineExceeded = 4
    static let resourceExhausted = 8
    static let internalError = 13
    static let unavailable = 14

    private static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    /// The name of a status.
    package static func name(_ code: Int) -> String {
        names.indices.contains(code) ? names[code] : "UNKNOWN"
    }

    /// The status that a `grpc-status` header says; what is no known number is UNKNOWN.
    package static func code(_ text: some Collection<UInt8>) -> Int {
        guard (1...2).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else { return unknown }
        let number = text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return number < names.count ? number : unknown
    }

    /// The status for a response of HTTP that has none of gRPC.
    package static func code(http status: Int) -> Int {
        switch status {
        case 400, 431: internalError
        case 401: 16
        case 403: 7
        case 404: 12
        case 429, 502, 503, 504: unavailable
        default: unknown
        }
    }

    /// The status for an error code of HTTP/2, of a stream or of a connection.
    package static func code(http2 error: UInt32) -> Int {
        switch error {
        case 7: unavailable
        case 8: cancelled
        case 11: resourceExhausted
        case 12: 7
        default: internalError
        }
    }

    /// The name of an error code of HTTP/2.
    package static func name(http2 error: UInt32) -> String {
        let names = [
            "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
            "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
            "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
        ]
        return Int(exactly: error).flatMap { names.indices.contains($0) ? names[$0] : nil } ?? "error \(error)"
    }

    /// What may help, by the table of OTLP. Where resources are exhausted, only the peer's word that they come back makes
    /// it a matter of time.
    package static func remedy(_ code: Int, isThrottled: Bool) -> ExportFailure.Remedy {
        switch code {
        case 1, 4, 10, 11, 14, 15: .later
        case 8: isThrottled ? .later : .smaller
        case 16: .credentials
        default: .none
        }
    }
}
