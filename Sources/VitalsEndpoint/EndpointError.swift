/// Why the endpoint cannot do what it was asked to, and what to do about it.
public enum EndpointError: Error, Equatable, CustomStringConvertible {
    /// Something else listens there.
    case portTaken(host: String, port: Int)
    /// The system does not let this process use the port.
    case portNotAllowed(host: String, port: Int)
    /// The number is no port.
    case invalidPort(Int)
    /// The name has no address.
    case unknownHost(String, reason: String)
    /// The address belongs to another machine.
    case addressNotLocal(String)
    /// The system refused to listen for another reason.
    case cannotListen(host: String, port: Int, reason: String)
    /// A file cannot be read.
    case unreadableFile(path: String, reason: String)
    /// Certificate, key or authorities are not what they should be.
    case invalidTLS(path: String, reason: String)
    /// A user, hash or token is not what it should be.
    case invalidCredentials(source: String, reason: String)
    /// The system gave no thread or memory for the server.
    case cannotStart(reason: String)
    /// It was started before.
    case alreadyStarted
    /// The pattern of a route is malformed.
    case invalidRoute(String, reason: String)
    /// The path belongs to the endpoint.
    case reservedRoute(String)
    /// The route was added before.
    case duplicateRoute(method: String, pattern: String)
    /// There are as many routes or checks as there may be.
    case tooMany(String, limit: Int)

    /// What went wrong, with which value, and what to do.
    public var description: String {
        switch self {
        case .portTaken(let host, let port):
            "port \(port) on \(host) is taken: stop what listens there, or choose another port (0 picks a free one)"
        case .portNotAllowed(let host, let port):
            "this process may not listen on port \(port) of \(host): choose a port above 1023, or grant CAP_NET_BIND_SERVICE"
        case .invalidPort(let port): "\(port) is no port: use 0 to 65535"
        case .unknownHost(let host, let reason):
            "the host '\(host)' has no address (\(reason)): use a name of this machine, or an address such as 0.0.0.0 or ::"
        case .addressNotLocal(let host):
            "'\(host)' is no address of this machine: use one of its own, or 0.0.0.0 or :: for all of them"
        case .cannotListen(let host, let port, let reason): "cannot listen on \(host) port \(port): \(reason)"
        case .unreadableFile(let path, let reason):
            "cannot read '\(path)': \(reason); check the path and its permissions"
        case .invalidTLS(let path, let reason):
            "'\(path)' cannot be used for TLS: \(reason); it must be PEM, and the key must belong to the certificate"
        case .invalidCredentials(let source, let reason):
            "the credentials of \(source) cannot be used: \(reason); make hashes with `htpasswd -nB user`"
        case .cannotStart(let reason): "the server cannot start: \(reason)"
        case .alreadyStarted: "the endpoint was started before: make a new one"
        case .invalidRoute(let pattern, let reason):
            "the route '\(pattern)' is malformed: \(reason); write it as /orders/{id}"
        case .reservedRoute(let pattern): "the route '\(pattern)' is the endpoint's own: choose another path"
        case .duplicateRoute(let method, let pattern):
            "there is already a route \(method) \(pattern): one request would have two answers"
        case .tooMany(let what, let limit): "there may be no more than \(limit) \(what)"
        }
    }
}
