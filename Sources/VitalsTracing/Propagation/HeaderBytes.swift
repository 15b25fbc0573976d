/// The text of a header, or a part of it, while it is read.
package typealias HeaderBytes = Slice<UnsafeBufferPointer<UInt8>>

extension HeaderBytes {
    /// Without the blanks and tabs around it.
    var trimmed: HeaderBytes {
        var rest = self
        while let first = rest.first, Self.isBlank(first) { rest.removeFirst() }
        while let last = rest.last, Self.isBlank(last) { rest.removeLast() }
        return rest
    }

    /// Takes off the next member of a list with commas; nil at the end. The blanks around it go, too, and it may be
    /// empty.
    mutating func popMember() -> HeaderBytes? {
        guard !isEmpty else { return nil }
        let end = firstIndex(of: UInt8(ascii: ",")) ?? endIndex
        let member = self[startIndex..<end]
        self = end < endIndex ? self[(end + 1)...] : self[endIndex...]
        return member.trimmed
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension String {
    /// Lends the bytes.
    package func withHeaderBytes<Result>(_ body: (HeaderBytes) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable({ body($0[...]) }) { return result }
        var copy = self
        return copy.withUTF8 { body($0[...]) }
    }

    /// Whether both are the name of one header, whose case does not count.
    package func isSameHeader(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        // Most often they are the very same, which is two words to compare if they are short.
        return self == other || zip(utf8, other.utf8).allSatisfy { Self.lower($0) == Self.lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
