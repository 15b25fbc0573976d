/// A value in a database.
public enum SQLiteValue: Sendable, Hashable {
    /// Nothing.
    case null
    /// An integer.
    case integer(Int64)
    /// A double.
    case real(Double)
    /// Text.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}
