/// The header field `Retry-After`: seconds, or a date in any of the forms that HTTP knows.
package enum RetryAfter {
    /// No longer wait is believed.
    private static let mostSeconds: UInt64 = 86_400
    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// How many nanoseconds a peer asks to wait, a day at most; nil if it cannot be understood. `now` is in nanoseconds
    /// since 1970.
    package static func nanoseconds(_ text: String, now: UInt64) -> UInt64? {
        let bytes = trimmed(Array(text.utf8))
        guard !bytes.isEmpty, bytes.count <= 64 else { return isNumber(bytes) ? mostSeconds * 1_000_000_000 : nil }
        if isNumber(bytes) { return min(number(bytes) ?? mostSeconds, mostSeconds) * 1_000_000_000 }
        guard let date = seconds(String(decoding: bytes, as: UTF8.self), now: now / 1_000_000_000) else { return nil }
        let (nanoseconds, isFar) = date.multipliedReportingOverflow(by: 1_000_000_000)
        if isFar { return mostSeconds * 1_000_000_000 }
        return nanoseconds <= now ? 0 : min(nanoseconds - now, mostSeconds * 1_000_000_000)
    }

    /// A date in seconds since 1970; those before count as 1970.
    private static func seconds(_ text: String, now: UInt64) -> UInt64? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first else { return nil }
        if first.hasSuffix(",") {
            let day = String(first.dropLast())
            // Sun, 06 Nov 1994 08:49:37 GMT
            if parts.count == 6, parts[5] == "GMT", weekdays.contains(where: { $0.prefix(3) == day }) {
                return seconds(digits(parts[3], 4), parts[2], digits(parts[1], 2), parts[4])
            }
            // Sunday, 06-Nov-94 08:49:37 GMT
            if parts.count == 4, parts[3] == "GMT", weekdays.contains(day) {
                let date = parts[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
                guard date.count == 3, let year = digits(date[2], 2) else { return nil }
                return seconds(fullYear(year, now: now), date[1], digits(date[0], 2), parts[2])
            }
            return nil
        }
        // Sun Nov  6 08:49:37 1994, where a blank stands for the first digit of a short day.
        guard weekdays.contains(where: { $0.prefix(3) == first }) else { return nil }
        if parts.count == 6, parts[2].isEmpty {
            return seconds(digits(parts[5], 4), parts[1], digits(parts[3], 1), parts[4])
        }
        guard parts.count == 5 else { return nil }
        return seconds(digits(parts[4], 4), parts[1], digits(parts[2], 2), parts[3])
    }

    private static func seconds(_ year: UInt64?, _ month: String, _ day: UInt64?, _ time: String) -> UInt64? {
        guard let year, let day, let month = months.firstIndex(of: month) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [UInt64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month]).contains(day) else { return nil }
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { digits(String($0), 2) }
        // A minute may have a leap second.
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2], hour < 24,
            minute < 60, second < 61
        else { return nil }
        guard year >= 1970 else { return 0 }
        let before = year - 1
        // Leap days before the year, less the 477 before 1970.
        let leapDays = before / 4 - before / 100 + before / 400 - 477
        let days = (year - 1970) * 365 + leapDays + lengths[..<month].reduce(0, +) + day - 1
        return days * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// Two digits mean the year that is less than fifty years ahead.
    private static func fullYear(_ short: UInt64, now: UInt64) -> UInt64 {
        // Years of average length: the boundary need not be exact.
        let current = 1970 + min(now / 31_556_952, 8000)
        let year = current / 100 * 100 + short
        if year > current + 50 { return year - 100 }
        return year + 50 <= current ? year + 100 : year
    }

    private static func digits(_ text: String, _ count: Int) -> UInt64? {
        let bytes = Array(text.utf8)
        return bytes.count == count && isNumber(bytes) ? number(bytes) : nil
    }

    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func number(_ bytes: [UInt8]) -> UInt64? {
        UInt64(String(decoding: bytes, as: UTF8.self))
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return Array(bytes[first...last])
    }
}
