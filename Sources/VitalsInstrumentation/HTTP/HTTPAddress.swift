/// The host and port of a URL or a `Host` header, whatever a stranger wrote there.
struct HTTPAddress: Equatable {
    /// The host in lower case; of an IPv6 address without its brackets.
    let host: String
    /// The port, or the usual one of the scheme; nil if that is not known.
    let port: Int?

    /// A name has no more bytes than this.
    private static let longest = 255

    /// The address in a URL; nil if it has none that is valid.
    init?(url: String) {
        guard let authority = Self.authority(of: url) else { return nil }
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        let scheme = String(Substring(url.utf8.prefix { $0 != UInt8(ascii: ":") }))
        self.init(at.map { authority[$0...].dropFirst() } ?? authority, scheme: scheme.lowercased())
    }

    /// The address that a `Host` header tells; nil if it is not valid.
    init?(header: String, scheme: String) {
        self.init(header.utf8[...], scheme: scheme)
    }

    private init?(_ text: Substring.UTF8View, scheme: String) {
        let end: Substring.UTF8View.Index
        var host = text
        if text.first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = text[..<bracket].dropFirst()
            guard host.contains(UInt8(ascii: ":")), host.allSatisfy(Self.isOfIPv6) else { return nil }
            end = text.index(after: bracket)
        } else {
            end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            host = text[..<end]
            guard host.allSatisfy(Self.isOfName) else { return nil }
        }
        guard !host.isEmpty, host.count <= Self.longest, let port = Self.port(text[end...], scheme) else { return nil }
        let name = String(Substring(host))
        self.host = host.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ? name.lowercased() : name
        self.port = port
    }

    /// What is between the slashes and the path; nil if there are no slashes.
    static func authority(of url: String) -> Substring.UTF8View? {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")), url.utf8[colon...].starts(with: "://".utf8),
            colon > url.startIndex, url.utf8[..<colon].allSatisfy(isOfScheme)
        else { return nil }
        let rest = url.utf8[colon...].dropFirst(3)
        return rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    }

    /// The port in `:8080`, or the usual one where there is none; nil where it is no port.
    private static func port(_ text: Substring.UTF8View, _ scheme: String) -> Int?? {
        if text.isEmpty || text.elementsEqual(":".utf8) {
            switch scheme {
            case "http", "ws": return .some(80)
            case "https", "wss": return .some(443)
            default: return .some(nil)
            }
        }
        guard text.first == UInt8(ascii: ":"), text.count <= 6 else { return nil }
        var port = 0
        for byte in text.dropFirst() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            port = port &* 10 &+ Int(byte &- UInt8(ascii: "0"))
        }
        return port <= 65_535 ? .some(port) : nil
    }

    private static func isOfScheme(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// With zones, such as `fe80::1%25eth0`.
    private static func isOfIPv6(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%")
    }

    /// What RFC 3986 allows in a name, and what is not ASCII.
    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte >= 0x80 || "-._~%!$&'()*+,;=".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
