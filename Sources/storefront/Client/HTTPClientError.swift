/// Why a client has no answer. Each reason is a type, as `error.type` of metrics and spans is the name of a type.
protocol HTTPClientError: Error, CustomStringConvertible {}

/// There is no connection, or it broke.
struct ConnectionFailed: HTTPClientError {
    let description: String
}

/// The answer did not come in time.
struct RequestTimedOut: HTTPClientError {
    let description = "no answer in time"
}

/// The answer has more bytes than anybody wants.
struct ResponseTooLarge: HTTPClientError {
    let limit: Int
    var description: String { "the answer is larger than \(limit) bytes" }
}

/// So many requests are under way that the client takes no further one.
struct ClientBusy: HTTPClientError {
    let limit: Int
    var description: String { "\(limit) requests are under way already" }
}

/// The client was shut down.
struct ClientStopped: HTTPClientError {
    let description = "the client was shut down"
}

/// libcurl is not there, or has no memory.
struct ClientUnavailable: HTTPClientError {
    let reason: String
    var description: String { "libcurl cannot be used: \(reason)" }
}
