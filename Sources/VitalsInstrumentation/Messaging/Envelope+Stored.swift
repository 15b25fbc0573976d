import VitalsTracing

/// Headers as text, for the column of a table: `name=value` pairs with `&` in between, in which everything but letters,
/// digits and `-._~` is percent-encoded. Whatever reads forms reads it.
extension Envelope {
    /// So many headers are stored, and read.
    static let mostHeaders = 256
    /// So many bytes are stored, and read.
    static let mostBytes = 1 << 16

    private static let writingWarning = OneTimeWarning()
    private static let readingWarning = OneTimeWarning()

    /// A message whose headers come from where they were stored.
    ///
    /// Nothing is read beyond 65,536 bytes and 256 headers; what is no header is passed over.
    ///
    /// - Parameter storedHeaders: What `storedHeaders` of the message was.
    public init(id: String, destination: String, storedHeaders: String, body: [UInt8] = []) {
        self.init(id: id, destination: destination, headers: Self.headers(stored: storedHeaders), body: body)
    }

    /// The headers as text, for one column of a table; empty for none.
    ///
    /// A header without a name is left out, and so are headers beyond 65,536 bytes and 256 headers: those that fit are
    /// stored, whatever is in between.
    public var storedHeaders: String {
        var text: [UInt8] = []
        var count = 0
        var left = 0
        for (name, value) in headers where !name.isEmpty {
            if count < Self.mostHeaders, Self.append(name, value, to: &text) { count += 1 } else { left += 1 }
        }
        if left > 0 {
            Self.writingWarning.say(
                """
                \(left) of the \(headers.count) headers of the message \(id.prefix(100)) were not stored: there is room for \
                \(Self.mostHeaders) headers and \(Self.mostBytes) bytes, put less into them
                """)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// False if there is no room, and nothing was appended.
    private static func append(_ name: String, _ value: String, to text: inout [UInt8]) -> Bool {
        // What is far too long is not even encoded.
        guard name.utf8.count <= mostBytes, value.utf8.count <= mostBytes else { return false }
        let length = text.count
        if !text.isEmpty { text.append(UInt8(ascii: "&")) }
        PercentEncoding.append(name, to: &text, unless: isPlain)
        text.append(UInt8(ascii: "="))
        PercentEncoding.append(value, to: &text, unless: isPlain)
        guard text.count <= mostBytes else {
            text.removeLast(text.count - length)
            return false
        }
        return true
    }

    private static func headers(stored text: String) -> [(String, String)] {
        text.withHeaderBytes { bytes in
            var headers: [(String, String)] = []
            var rest = bytes.prefix(mostBytes)
            var isTooMuch = rest.count < bytes.count
            if isTooMuch, bytes[rest.endIndex] != UInt8(ascii: "&") {
                // The last header is cut: it is not read at all.
                rest = rest[..<(rest.lastIndex(of: UInt8(ascii: "&")) ?? rest.startIndex)]
            }
            while !rest.isEmpty {
                let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
                let pair = rest[..<end]
                rest = rest[end...].dropFirst()
                guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), sign > pair.startIndex else { continue }
                guard headers.count < mostHeaders else {
                    isTooMuch = true
                    break
                }
                headers.append(
                    (PercentEncoding.decoded(pair[..<sign]), PercentEncoding.decoded(pair[(sign + 1)...])))
            }
            if isTooMuch {
                readingWarning.say(
                    """
                    a message was stored with more than \(mostHeaders) headers or \(mostBytes) bytes of them: the headers \
                    beyond that were left out
                    """)
            }
            return headers
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
