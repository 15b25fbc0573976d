/// Bytes of a file of the system, which are taken apart from the front.
typealias SystemText = ArraySlice<UInt8>

extension SystemText {
    /// Takes off everything up to a separator, and the separator; nil at the end.
    mutating func take(upTo separator: UInt8) -> SystemText? {
        guard !isEmpty else { return nil }
        let end = firstIndex(of: separator) ?? endIndex
        let part = self[..<end]
        self = self[end...].dropFirst()
        return part
    }

    /// Takes off the first line.
    mutating func takeLine() -> SystemText? {
        take(upTo: UInt8(ascii: "\n"))
    }

    /// Takes off the first word, and what is blank before it.
    mutating func takeWord() -> SystemText? {
        self = drop { Self.blanks.contains($0) }
        guard !isEmpty else { return nil }
        let word = prefix { !Self.blanks.contains($0) }
        self = self[word.endIndex...]
        return word
    }

    private static let blanks: ClosedRange<UInt8> = 0...0x20

    /// The word with this number, from 0.
    func word(_ number: Int) -> SystemText? {
        var rest = self
        for _ in 0..<number where rest.takeWord() == nil { return nil }
        return rest.takeWord()
    }

    /// Whether it is this text.
    func isText(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { elementsEqual($0) }
    }

    /// What follows `text`; nil if it does not begin with it.
    func after(_ text: StaticString) -> SystemText? {
        text.withUTF8Buffer { starts(with: $0) ? dropFirst($0.count) : nil }
    }

    /// The number of a file that has just one; nil for `max`.
    var onlyNumber: UInt64? {
        var rest = self
        let number = rest.takeWord()?.number
        return rest.takeWord() == nil ? number : nil
    }

    /// The number in the line that begins with `key`, as in `read_bytes: 4096` and `nr_periods 12`.
    func number(of key: StaticString) -> UInt64? {
        var rest = self
        while var line = rest.takeLine() {
            guard let name = line.takeWord(), name.isText(key) || name.last == 0x3A && name.dropLast().isText(key)
            else {
                continue
            }
            return line.onlyNumber
        }
        return nil
    }
}

extension Collection<UInt8> {
    /// The whole number in decimal digits that it is. What is none, or too large, is nil.
    var number: UInt64? {
        guard !isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in self {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (tens, isBeyond) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = tens.addingReportingOverflow(UInt64(byte &- 0x30))
            if isBeyond || isTooLarge { return nil }
            number = sum
        }
        return number
    }
}
