package import VitalsInstrumentation

/// Finds out what a statement does, and to which table, from its text alone: the first word or two, and the first table
/// that is named where such statements name it. What is not understood counts as absent.
package struct StatementReader {
    /// More than this is not looked at: the table of a statement is named near its beginning.
    private static let longestText = 16 << 10
    /// A name of more bytes than this is none.
    private static let longestName = 128
    private static let names = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT", "ROLLBACK", "REPLACE", "CREATE", "DROP", "ALTER",
        "PRAGMA", "VALUES", "END", "SAVEPOINT", "RELEASE", "EXPLAIN", "VACUUM", "ANALYZE", "REINDEX", "ATTACH",
        "DETACH",
    ]

    private var tokens: StatementTokens
    private var token: StatementTokens.Token
    /// Names that the statement gives to queries of its own, which are no tables.
    private var queries: [String] = []

    /// What the statement does, with its text.
    package static func operation(of text: String) -> DatabaseOperation {
        var native = text
        let (name, collection) = native.withUTF8 { bytes in
            var reader = StatementReader(
                StatementTokens(
                    UnsafeBufferPointer(rebasing: bytes.prefix(longestText)), isCut: bytes.count > longestText))
            return reader.read()
        }
        return DatabaseOperation(name, collection: collection, statement: text)
    }

    private init(_ tokens: StatementTokens) {
        self.tokens = tokens
        token = self.tokens.advance()
    }

    private mutating func read() -> (name: String, collection: String?) {
        while skip(UInt8(ascii: ";")) {}
        if skip("WITH") { skipQueries() }
        guard let name = Self.names.first(where: { skip($0) }) else { return ("", nil) }
        switch name {
        case "SELECT": return (name, skipToFrom() ? source() : nil)
        case "INSERT", "REPLACE":
            skipConflict()
            return (name, skip("INTO") ? table() : nil)
        case "UPDATE":
            skipConflict()
            return (name, table())
        case "DELETE": return (name, skip("FROM") ? table() : nil)
        case "CREATE", "DROP", "ALTER": return definition(name)
        default: return (name, nil)
        }
    }

    /// `INSERT OR IGNORE` is an insert.
    private mutating func skipConflict() {
        if skip("OR") { advance() }
    }

    private mutating func definition(_ verb: String) -> (name: String, collection: String?) {
        for word in ["TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL"] { skip(word) }
        guard let kind = ["TABLE", "INDEX", "VIEW", "TRIGGER"].first(where: { skip($0) }) else { return (verb, nil) }
        if skip("IF") {
            skip("NOT")
            skip("EXISTS")
        }
        return ("\(verb) \(kind)", kind == "TABLE" ? table() : nil)
    }

    /// Reads `name (columns) AS (query), …` up to the statement itself.
    private mutating func skipQueries() {
        skip("RECURSIVE")
        repeat {
            if let name = name() { queries.append(name.lowercased()) }
            skipParentheses()
            guard skip("AS") else { return }
            skip("NOT")
            skip("MATERIALIZED")
            skipParentheses()
        } while skip(UInt8(ascii: ","))
    }

    private mutating func skipParentheses() {
        guard skip(UInt8(ascii: "(")) else { return }
        var depth = 1
        while depth > 0, token != .end {
            if token == .symbol(UInt8(ascii: "(")) { depth += 1 }
            if token == .symbol(UInt8(ascii: ")")) { depth -= 1 }
            advance()
        }
    }

    /// Goes behind the FROM of this query, past those of the queries within.
    private mutating func skipToFrom() -> Bool {
        while token != .end, token != .symbol(UInt8(ascii: ";")) {
            if skip("FROM") { return true }
            if skip("DISTINCT") {
                // `a IS DISTINCT FROM b` compares.
                skip("FROM")
            } else if token == .symbol(UInt8(ascii: "(")) {
                skipParentheses()
            } else {
                advance()
            }
        }
        return false
    }

    /// The table that a query reads first. A query of the statement's own is none, and neither is a function.
    private mutating func source() -> String? {
        guard let table = table(), token != .symbol(UInt8(ascii: "(")), !queries.contains(table.lowercased()) else {
            return nil
        }
        return table
    }

    /// The table that is named here, with its schema if that is named as well.
    private mutating func table() -> String? {
        guard let table = name() else { return nil }
        guard skip(UInt8(ascii: ".")) else { return table }
        return name().map { "\(table).\($0)" }
    }

    private mutating func name() -> String? {
        guard case .name(let range, let quote) = token, !range.isEmpty, range.count <= Self.longestName else {
            return nil
        }
        let bytes = tokens.text(range)
        if quote == nil, let first = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) { return nil }
        advance()
        var name = ""
        var isSecond = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            // A quote within a quoted name is doubled.
            isSecond = !isSecond && quote.map(Unicode.Scalar.init) == scalar
            if !isSecond { name.unicodeScalars.append(scalar) }
        }
        return name
    }

    private mutating func advance() {
        token = tokens.advance()
    }

    /// Goes on if this is the next token.
    private mutating func skip(_ symbol: UInt8) -> Bool {
        guard token == .symbol(symbol) else { return false }
        advance()
        return true
    }

    /// Goes on if the next token is this word, in whatever case.
    @discardableResult
    private mutating func skip(_ word: String) -> Bool {
        guard case .name(let range, nil) = token, range.count == word.utf8.count,
            zip(tokens.text(range), word.utf8).allSatisfy({ $0 & ~0x20 == $1 })
        else { return false }
        advance()
        return true
    }
}
