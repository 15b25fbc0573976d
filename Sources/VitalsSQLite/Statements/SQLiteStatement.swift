import CSQLite
import VitalsInstrumentation

/// A statement that SQLite has understood, to be run many times.
final class SQLiteStatement {
    /// What it does, as far as its text tells.
    let operation: DatabaseOperation
    let text: String
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    init(_ operation: DatabaseOperation, _ text: String, _ handle: OpaquePointer, _ connection: SQLiteConnection) {
        self.operation = operation
        self.text = text
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Whether it answers with rows, be there any or not.
    var givesRows: Bool { sqlite3_column_count(handle) > 0 }

    func run(_ parameters: [SQLiteValue]) throws(SQLiteError) -> [[SQLiteValue]] {
        defer {
            // What it says was said before, by the step that failed.
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(parameters)
        var rows: [[SQLiteValue]] = []
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: rows.append((0..<sqlite3_data_count(handle)).map(value))
            case SQLITE_DONE: return rows
            case let code: throw connection.error(code, text)
            }
        }
    }

    private func bind(_ parameters: [SQLiteValue]) throws(SQLiteError) {
        let count = Int(sqlite3_bind_parameter_count(handle))
        guard count == parameters.count else {
            throw connection.misuse("the statement takes \(count) parameters and was given \(parameters.count)", text)
        }
        for (index, parameter) in zip(Int32(1)..., parameters) {
            let code =
                switch parameter {
                case .null: sqlite3_bind_null(handle, index)
                case .integer(let number): sqlite3_bind_int64(handle, index, number)
                case .real(let number) where number.isNaN:
                    // SQLite would store NULL without a word.
                    throw connection.misuse("parameter \(index) is NaN, which SQLite does not know", text)
                case .real(let number): sqlite3_bind_double(handle, index, number)
                case .text(let text): bind(text, index)
                case .blob(let bytes):
                    bytes.withUnsafeBytes {
                        vitals_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
                    }
                }
            guard code == SQLITE_OK else { throw connection.error(code, text) }
        }
    }

    private func bind(_ text: String, _ index: Int32) -> Int32 {
        var native = text
        return native.withUTF8 { vitals_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count)) }
    }

    private func value(_ column: Int32) -> SQLiteValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            // The pointer first: asking for it may change how many bytes there are.
            .text(String(decoding: bytes(UnsafeRawPointer(sqlite3_column_text(handle, column)), column), as: UTF8.self))
        case SQLITE_BLOB: .blob(Array(bytes(sqlite3_column_blob(handle, column), column)))
        default: .null
        }
    }

    private func bytes(_ start: UnsafeRawPointer?, _ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }
}
