/// Takes one line of a text format apart. As strict as the specifications: one space between tokens, no escapes but
/// those that there are, quotes only around names that need them.
struct ExpositionLine {
    private let bytes: [UInt8]
    private var next = 0
    private let number: Int

    init(_ line: ArraySlice<UInt8>, number: Int) {
        bytes = Array(line)
        self.number = number
    }

    var isAtEnd: Bool { next == bytes.count }

    func failure(_ reason: String) -> InvalidExposition {
        InvalidExposition(line: number, reason: "\(reason) in \"\(String(decoding: bytes, as: UTF8.self))\"")
    }

    private func text(_ bytes: some Collection<UInt8>) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("invalid UTF-8") }
        return text
    }

    func starts(with prefix: String) -> Bool {
        bytes[next...].starts(with: prefix.utf8)
    }

    mutating func skip(_ token: String) throws {
        guard starts(with: token) else { throw failure("no \"\(token)\" at \(next)") }
        next += token.utf8.count
    }

    mutating func rest() throws -> String {
        defer { next = bytes.count }
        return try text(bytes[next...])
    }

    /// What stands before the next space, or the end.
    mutating func word() throws -> String {
        let end = bytes[next...].firstIndex(of: UInt8(ascii: " ")) ?? bytes.count
        guard end > next else { throw failure("two spaces") }
        defer { next = end }
        return try text(bytes[next..<end])
    }

    private mutating func quoted() throws -> String {
        try skip("\"")
        var found: [UInt8] = []
        while next < bytes.count, bytes[next] != UInt8(ascii: "\"") {
            found.append(try character(allowsQuote: true))
        }
        try skip("\"")
        return try text(found)
    }

    private mutating func character(allowsQuote: Bool) throws -> UInt8 {
        let byte = bytes[next]
        next += 1
        guard byte == UInt8(ascii: "\\") else { return byte }
        guard next < bytes.count else { throw failure("a backslash at the end") }
        next += 1
        switch bytes[next - 1] {
        case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "\"") where allowsQuote: return UInt8(ascii: "\"")
        default: throw failure("an unknown escape")
        }
    }

    /// HELP text up to the end; OpenMetrics escapes quotes too.
    mutating func help(isOpenMetrics: Bool) throws -> String {
        var found: [UInt8] = []
        while next < bytes.count {
            if isOpenMetrics, bytes[next] == UInt8(ascii: "\"") { throw failure("a bare quote in HELP") }
            found.append(try character(allowsQuote: isOpenMetrics))
        }
        return try text(found)
    }

    private static func isLegacy(_ name: String, colon: Bool) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
            default: colon && byte == 0x3A
            }
        }
    }

    /// A metric name as it stands in metadata, or alone before its labels.
    mutating func name(until ends: String) throws -> String {
        if starts(with: "\"") {
            let name = try quoted()
            if Self.isLegacy(name, colon: true) { throw failure("needless quotes") }
            return name
        }
        let end = bytes[next...].firstIndex { ends.utf8.contains($0) } ?? bytes.count
        let name = try text(bytes[next..<end])
        next = end
        guard Self.isLegacy(name, colon: true) else { throw failure("not a metric name: \(name)") }
        return name
    }

    /// The name and labels of a sample.
    mutating func series() throws -> (name: String, labels: [ParsedExposition.Label]) {
        var name: String?
        if !starts(with: "{") { name = try self.name(until: "{ ") }
        var labels: [ParsedExposition.Label] = []
        if starts(with: "{") { labels = try self.labels(&name) }
        guard let name else { throw failure("no metric name") }
        return (name, labels)
    }

    mutating func labels() throws -> [ParsedExposition.Label] {
        var name: String? = ""
        return try labels(&name)
    }

    private mutating func labels(_ metric: inout String?) throws -> [ParsedExposition.Label] {
        try skip("{")
        var labels: [ParsedExposition.Label] = []
        while !starts(with: "}") {
            if !labels.isEmpty || bytes[next - 1] != UInt8(ascii: "{") { try skip(",") }
            if metric == nil {
                guard starts(with: "\"") else { throw failure("no metric name") }
                metric = try name(until: "")
                continue
            }
            let name: String
            if starts(with: "\"") {
                name = try quoted()
                if Self.isLegacy(name, colon: false) { throw failure("needless quotes") }
            } else {
                let end = bytes[next...].firstIndex(of: UInt8(ascii: "=")) ?? bytes.count
                name = try text(bytes[next..<end])
                next = end
                guard Self.isLegacy(name, colon: false) else { throw failure("not a label name: \(name)") }
            }
            try skip("=")
            if name.hasPrefix("__") { throw failure("a reserved label") }
            if labels.contains(where: { $0.name == name }) { throw failure("a repeated label") }
            let label = ParsedExposition.Label(name: name, value: try quoted())
            if label.value.isEmpty { throw failure("an empty label") }
            labels.append(label)
        }
        try skip("}")
        return labels
    }

    /// A number as the formats write it.
    mutating func value() throws -> (text: String, value: Double) {
        let text = try word()
        guard let value = Self.number(text) else { throw failure("not a number: \(text)") }
        return (text, value)
    }

    /// Digits, a fraction with digits, an exponent with a sign and two digits; or one of three words.
    static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "+Inf": return .infinity
        case "-Inf": return -.infinity
        default: break
        }
        var rest = Substring(text)
        if rest.first == "-" { rest.removeFirst() }
        func digits() -> Int {
            let count = rest.utf8.prefix { (0x30...0x39).contains($0) }.count
            rest.removeFirst(count)
            return count
        }
        guard digits() > 0 else { return nil }
        if rest.first == "." {
            rest.removeFirst()
            guard digits() > 0 else { return nil }
        }
        if rest.first == "e" {
            rest.removeFirst()
            guard rest.first == "+" || rest.first == "-" else { return nil }
            rest.removeFirst()
            guard digits() >= 2 else { return nil }
        }
        return rest.isEmpty ? Double(text) : nil
    }
}
