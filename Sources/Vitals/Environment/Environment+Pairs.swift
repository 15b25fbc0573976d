import VitalsMetrics

/// Lists of `key=value`, as `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES` have them.
extension Environment {
    /// A problem with a member of a list. It never quotes the member: that may be a secret.
    struct BadMember: Error, Equatable {
        let problem: String
    }

    /// Header fields, with names in lower case. A member that is malformed is reported by its place and left out; of
    /// two with one name the later one counts.
    func headers(_ name: String) -> [String: String]? {
        guard let text = string(name) else { return nil }
        var headers: [String: String] = [:]
        for (place, member) in Self.members(text) {
            do throws(BadMember) {
                let (key, value) = try Self.pair(member)
                let field = try Self.headerName(key)
                headers[field] = try Self.headerValue(value)
            } catch {
                warn("\(name): member \(place) \(error.problem); it is left out")
            }
        }
        return headers
    }

    /// The attributes of a resource. One error, and nothing of the variable counts.
    func resourceAttributes(_ name: String) -> Attributes {
        guard let text = string(name) else { return [:] }
        var pairs: [(String, AttributeValue)] = []
        for (place, member) in Self.members(text) {
            do throws(BadMember) {
                let (key, value) = try Self.pair(member)
                guard !value.contains(UInt8(ascii: "=")) else {
                    throw BadMember(problem: "has a second \"=\", which is written %3D")
                }
                pairs.append((try Self.decoded(key), .string(try Self.decoded(value))))
            } catch {
                refuse(name, text, "whose member \(place) \(error.problem)", instead: "nothing of it counts")
                return [:]
            }
        }
        return Attributes(pairs)
    }

    /// The members that are not empty, with their places from 1 on.
    private static func members(_ text: String) -> [(place: Int, text: Substring.UTF8View)] {
        let parts = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        return parts.enumerated().compactMap { index, part in
            let member = trimmed(part)
            return member.isEmpty ? nil : (index + 1, member)
        }
    }

    /// A member cut at its first `=`.
    private static func pair(
        _ member: Substring.UTF8View
    ) throws(BadMember) -> (key: Substring.UTF8View, value: Substring.UTF8View) {
        guard let sign = member.firstIndex(of: UInt8(ascii: "=")) else {
            throw BadMember(problem: "has no \"=\"")
        }
        let key = trimmed(member[..<sign])
        guard !key.isEmpty else { throw BadMember(problem: "has nothing before its \"=\"") }
        return (key, trimmed(member[member.index(after: sign)...]))
    }

    private static func headerName(_ key: Substring.UTF8View) throws(BadMember) -> String {
        let punctuation = "!#$%&'*+-.^_`|~".utf8
        let isName = key.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || punctuation.contains(byte)
        }
        guard isName else {
            throw BadMember(problem: "has a character before its \"=\" that no name of a header has")
        }
        return String(Substring(key)).lowercased()
    }

    private static func headerValue(_ value: Substring.UTF8View) throws(BadMember) -> String {
        // Properties of a member are not supported; sent as part of the value they would be a surprise.
        guard !value.contains(UInt8(ascii: ";")) else {
            throw BadMember(problem: "has a \";\" in its value, which is written %3B")
        }
        let text = try decoded(value)
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw BadMember(problem: "has a value with a control character or one that is not ASCII")
        }
        return text
    }

    /// What percent-encoded text stands for.
    static func decoded(_ text: Substring.UTF8View) throws(BadMember) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                throw BadMember(problem: "has a \"%\" without two hexadecimal digits; the sign itself is written %25")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw BadMember(problem: "has percent-encoded bytes that are no UTF-8")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
