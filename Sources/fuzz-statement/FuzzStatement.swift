import CSQLite
import VitalsInstrumentation
import VitalsMetrics
import VitalsSQLite

/// SQLite itself, which knows what a statement does to which tables; nothing is ever run.
private final class Peer {
    private let handle: OpaquePointer
    /// What the statement that was prepared last has to do with: tables, columns, databases.
    private var names: Set<String> = []

    init() {
        var handle: OpaquePointer?
        guard sqlite3_open(":memory:", &handle) == SQLITE_OK, let handle,
            sqlite3_exec(
                handle, "CREATE TABLE a (x, y); CREATE TABLE b (x, y); CREATE TABLE \"t t\" (x)", nil, nil, nil)
                == SQLITE_OK
        else { fatalError("there is no database to compare with") }
        self.handle = handle
        sqlite3_set_authorizer(
            handle,
            { context, _, first, second, _, _ in
                guard let context else { return SQLITE_OK }
                let peer = Unmanaged<Peer>.fromOpaque(context).takeUnretainedValue()
                for name in [first, second] {
                    if let name { peer.names.insert(String(cString: name).lowercased()) }
                }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether the statement changes anything, and what it has to do with; nil if there is none, or a wrong one.
    func read(_ text: String) -> (changes: Bool, names: Set<String>)? {
        names = []
        var statement: OpaquePointer?
        var native = text
        _ = native.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(handle, $0.baseAddress, Int32(clamping: $0.count), 0, &statement, nil)
            }
        }
        guard let statement else { return nil }
        defer { sqlite3_finalize(statement) }
        return (sqlite3_stmt_readonly(statement) == 0, names)
    }
}

private let peer = Locked(Peer())

private let changing: Set<String> = ["INSERT", "REPLACE", "UPDATE", "DELETE"]

/// What is wrong with how `text` is read; nil if nothing is.
private func complaint(_ text: String) -> String? {
    let operation = StatementReader.operation(of: text)
    if let collection = operation.collection, collection.utf8.count > 257 { return "a long name" }
    // SQLite reads to the first NUL, and some pragmas do at once what they say.
    guard text.utf8.count < 16 << 10, !text.utf8.contains(0), operation.name != "PRAGMA",
        let real = peer.withLock({ $0.read(text) })
    else { return nil }
    if operation.name.isEmpty { return "a statement without a name" }
    guard operation.name == "SELECT" || changing.contains(operation.name) else { return nil }
    if real.changes != changing.contains(operation.name) { return "\(operation.name) is not what it does" }
    guard let collection = operation.collection else { return real.changes ? "a change without a table" : nil }
    // The last part is the table. Some of SQLite's own have two names.
    let table = (collection.split(separator: ".").last ?? "").lowercased()
    if !table.hasPrefix("sqlite_"), !real.names.contains(table) { return "another table than \(collection)" }
    return nil
}

/// Words of which statements are made, each for a few of a byte's values.
private let words = [
    "SELECT ", "FROM ", "a ", "b ", "x ", "y ", "\"a\" ", "[b] ", "`t t` ", "'a' ", "main.", "( ", ") ", ", ", "* ",
    "1 ",
    "INSERT ", "INTO ", "VALUES ", "(1,2) ", "REPLACE ", "OR ", "IGNORE ", "UPDATE ", "SET ", "x = 1 ", "DELETE ",
    "WITH ",
    "RECURSIVE ", "c ", "AS ", "NOT ", "MATERIALIZED ", "UNION ", "JOIN ", "WHERE ", "IS ", "DISTINCT ", "-- FROM b\n",
    "/* FROM b */", "; ", "? ", ":from ", "'it''s' ", "\"", "'", "[", "]", "/*", "*/", "--", "\n", "select", "from",
    "ORDER BY ", "LIMIT ", "RETURNING ", "count(*) ", "json_each('[]') ", "json_each ", "DEFAULT VALUES ", "x'00' ",
    "1e5 ",
    "sqlite_schema ",
]

/// What the fuzzer calls. An even byte in front stands for text as it is, an odd one for words.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: bytes, count: count)
    let rest = input.dropFirst()
    let text =
        (input.first ?? 0) % 2 == 0
        ? String(decoding: rest, as: UTF8.self) : rest.map { words[Int($0) % words.count] }.joined()
    if let complaint = complaint(text) { fatalError("\(complaint): \(text)") }
    return 0
}
