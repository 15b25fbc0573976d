/// Named values as text, as forms are sent: `name=value&name=value`. The values here are numbers and plain words, so
/// nothing has to be encoded.
struct Fields {
    private var values: [String: String] = [:]

    /// Nil if it is not such text.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            values[String(parts[0])] = String(parts[1])
        }
    }

    subscript(_ name: String) -> String? { values[name] }

    /// The value as a number.
    func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
        values[name].flatMap { Number($0) }
    }

    static func bytes(_ fields: KeyValuePairs<String, String>) -> [UInt8] {
        Array(fields.map { "\($0)=\($1)" }.joined(separator: "&").utf8)
    }
}
