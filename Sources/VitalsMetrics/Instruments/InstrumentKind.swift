/// What an instrument measures, and how.
public struct InstrumentKind: Sendable, Hashable, CustomStringConvertible {
    enum Backing: String, Sendable {
        case counter
        case upDownCounter
        case gauge
        case histogram
        case observableCounter
        case observableUpDownCounter
        case observableGauge
    }

    let backing: Backing

    /// A sum that only grows.
    public static let counter = InstrumentKind(backing: .counter)
    /// A sum that grows and shrinks.
    public static let upDownCounter = InstrumentKind(backing: .upDownCounter)
    /// A value that is set.
    public static let gauge = InstrumentKind(backing: .gauge)
    /// A distribution.
    public static let histogram = InstrumentKind(backing: .histogram)
    /// A growing total that is asked for when someone reads.
    public static let observableCounter = InstrumentKind(backing: .observableCounter)
    /// A total that is asked for when someone reads.
    public static let observableUpDownCounter = InstrumentKind(backing: .observableUpDownCounter)
    /// A value that is asked for when someone reads.
    public static let observableGauge = InstrumentKind(backing: .observableGauge)

    /// The name of the kind.
    public var description: String { backing.rawValue }

    var isObservable: Bool {
        switch backing {
        case .observableCounter, .observableUpDownCounter, .observableGauge: true
        default: false
        }
    }

    var isMonotonic: Bool {
        switch backing {
        case .counter, .observableCounter, .histogram: true
        default: false
        }
    }

    var isGauge: Bool {
        switch backing {
        case .gauge, .observableGauge: true
        default: false
        }
    }
}
