import VitalsMetrics

extension TraceState {
    /// What the header says; nil if any of it is invalid, because then nothing of it counts. Of two members with one key
    /// the first is kept, which was written last.
    public init?(_ header: String) {
        self.init(headers: [header])
    }

    /// What several headers of one request say together, in their order; nil if any of it is invalid.
    public init?(headers: [String]) {
        var members: [Member] = []
        var count = 0
        for header in headers {
            guard header.withHeaderBytes({ Self.read($0, &members, &count) }) else { return nil }
        }
        self.init(members: members)
    }

    /// False if anything is invalid.
    private static func read(_ header: HeaderBytes, _ members: inout [Member], _ count: inout Int) -> Bool {
        var rest = header
        while let member = rest.popMember() {
            guard !member.isEmpty else { continue }
            count += 1
            guard count <= mostMembers, let sign = member.firstIndex(of: UInt8(ascii: "=")) else { return false }
            let key = member[..<sign]
            let value = member[(sign + 1)...]
            guard isKey(key), isValue(value) else { return false }
            let name = String(decoding: key, as: UTF8.self)
            if !members.contains(where: { $0.key == name }) {
                members.append(Member(key: name, value: String(decoding: value, as: UTF8.self)))
            }
        }
        return true
    }

    static func isKey(_ key: String) -> Bool { key.withHeaderBytes { isKey($0) } }

    static func isValue(_ value: String) -> Bool { value.withHeaderBytes { isValue($0) } }

    private static func isKey(_ key: HeaderBytes) -> Bool {
        guard let first = key.first, isLetterOrDigit(first), key.count <= 256 else { return false }
        return key.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "@"): true
            default: isLetterOrDigit(byte)
            }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isValue(_ value: HeaderBytes) -> Bool {
        guard let last = value.last, last != UInt8(ascii: " "), value.count <= 256 else { return false }
        return value.allSatisfy { byte in
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "=")
        }
    }
}

extension TraceState: CustomStringConvertible {
    /// The text of the header.
    public var description: String {
        guard let members else { return "" }
        var text = ""
        text.reserveCapacity(Self.length(of: members))
        for member in members {
            if !text.isEmpty { text += "," }
            text += member.key
            text += "="
            text += member.value
        }
        return text
    }
}

/// What goes on to other services.
extension TraceState {
    /// So many characters have to be passed on.
    static let mostCharacters = 512
    /// Members that are longer go first.
    private static let longMember = 128

    private static let warning = OneTimeWarning()

    /// The same without the members that make the header longer than what has to be passed on: of those of more than 128
    /// characters the last ones, and then of all the last ones.
    func trimmed() -> TraceState {
        guard var members, Self.length(of: members) > Self.mostCharacters else { return self }
        let all = members.count
        while Self.length(of: members) > Self.mostCharacters {
            members.remove(at: members.lastIndex { $0.length > Self.longMember } ?? members.count - 1)
        }
        Self.warning.say(
            """
            a tracestate of more than \(Self.mostCharacters) characters was shortened before it was sent: \
            \(all - members.count) of its \(all) members were left out
            """)
        return TraceState(members: members)
    }

    private static func length(of members: [Member]) -> Int {
        members.reduce(members.count - 1) { $0 + $1.length }
    }
}

extension TraceState.Member {
    /// As part of the header.
    fileprivate var length: Int { key.utf8.count + 1 + value.utf8.count }
}
