/// How often payments go wrong, as shares of all of them.
struct Faults: Equatable, Sendable {
    /// Payments that take a second or two.
    var slow = 0.015
    /// Payments that are declined.
    var declined = 0.04
    /// Requests that fail, and may be repeated.
    var failing = 0.02

    static let help = """
          --slow SHARE           payments that take 1 to 2.5 s (0.015)
          --decline SHARE        payments that are declined (0.04)
          --fail SHARE           payment requests that fail with 503 (0.02)
        """

    /// Takes the value of one of its options; false if the option is not one of them.
    mutating func take(_ option: String, _ reader: inout OptionReader) throws(UsageError) -> Bool {
        switch option {
        case "--slow": slow = try reader.share()
        case "--decline": declined = try reader.share()
        case "--fail": failing = try reader.share()
        default: return false
        }
        return true
    }

    /// The options that say the same.
    var arguments: [String] { ["--slow", "\(slow)", "--decline", "\(declined)", "--fail", "\(failing)"] }
}
