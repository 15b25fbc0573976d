/// The URL that requests of one kind go to, and where it leads.
package struct HTTPTarget: Sendable, Equatable {
    /// The URL.
    package let url: String
    /// The host, as in the endpoint.
    package let host: String
    /// The port, given or implied by the scheme.
    package let port: Int
    /// Whether TLS is spoken.
    package let isSecure: Bool

    /// Where messages of a kind go.
    package init(_ endpoint: OTLPEndpoint, _ signal: Signal) throws(OTLPError) {
        let address = try OTLPAddress(endpoint.text)
        guard let scheme = address.scheme, scheme == "http" || scheme == "https" else {
            throw .endpoint(endpoint.text, "OTLP over HTTP needs an address that starts with http:// or https://")
        }
        isSecure = scheme == "https"
        host = address.host
        port = address.port ?? (isSecure ? 443 : 80)
        let rest = address.path.prefix { $0 != "#" }
        var path = String(rest.prefix { $0 != "?" })
        let query = rest.dropFirst(path.count)
        if !endpoint.isExact {
            while path.hasSuffix("/") { path.removeLast() }
            path += "/" + signal.path
        }
        if path.isEmpty { path = "/" }
        let name = host.contains(":") ? "[\(host)]" : host
        url = "\(scheme)://\(name):\(port)\(path)\(query)"
    }

    /// Whether a URL leads to the same peer: what was meant for one must not reach another.
    package func isSamePeer(_ url: String) -> Bool {
        // What is no address is not this peer's: the redirect is refused, and the refusal shows it.
        guard let other = try? HTTPTarget(.exact(url), .metrics) else { return false }
        return other.isSecure == isSecure && other.port == port && other.host.lowercased() == host.lowercased()
    }
}
