public import VitalsMetrics

/// What a panel's values are measured in, by the name that Grafana has for it.
public struct PanelUnit: Sendable, Hashable {
    let name: String

    /// A unit that Grafana knows by this name.
    public init(_ name: String) {
        self.name = name
    }

    /// What an instrument is measured in; a plain number if Grafana has no unit for it.
    public init(_ unit: Unit) {
        self =
            switch unit.symbol {
            case "s": .seconds
            case "ms": PanelUnit("ms")
            case "us": PanelUnit("µs")
            case "ns": PanelUnit("ns")
            case "By": .bytes
            case "1": .ratio
            default: .number
            }
    }

    /// A plain number, shortened: 1.2 K.
    public static let number = PanelUnit("short")
    /// A share of one, shown as percent.
    public static let ratio = PanelUnit("percentunit")
    /// Seconds.
    public static let seconds = PanelUnit("s")
    /// Bytes.
    public static let bytes = PanelUnit("bytes")
    /// Bytes a second.
    public static let bytesPerSecond = PanelUnit("Bps")
    /// Requests a second.
    public static let requestsPerSecond = PanelUnit("reqps")
    /// Operations a second.
    public static let operationsPerSecond = PanelUnit("ops")
    /// Counts a second.
    public static let countsPerSecond = PanelUnit("cps")
}
