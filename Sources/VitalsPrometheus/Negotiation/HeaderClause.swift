/// One clause of a header that lists choices: `text/plain; version=0.0.4; q=0.5`.
struct HeaderClause {
    /// What is chosen: a media type, a coding.
    let name: ArraySlice<UInt8>
    private let parameters: [(name: ArraySlice<UInt8>, value: [UInt8])]
    /// How much it is wanted, in thousandths.
    let quality: Int

    /// No more of a header is looked at: it comes from anyone.
    static let byteLimit = 4096
    /// No more clauses are looked at.
    static let clauseLimit = 64

    /// The clauses of a header that can be understood, in their order.
    static func clauses(_ header: String) -> [HeaderClause] {
        var bytes = Array(header.utf8.prefix(byteLimit + 1))
        if bytes.count > byteLimit {
            // A clause that was cut means something else than it says.
            bytes.removeSubrange((bytes.lastIndex(of: UInt8(ascii: ",")) ?? 0)...)
        }
        var reader = HeaderReader(bytes)
        var clauses: [HeaderClause] = []
        var seen = 0
        while !reader.isAtEnd, seen < clauseLimit {
            seen += 1
            if let clause = HeaderClause(&reader) { clauses.append(clause) }
            reader.skipClause()
        }
        return clauses
    }

    private init?(_ reader: inout HeaderReader) {
        name = reader.token()
        guard !name.isEmpty else { return nil }
        var parameters: [(name: ArraySlice<UInt8>, value: [UInt8])] = []
        var quality = 1000
        while reader.take(UInt8(ascii: ";")) {
            let name = reader.token()
            if name.isEmpty { continue }
            guard reader.take(UInt8(ascii: "=")), let value = reader.value() else { return nil }
            guard Self.isSame(name, "q") else {
                parameters.append((name, value))
                continue
            }
            guard let weight = Self.weight(value) else { return nil }
            quality = weight
        }
        guard reader.isAtClauseEnd else { return nil }
        self.parameters = parameters
        self.quality = quality
    }

    /// Whether the name is `text`, whatever its case.
    func isNamed(_ text: StaticString) -> Bool {
        Self.isSame(name, text)
    }

    /// The first value of a parameter.
    func parameter(_ name: StaticString) -> [UInt8]? {
        parameters.first { Self.isSame($0.name, name) }?.value
    }

    /// Whether a parameter has a value, whatever its case.
    func parameter(_ name: StaticString, is text: StaticString) -> Bool {
        parameter(name).map { Self.isSame($0, text) } ?? false
    }

    static func isSame(_ bytes: some Collection<UInt8>, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            bytes.elementsEqual(text) { lowercased($0) == lowercased($1) }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// `0`, `1`, or one of them with up to three decimals, in thousandths.
    private static func weight(_ bytes: [UInt8]) -> Int? {
        guard (1...5).contains(bytes.count), bytes.count == 1 || bytes[1] == UInt8(ascii: ".") else { return nil }
        var weight = 0
        var place = 1000
        for byte in bytes[..<1] + bytes.dropFirst(2) {
            guard LegacyNames.isDigit(byte) else { return nil }
            weight += Int(byte - UInt8(ascii: "0")) * place
            place /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}
