import Testing
import VitalsTesting

@testable import VitalsMetrics

/// A table of what is recorded, when it is collected, and what each kind of reader has to report.
///
/// Every step takes one second of a clock that starts at 0, so points tell their times: `1…3` covers what happened from
/// the end of second 1 to that of second 3.
struct StepTable: Sendable {
    enum Step: Sendable {
        /// Records values in the series of a label, or in the one without labels.
        case record([Double], in: String = "")
        /// Records nothing; time passes.
        case wait
        /// Collects and acknowledges.
        case collect(cumulative: [String], delta: [String])
        /// Collects, and the export fails.
        case fail(cumulative: [String], delta: [String])
    }

    /// Which readers are there; one must not disturb another.
    enum Readers: CaseIterable, Sendable {
        case cumulative, delta, cumulativeThenDelta, deltaThenCumulative, deltaTwice

        var temporalities: [(isDelta: Bool, temporality: Temporality)] {
            switch self {
            case .cumulative: [(false, .cumulative)]
            case .delta: [(true, .everythingDelta)]
            case .cumulativeThenDelta: [(false, .cumulative), (true, .everythingDelta)]
            case .deltaThenCumulative: [(true, .everythingDelta), (false, .cumulative)]
            case .deltaTwice: [(true, .everythingDelta), (true, .everythingDelta)]
            }
        }
    }

    /// Declares the instrument `m` and returns how to record.
    let declare: @Sendable (Meter) -> @Sendable (Double, Attributes) -> Void
    let steps: [Step]

    init(_ declare: @escaping @Sendable (Meter) -> @Sendable (Double, Attributes) -> Void, _ steps: [Step]) {
        self.declare = declare
        self.steps = steps
    }

    func run(_ readers: Readers, sourceLocation: SourceLocation = #_sourceLocation) {
        let clock = ManualClock(seconds: StepTable.origin)
        let registry = Registry(clock: clock.clock)
        let all = readers.temporalities.map {
            (isDelta: $0.isDelta, reader: InMemoryReader(registry, temporality: $0.temporality))
        }
        let record = declare(registry.meter("steps"))
        for (number, step) in steps.enumerated() {
            clock.advance(by: .seconds(1))
            switch step {
            case .record(let values, let label):
                for value in values { record(value, label.isEmpty ? [:] : ["in": .string(label)]) }
            case .wait: break
            case .collect(let cumulative, let delta), .fail(let cumulative, let delta):
                for (isDelta, reader) in all {
                    let points = StepTable.lines(reader.collectWithoutCommit()["m"])
                    let kind = isDelta ? "delta" : "cumulative"
                    #expect(
                        points == (isDelta ? delta : cumulative), "step \(number), \(kind)",
                        sourceLocation: sourceLocation)
                    if case .collect = step { reader.commit() }
                }
            }
        }
    }

    private static let origin: UInt64 = 1_700_000_000

    /// One line a point: label, times, value.
    private static func lines(_ metric: CollectedMetric?) -> [String] {
        guard let metric else { return [] }
        return metric.points.map { point in
            var label = ""
            if case .string(let text)? = point.attributes["in"] { label = text + " " }
            return "\(label)\(seconds(point.start))…\(seconds(metric.time)) \(text(point.value))"
        }
    }

    private static func seconds(_ nanoseconds: UInt64) -> UInt64 {
        nanoseconds / 1_000_000_000 - origin
    }

    private static func text(_ value: CollectedPoint.Value) -> String {
        switch value {
        case .int(let value): return "\(value)"
        case .double(let value): return "\(value)"
        case .histogram(let point):
            return summary(point.count, point.sum, point.minimum, point.maximum) + " \(point.buckets)"
        case .exponential(let point):
            var text = summary(point.count, point.sum, point.minimum, point.maximum) + " @\(point.scale)"
            if point.zeroCount > 0 { text += " zero \(point.zeroCount)" }
            if !point.positive.counts.isEmpty { text += " + \(point.positive.offset): \(point.positive.counts)" }
            if !point.negative.counts.isEmpty { text += " - \(point.negative.offset): \(point.negative.counts)" }
            return text
        }
    }

    private static func summary(_ count: UInt64, _ sum: Double?, _ least: Double?, _ greatest: Double?) -> String {
        var text = "n \(count)"
        if let sum { text += " sum \(sum)" }
        if let least, let greatest { text += " in \(least)…\(greatest)" }
        return text
    }
}

extension Temporality {
    /// Changes for everything that has them.
    fileprivate static var everythingDelta: Temporality {
        Temporality(delta: [.counter, .upDownCounter, .histogram, .observableCounter])
    }
}
