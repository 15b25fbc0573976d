import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite struct GaugeStepTests {
    private static func doubles(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let gauge = meter.gauge("m")
        return { gauge.set($0, $1) }
    }

    private static func integers(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let gauge = meter.gauge("m", of: Int.self)
        return { gauge.set(Int($0), $1) }
    }

    @Test(arguments: StepTable.Readers.allCases) func theLastValueIsReported(readers: StepTable.Readers) {
        let first = ["1…2 3.0"]
        let second = ["1…4 -1.5"]
        StepTable(
            Self.doubles,
            [
                .record([1, 2, 3]),
                .collect(cumulative: first, delta: first),
                .record([7, -1.5]),
                .collect(cumulative: second, delta: second),
                .collect(cumulative: ["1…5 -1.5"], delta: ["1…5 -1.5"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func aFailedExportChangesNothing(readers: StepTable.Readers) {
        StepTable(
            Self.integers,
            [
                .record([4]),
                .fail(cumulative: ["1…2 4"], delta: ["1…2 4"]),
                .fail(cumulative: ["1…3 4"], delta: ["1…3 4"]),
                .record([5]),
                .fail(cumulative: ["1…5 5"], delta: ["1…5 5"]),
                .collect(cumulative: ["1…6 5"], delta: ["1…6 5"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func seriesAreSetOneByOne(readers: StepTable.Readers) {
        StepTable(
            Self.doubles,
            [
                .record([1], in: "a"),
                .record([2], in: "b"),
                .collect(cumulative: ["a 1…3 1.0", "b 2…3 2.0"], delta: ["a 1…3 1.0", "b 2…3 2.0"]),
                .record([-3], in: "b"),
                .collect(cumulative: ["a 1…5 1.0", "b 2…5 -3.0"], delta: ["a 1…5 1.0", "b 2…5 -3.0"]),
            ]
        ).run(readers)
    }

    @Test func theValueThatAnotherThreadSetLastIsReported() {
        let reader = InMemoryReader()
        let gauge = reader.meter().gauge("m")
        gauge.set(1)
        Crew.run(1) { _ in gauge.set(2) }
        #expect(reader.gauge("m") == 2)
        gauge.set(3)
        #expect(reader.gauge("m") == 3)
    }
}
