/// Why an attempt failed, and what may help.
package struct ExportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What may help.
    package enum Remedy: Sendable {
        /// Sending the same again, later.
        case later
        /// Sending less at a time: the peer finds the message too large.
        case smaller
        /// Other credentials.
        case credentials
        /// Nothing: the peer refuses the message, or cannot be used as configured.
        case none
    }

    /// The status that a peer, or the transport in its place, gave.
    package enum Status: Sendable, Equatable {
        /// Of HTTP.
        case http(Int)
        /// Of gRPC.
        case grpc(Int)
    }

    /// A word of few kinds for `error.type`: a gRPC status by its name (`UNAVAILABLE`), an HTTP status by its number
    /// (`503`), or `timeout`, `connection_refused`, `tls`, `name_resolution`, `connection_lost`, `shutdown`, …
    package var kind: String
    /// What went wrong, with the values that tell.
    package var description: String
    /// What may help.
    package var remedy: Remedy
    /// How many nanoseconds the peer asks to wait before the next attempt.
    package var throttle: UInt64?
    /// The status of the attempt, if it came to one.
    package var status: Status?
    /// Whether the peer may have taken the message all the same.
    package var isAmbiguous: Bool

    /// A failure.
    package init(
        kind: String, _ description: String, remedy: Remedy, throttle: UInt64? = nil, status: Status? = nil,
        isAmbiguous: Bool = false
    ) {
        self.kind = kind
        self.description = description
        self.remedy = remedy
        self.throttle = throttle
        self.status = status
        self.isAmbiguous = isAmbiguous
    }
}
