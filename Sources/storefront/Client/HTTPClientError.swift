/// Why there is no answer.
enum HTTPClientError: Error, Equatable, CustomStringConvertible {
    /// No connection, or it broke.
    case unreachable(String)
    /// It took too long.
    case timeout
    /// The answer is larger than anybody wants it.
    case tooLarge(Int)
    /// So many requests are under way that no further one is taken.
    case busy(Int)
    /// The client was shut down.
    case stopped
    /// libcurl is not there, or has no memory.
    case unavailable(String)

    var description: String {
        switch self {
        case .unreachable(let reason): reason
        case .timeout: "no answer in time"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .busy(let limit): "\(limit) requests are under way already"
        case .stopped: "the client was shut down"
        case .unavailable(let reason): "libcurl cannot be used: \(reason)"
        }
    }
}
