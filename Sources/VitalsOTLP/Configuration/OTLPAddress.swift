/// An endpoint taken apart.
package struct OTLPAddress: Sendable, Equatable {
    /// `http`, `https`, `unix`; nil if none was given.
    package var scheme: String?
    /// The name or number of the host, without the brackets of IPv6.
    package var host = ""
    /// The port, if one was given.
    package var port: Int?
    /// What stands after the authority, with the slash; for `unix` the path of the socket.
    package var path = ""

    /// Takes an address apart: `[scheme://]host[:port][/path]` or `unix:/path`.
    package init(_ text: String) throws(OTLPError) {
        func wrong(_ reason: String) -> OTLPError { .endpoint(text, reason) }
        if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw wrong("it contains blanks or control characters")
        }
        var rest = text[...]
        if rest.hasPrefix("unix:") {
            scheme = "unix"
            path = String(rest.dropFirst(5))
            // Written with an empty authority, as URLs may be.
            if path.hasPrefix("///") { path.removeFirst(2) }
            if !path.hasPrefix("/") { throw wrong("the path of a socket is absolute, as in unix:/run/collector.sock") }
            // What fits in an address of the system.
            if path.utf8.count > 107 { throw wrong("the path of a socket has at most 107 bytes") }
            return
        }
        if let end = rest.firstRange(of: "://") {
            let name = rest[..<end.lowerBound].lowercased()
            guard name == "http" || name == "https" else {
                throw wrong("its scheme is neither http nor https")
            }
            scheme = name
            rest = rest[end.upperBound...]
        }
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        path = String(rest[authority.endIndex...])
        if authority.contains("@") {
            throw wrong("it contains a user name; credentials go into a header, as in authorization=Basic%20...")
        }
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw wrong("its bracket is not closed") }
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw wrong("something stands after its bracket") }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw wrong("an IPv6 address stands in brackets, as in http://[::1]:4317") }
            host = String(parts.first ?? "")
            portText = parts.count == 2 ? parts[1] : nil
        }
        if host.isEmpty { throw wrong("it names no host") }
        if let portText, !portText.isEmpty {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(portText),
                (1...65535).contains(number)
            else { throw wrong("its port is no number from 1 to 65535") }
            port = number
        }
    }
}
