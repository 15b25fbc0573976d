import VitalsMetrics
import VitalsTesting

/// What a reader's registry reports about itself.
struct SelfReport {
    let reader: InMemoryReader

    init(_ reader: InMemoryReader) {
        self.reader = reader
        reader.registry.observeItself()
    }

    /// How many measurements were dropped for a reason, by the name that users see.
    func dropped(_ reason: String) -> Double? {
        reader.counter("vitals.measurements.dropped", ["reason": .string(reason)])
    }

    /// How many declarations contradicted each other.
    var conflicts: Double? { reader.counter("vitals.instruments.conflicts") }
}
