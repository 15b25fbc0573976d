/// The statements that were run last, by their text.
struct StatementCache {
    private var statements: [String: (statement: SQLiteStatement, used: UInt64)] = [:]
    private var uses: UInt64 = 0
    private let capacity: Int

    init(capacity: Int = 64) {
        self.capacity = capacity
    }

    /// The statement with this text, if it is there.
    mutating func find(_ text: String) -> SQLiteStatement? {
        uses &+= 1
        // Strings are equal if they look the same; to SQLite they are bytes.
        guard let index = statements.index(forKey: text),
            statements.values[index].statement.text.utf8.elementsEqual(text.utf8)
        else { return nil }
        statements.values[index].used = uses
        return statements.values[index].statement
    }

    /// Keeps a statement, in the place of the one that was not used for longest.
    mutating func keep(_ statement: SQLiteStatement) {
        if statements.count >= capacity, let oldest = statements.min(by: { $0.value.used < $1.value.used }) {
            statements[oldest.key] = nil
        }
        statements[statement.text] = (statement, uses)
    }
}
