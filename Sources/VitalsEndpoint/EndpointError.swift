/// Why an endpoint did not start, or did not take a route.
public enum EndpointError: Error, Equatable, CustomStringConvertible {
    /// Another program, or another endpoint of this one, listens there.
    case portTaken(host: String, port: Int)
    /// The process may not listen there.
    case notPermitted(host: String, port: Int)
    /// The name has no address, or not one of this machine.
    case unknownHost(String, reason: String)
    /// No port has this number.
    case invalidPort(Int)
    /// A file cannot be used.
    case file(String, reason: String)
    /// A hash is none of bcrypt, or costs too much to check.
    case invalidHash(user: String, reason: String)
    /// A route cannot be as it is written.
    case invalidRoute(String, reason: String)
    /// The system refuses.
    case system(String)

    /// What went wrong and what to do.
    public var description: String {
        switch self {
        case .portTaken(let host, let port):
            "port \(port) of \(host) is taken: end the program that listens there, or choose another port "
                + "(OTEL_EXPORTER_PROMETHEUS_PORT; 0 takes any that is free)"
        case .notPermitted(let host, let port):
            "this process may not listen on port \(port) of \(host): choose one above 1023"
        case .unknownHost(let host, let reason):
            "cannot listen on \(host): \(reason). Use an address of this machine, localhost or 0.0.0.0"
        case .invalidPort(let port): "\(port) is not a port: choose one from 0 to 65535"
        case .file(let path, let reason): "cannot use \(path): \(reason)"
        case .invalidHash(let user, let reason):
            "the password hash of \(user) cannot be used: \(reason). Make one with htpasswd -nBC 10 \(user)"
        case .invalidRoute(let route, let reason): "cannot serve \(route): \(reason)"
        case .system(let reason): "the endpoint cannot be started: \(reason)"
        }
    }
}
