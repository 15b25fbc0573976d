/// Why a push cannot be set up.
public enum OTLPError: Error, Equatable, CustomStringConvertible {
    /// The endpoint cannot be used: its text, and why.
    case endpoint(String, String)
    /// A key or certificate cannot be used: the path of the file, and why.
    case security(String, String)
    /// Something of the system is missing: what, and how to get it.
    case system(String)

    /// What went wrong and what to do.
    public var description: String {
        switch self {
        case .endpoint(let text, let reason):
            "the endpoint \"\(OTLPEndpoint.base(text).shown)\" cannot be used: \(reason); give it as http://host:port"
        case .security(let path, let reason): "the file \(path) cannot be used for TLS: \(reason)"
        case .system(let reason): reason
        }
    }
}
