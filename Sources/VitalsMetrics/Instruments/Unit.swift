/// The unit of an instrument, in the UCUM notation that OpenTelemetry uses: `s`, `By`, `{request}`.
public struct Unit: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The notation.
    public let symbol: String

    /// A unit by its notation.
    public init(_ symbol: String) {
        self.symbol = symbol
    }

    /// A unit by its notation.
    public init(stringLiteral symbol: String) {
        self.symbol = symbol
    }

    /// No unit.
    public static let none: Unit = ""
    /// Seconds.
    public static let seconds: Unit = "s"
    /// Milliseconds.
    public static let milliseconds: Unit = "ms"
    /// Microseconds.
    public static let microseconds: Unit = "us"
    /// Nanoseconds.
    public static let nanoseconds: Unit = "ns"
    /// Bytes.
    public static let bytes: Unit = "By"
    /// A ratio.
    public static let ratio: Unit = "1"

    /// How many of this unit a second has; units that are no time count as seconds.
    var perSecond: Double {
        switch symbol {
        case "ms": 1e3
        case "us": 1e6
        case "ns": 1e9
        case "min": 1.0 / 60
        case "h": 1.0 / 3600
        case "d": 1.0 / 86400
        default: 1
        }
    }
}
