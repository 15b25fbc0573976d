/// Who is called, and how.
struct GRPCPeer: Sendable {
    /// Where its sockets are.
    enum Place: Sendable, Equatable {
        case network(host: String, port: Int)
        case socket(path: String)
    }

    let place: Place
    let isSecure: Bool
    /// The `:authority` of requests.
    let authority: String

    init(_ configuration: OTLPConfiguration) throws(OTLPError) {
        let address = try OTLPAddress(configuration.endpoint.text)
        guard address.scheme != "unix" else {
            place = .socket(path: address.path)
            isSecure = false
            authority = "localhost"
            return
        }
        isSecure = address.scheme.map { $0 == "https" } ?? !configuration.tls.isInsecure
        let port = address.port ?? (address.scheme == nil ? 4317 : isSecure ? 443 : 80)
        // In a URL the percent sign before the zone is itself encoded.
        let host = address.host.replacing("%25", with: "%")
        place = .network(host: host, port: port)
        let name = host.prefix { $0 != "%" }
        let shown = host.contains(":") ? "[\(name)]" : String(name)
        authority = address.port == nil && address.scheme != nil ? shown : "\(shown):\(port)"
    }

    /// The peer in words.
    var description: String {
        switch place {
        case .network(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): path
        }
    }
}
