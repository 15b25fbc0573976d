/// The text of `grpc-timeout`: at most eight digits and a unit.
package enum GRPCTimeout {
    /// The finest unit in which the time has at most eight digits, rounded up; nil beyond what can be said.
    package static func text(_ nanoseconds: UInt64) -> String? {
        for (unit, length) in units {
            let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: length)
            let count = rest == 0 ? whole : whole + 1
            if count <= 99_999_999 { return "\(count)\(unit)" }
        }
        return nil
    }

    /// The nanoseconds that a text stands for, clamped to what a word holds; nil if it is malformed.
    package static func nanoseconds(_ text: some Collection<UInt8>) -> UInt64? {
        guard (2...9).contains(text.count) else { return nil }
        var count: UInt64 = 0
        for byte in text.dropLast() {
            guard (0x30...0x39).contains(byte) else { return nil }
            count = count * 10 + UInt64(byte - 0x30)
        }
        let unit = text.suffix(1).first.map { Character(UnicodeScalar($0)) }
        guard let length = units.first(where: { $0.unit == unit })?.length else { return nil }
        let (total, isOver) = count.multipliedReportingOverflow(by: length)
        return isOver ? .max : total
    }

    private static let units: [(unit: Character, length: UInt64)] = [
        ("n", 1), ("u", 1000), ("m", 1_000_000), ("S", 1_000_000_000), ("M", 60_000_000_000), ("H", 3_600_000_000_000),
    ]
}
