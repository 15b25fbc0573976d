/// The header `baggage` of the W3C: members `name=value;metadata` with commas in between.
extension Baggage {
    /// So many members go into a header, and are read from one.
    static let mostMembers = 64
    /// So many bytes go into a header, and are read from one.
    static let mostBytes = 8192

    private static let writingWarning = OneTimeWarning()
    private static let readingWarning = OneTimeWarning()

    /// What several headers of one request say together, in their order. A malformed member is left out. Of two with one
    /// name the later one counts.
    ///
    /// Nothing is read beyond 64 members and 8192 bytes.
    init(headers: [String]) {
        var bytesLeft = Self.mostBytes
        var membersLeft = Self.mostMembers
        for header in headers {
            guard bytesLeft > 0, membersLeft > 0 else {
                Self.warnOfReading()
                return
            }
            header.withHeaderBytes { read($0, bytes: &bytesLeft, members: &membersLeft) }
        }
    }

    private mutating func read(_ header: HeaderBytes, bytes: inout Int, members: inout Int) {
        var rest = header.prefix(bytes)
        if rest.count < header.count, header[rest.endIndex] != UInt8(ascii: ",") {
            // The last member is cut: it is not read at all.
            rest = rest[..<(rest.lastIndex(of: UInt8(ascii: ",")) ?? rest.startIndex)]
        }
        var isTooMuch = rest.count < header.count
        // The comma with the next header.
        bytes = bytes &- header.count &- 1
        while let member = rest.popMember() {
            guard !member.isEmpty else { continue }
            guard members > 0 else {
                isTooMuch = true
                break
            }
            members -= 1
            read(member)
        }
        if isTooMuch { Self.warnOfReading() }
    }

    private mutating func read(_ member: HeaderBytes) {
        let semicolon = member.firstIndex(of: UInt8(ascii: ";"))
        let pair = member[..<(semicolon ?? member.endIndex)]
        guard let sign = pair.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = pair[..<sign].trimmed
        let value = pair[(sign + 1)...].trimmed
        let metadata = semicolon.map { member[($0 + 1)...].trimmed } ?? member.suffix(0)
        guard !name.isEmpty, name.allSatisfy(\.isOfToken), value.allSatisfy(\.isOfValue),
            metadata.allSatisfy(\.isOfMetadata)
        else { return }
        set(
            PercentEncoding.decoded(value), for: PercentEncoding.decoded(name),
            metadata: String(decoding: metadata, as: UTF8.self))
    }

    private static func warnOfReading() {
        readingWarning.say(
            """
            a request came with more baggage than \(mostMembers) members or \(mostBytes) bytes: the members beyond that \
            were left out
            """)
    }

    /// The header; empty if there is nothing to write. Members beyond 64, and those with which it would be longer than
    /// 8192 bytes, are left out.
    var header: String {
        guard let entries else { return "" }
        var text: [UInt8] = []
        var written = 0
        for entry in entries where written < Self.mostMembers {
            let length = text.count
            if Self.append(entry, to: &text) { written += 1 } else { text.removeLast(text.count - length) }
        }
        if written < entries.count {
            Self.writingWarning.say(
                """
                a request may have \(Self.mostMembers) members and \(Self.mostBytes) bytes of baggage: \
                \(entries.count - written) of \(entries.count) members were not sent, put less into it
                """)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// False if the header is too long now.
    private static func append(_ entry: Entry, to text: inout [UInt8]) -> Bool {
        // What is far too long is not even encoded.
        guard entry.name.utf8.count <= mostBytes, entry.value.utf8.count <= mostBytes,
            entry.metadata.utf8.count <= mostBytes
        else { return false }
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        PercentEncoding.append(entry.name, to: &text) { $0.isOfToken && $0 != UInt8(ascii: "%") }
        text.append(UInt8(ascii: "="))
        PercentEncoding.append(entry.value, to: &text) { $0.isOfValue && $0 != UInt8(ascii: "%") }
        if !entry.metadata.isEmpty {
            text.append(UInt8(ascii: ";"))
            PercentEncoding.append(entry.metadata, to: &text, unless: \.isOfMetadata)
        }
        return text.count <= mostBytes
    }
}

extension UInt8 {
    /// Whether names may have it: a `token` of HTTP.
    fileprivate var isOfToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }

    /// Whether values may have it: printable, and none of `"`, `,`, `;` and `\`.
    fileprivate var isOfValue: Bool {
        switch self {
        case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
        default: false
        }
    }

    /// Whether properties may have it, together with what is between them.
    fileprivate var isOfMetadata: Bool {
        isOfValue || self == UInt8(ascii: ";") || self == UInt8(ascii: " ") || self == UInt8(ascii: "\t")
    }
}
