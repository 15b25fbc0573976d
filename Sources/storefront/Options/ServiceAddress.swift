/// Where a service is, such as `http://localhost:8081`.
struct ServiceAddress: Equatable, Sendable {
    /// Without a slash at its end.
    let url: String
    let host: String
    let port: Int

    /// Nil if it is not such an address.
    init?(_ text: String) {
        let schemes = ["http://": 80, "https://": 443]
        guard let (scheme, usualPort) = schemes.first(where: { text.hasPrefix($0.key) }),
            !text.contains(where: { "?#@ ".contains($0) })
        else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        // The colons of an IPv6 address are in brackets.
        let end = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        let colon = authority[end...].firstIndex(of: ":")
        let digits = colon.map { authority[authority.index(after: $0)...] }
        guard let port = digits.map({ Int($0) }) ?? usualPort, (1...65535).contains(port) else { return nil }
        host = String(authority[..<(colon ?? authority.endIndex)])
        guard !host.isEmpty else { return nil }
        self.port = port
        url = text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// A service on this machine, which listens to `host`.
    init(host: String = "localhost", port: Int) {
        let isEverybody = host == "0.0.0.0" || host == "::"
        self.host = isEverybody ? "localhost" : host.contains(":") ? "[\(host)]" : host
        self.port = port
        url = "http://\(self.host):\(port)"
    }
}
