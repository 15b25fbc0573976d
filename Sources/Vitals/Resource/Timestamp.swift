import Glibc

/// Times as people and ISO 8601 write them, in UTC.
enum Timestamp {
    /// Such as `2026-11-21T11:47:52Z`; nil for times beyond the calendar.
    static func text(seconds: Int) -> String? {
        var seconds = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return nil }
        let date =
            "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(time)Z"
    }

    /// With milliseconds, such as `2026-11-21T11:47:52.019Z`.
    static func text(nanoseconds: UInt64) -> String {
        let whole = text(seconds: Int(nanoseconds / 1_000_000_000)) ?? ""
        return whole.dropLast() + "." + padded(Int(nanoseconds / 1_000_000 % 1000), 3) + "Z"
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
