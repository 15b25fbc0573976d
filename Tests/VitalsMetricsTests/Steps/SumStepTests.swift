import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite struct SumStepTests {
    private static func integers(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let counter = meter.counter("m")
        return { counter.add(Int($0), $1) }
    }

    private static func doubles(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let counter = meter.counter("m", of: Double.self)
        return { counter.add($0, $1) }
    }

    private static func levels(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let counter = meter.upDownCounter("m")
        return { counter.add(Int($0), $1) }
    }

    @Test(arguments: StepTable.Readers.allCases) func nothingIsReportedBeforeTheFirstMeasurement(
        readers: StepTable.Readers
    ) {
        StepTable(
            Self.integers,
            [
                .collect(cumulative: [], delta: []),
                .record([1]),
                .collect(cumulative: ["2…3 1"], delta: ["1…3 1"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func totalsAndChangesOfACounter(readers: StepTable.Readers) {
        StepTable(
            Self.integers,
            [
                .record([1, 2]),
                .collect(cumulative: ["1…2 3"], delta: ["0…2 3"]),
                .record([4]),
                .collect(cumulative: ["1…4 7"], delta: ["2…4 4"]),
                // Nothing new: totals are repeated, changes are not.
                .collect(cumulative: ["1…5 7"], delta: []),
                .record([5]),
                .collect(cumulative: ["1…7 12"], delta: ["5…7 5"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func aFailedExportLosesNothing(readers: StepTable.Readers) {
        StepTable(
            Self.integers,
            [
                .record([1]),
                .fail(cumulative: ["1…2 1"], delta: ["0…2 1"]),
                .record([2]),
                .fail(cumulative: ["1…4 3"], delta: ["0…4 3"]),
                .collect(cumulative: ["1…5 3"], delta: ["0…5 3"]),
                .fail(cumulative: ["1…6 3"], delta: []),
                .record([4]),
                .fail(cumulative: ["1…8 7"], delta: ["5…8 4"]),
                .record([8]),
                .collect(cumulative: ["1…10 15"], delta: ["5…10 12"]),
                .record([16]),
                .collect(cumulative: ["1…12 31"], delta: ["10…12 16"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func seriesHaveBaselinesOfTheirOwn(readers: StepTable.Readers) {
        StepTable(
            Self.integers,
            [
                .record([1], in: "a"),
                .collect(cumulative: ["a 1…2 1"], delta: ["a 0…2 1"]),
                .record([10], in: "b"),
                .collect(cumulative: ["a 1…4 1", "b 3…4 10"], delta: ["b 2…4 10"]),
                .record([2], in: "a"),
                .fail(cumulative: ["a 1…6 3", "b 3…6 10"], delta: ["a 4…6 2"]),
                .record([20], in: "b"),
                .record([5], in: "c"),
                .collect(
                    cumulative: ["a 1…9 3", "b 3…9 30", "c 8…9 5"], delta: ["a 4…9 2", "b 4…9 20", "c 4…9 5"]),
                .collect(cumulative: ["a 1…10 3", "b 3…10 30", "c 8…10 5"], delta: []),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func doublesKeepTheirFractions(readers: StepTable.Readers) {
        StepTable(
            Self.doubles,
            [
                .record([0.5, 0.25]),
                .collect(cumulative: ["1…2 0.75"], delta: ["0…2 0.75"]),
                .record([1e6]),
                .fail(cumulative: ["1…4 1000000.75"], delta: ["2…4 1000000.0"]),
                .record([0.125]),
                .collect(cumulative: ["1…6 1000000.875"], delta: ["2…6 1000000.125"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func refusedAmountsLeaveNoTrace(readers: StepTable.Readers) {
        StepTable(
            Self.doubles,
            [
                .record([-1, .nan, .infinity], in: "refused"),
                .collect(cumulative: [], delta: []),
                .record([2]),
                .record([-1, .nan, -.infinity]),
                .collect(cumulative: ["3…5 2.0"], delta: ["2…5 2.0"]),
                .record([.nan, -1]),
                .collect(cumulative: ["3…7 2.0"], delta: []),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func levelsMayFall(readers: StepTable.Readers) {
        StepTable(
            Self.levels,
            [
                .record([5, -7]),
                .collect(cumulative: ["1…2 -2"], delta: ["0…2 -2"]),
                .record([-3]),
                .fail(cumulative: ["1…4 -5"], delta: ["2…4 -3"]),
                .record([10]),
                .collect(cumulative: ["1…6 5"], delta: ["2…6 7"]),
            ]
        ).run(readers)
    }

    @Test func levelsStayTotalsUnderTheDeltaPreference() {
        let reader = InMemoryReader(temporality: .delta)
        let counter = reader.meter().upDownCounter("m")
        counter.add(5)
        #expect(reader.collect()["m"]?.isDelta == false)
        counter.add(-2)
        #expect(reader.counter("m") == 3)
        #expect(reader.counter("m") == 3)
    }
}
