/// From which values on something has which colour.
public struct Thresholds: Sendable {
    /// From one value on; the first step has none.
    struct Step: Sendable {
        let value: Double?
        let colour: String
    }

    let steps: [Step]

    /// All values are as good as each other.
    static let none = Thresholds(steps: [Step(value: nil, colour: "green")])

    /// Good at first, worth a look from one value on, bad from another one on.
    public static func rising(_ warning: Double, _ bad: Double) -> Thresholds {
        Thresholds(steps: [
            Step(value: nil, colour: "green"), Step(value: warning, colour: "orange"), Step(value: bad, colour: "red"),
        ])
    }

    /// Bad at first, worth a look from one value on, good from another one on.
    public static func falling(_ warning: Double, _ good: Double) -> Thresholds {
        Thresholds(steps: [
            Step(value: nil, colour: "red"), Step(value: warning, colour: "orange"), Step(value: good, colour: "green"),
        ])
    }

    /// Lines at some values, and no colours between them.
    static func lines(_ values: [Double]) -> Thresholds {
        Thresholds(steps: [Step(value: nil, colour: "transparent")] + values.map { Step(value: $0, colour: "red") })
    }
}
