internal import Glibc

/// Why there is no connection: a word for `error.type`, and what happened.
struct ConnectFailure: Error, Sendable {
    let kind: String
    let reason: String

    init(_ kind: String, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// From an errno.
    init(errno number: Int32, _ what: String) {
        kind =
            switch number {
            case ECONNREFUSED, ENOENT: "connection_refused"
            case ETIMEDOUT: "connection_timeout"
            case EPIPE, ECONNRESET: "connection_lost"
            default: "connection_failed"
            }
        reason = "\(what): \(String(cString: strerror(number)))"
    }

    /// The failure of a call that had to wait for the connection.
    func answer(_ peer: String) -> ExportAnswer {
        .failed(
            ExportFailure(
                kind: kind, "no connection to \(peer): \(reason)", remedy: .later,
                status: .grpc(GRPCStatus.unavailable)))
    }
}
