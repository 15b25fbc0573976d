/// What a request line asks for: the decoded path and query.
package struct RequestTarget: Sendable, Equatable {
    /// A name and a value of the query.
    package struct Item: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value; empty if there was none.
        package var value: String
    }

    /// The parts between the slashes, each decoded: an encoded slash does not separate.
    package let segments: [String]
    /// The items of the query in their order.
    package let query: [Item]

    /// The query as it was sent; nil if there was none.
    package let rawQuery: String?

    /// The target in the bytes of a request line; nil if it is malformed.
    package init?(_ bytes: [UInt8]) {
        guard let local = Self.withoutAuthority(bytes[...]) else { return nil }
        let mark = local.firstIndex(of: UInt8(ascii: "?")) ?? local.endIndex
        guard let segments = Self.segments(local[..<mark]), let query = Self.query(local[mark...].dropFirst()) else {
            return nil
        }
        self.segments = segments
        self.query = query
        rawQuery = mark < local.endIndex ? String(decoding: local[mark...].dropFirst(), as: UTF8.self) : nil
    }

    /// The decoded path, for people.
    package var path: String { "/" + segments.joined(separator: "/") }

    /// The wanted families: the values of `name[]` that are not empty.
    package var names: [String] {
        query.filter { $0.name == "name[]" && !$0.value.isEmpty }.map(\.value)
    }

    /// Proxies may send `http://host/path`.
    private static func withoutAuthority(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if bytes.first == UInt8(ascii: "/") { return bytes }
        for scheme in ["http://", "https://"] where bytes.count >= scheme.utf8.count {
            let prefix = bytes.prefix(scheme.utf8.count)
            guard zip(prefix, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            let rest = bytes.dropFirst(scheme.utf8.count)
            let path = rest.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            guard path.startIndex > rest.startIndex else { return nil }
            return path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path
        }
        return nil
    }

    private static func segments(_ path: ArraySlice<UInt8>) -> [String]? {
        var segments: [String] = []
        for part in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let segment = PercentCoding.decode(part) else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private static func query(_ bytes: ArraySlice<UInt8>) -> [Item]? {
        var items: [Item] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = PercentCoding.decode(part[..<equals], plusIsSpace: true),
                let value = PercentCoding.decode(part[equals...].dropFirst(), plusIsSpace: true)
            else { return nil }
            items.append(Item(name: name, value: value))
        }
        return items
    }
}
