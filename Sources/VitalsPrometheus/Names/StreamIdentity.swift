package import VitalsMetrics

/// What tells one stream from another where names are given out.
package struct StreamIdentity: Hashable, Sendable {
    /// Who declared the instrument.
    package let scope: InstrumentationScope
    /// The name of the stream.
    package let name: String
    /// The unit.
    package let unit: Unit
    /// What it is to the rules of names.
    package let kind: MetricName.Kind
    /// The number that it records.
    package let number: NumberKind

    /// The identity of a stream.
    package init(
        scope: InstrumentationScope, name: String, unit: Unit, kind: MetricName.Kind, number: NumberKind
    ) {
        self.scope = scope
        self.name = name
        self.unit = unit
        self.kind = kind
        self.number = number
    }

    /// The stream in a message: `the counter "requests" of scope "http" 1.0`.
    var inWords: String {
        let kind =
            switch kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .upDown: "up-down counter"
            case .histogram: "histogram"
            }
        let version = scope.version.isEmpty ? "" : " \(scope.version)"
        return "the \(kind) \"\(name)\" of scope \"\(scope.name)\"\(version)"
    }
}
