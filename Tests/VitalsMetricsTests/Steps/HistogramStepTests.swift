import Testing

@testable import VitalsMetrics

@Suite struct HistogramStepTests {
    private static func explicit(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let histogram = meter.histogram("m", buckets: [1, 10])
        return { histogram.record($0, $1) }
    }

    private static func integers(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let histogram = meter.histogram("m", of: Int.self, buckets: [1, 10])
        return { histogram.record(Int($0), $1) }
    }

    private static func unbounded(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let histogram = meter.histogram("m", buckets: [])
        return { histogram.record($0, $1) }
    }

    private static func exponential(_ meter: Meter) -> @Sendable (Double, Attributes) -> Void {
        let histogram = meter.histogram("m", buckets: .exponential(maxSize: 4, maxScale: 1, zeroThreshold: 0.01))
        return { histogram.record($0, $1) }
    }

    @Test(arguments: StepTable.Readers.allCases) func explicitTotalsAndChanges(readers: StepTable.Readers) {
        StepTable(
            Self.explicit,
            [
                .collect(cumulative: [], delta: []),
                .record([0.5, 1, 5]),
                .collect(
                    cumulative: ["2…3 n 3 sum 6.5 in 0.5…5.0 [2, 1, 0]"], delta: ["1…3 n 3 sum 6.5 [2, 1, 0]"]),
                .record([100]),
                .collect(
                    cumulative: ["2…5 n 4 sum 106.5 in 0.5…100.0 [2, 1, 1]"], delta: ["3…5 n 1 sum 100.0 [0, 0, 1]"]),
                .collect(cumulative: ["2…6 n 4 sum 106.5 in 0.5…100.0 [2, 1, 1]"], delta: []),
                .record([10, -8]),
                .collect(
                    cumulative: ["2…8 n 6 sum 108.5 in -8.0…100.0 [3, 2, 1]"], delta: ["6…8 n 2 sum 2.0 [1, 1, 0]"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func explicitChangesSurviveFailedExports(readers: StepTable.Readers) {
        StepTable(
            Self.explicit,
            [
                .record([1]),
                .fail(cumulative: ["1…2 n 1 sum 1.0 in 1.0…1.0 [1, 0, 0]"], delta: ["0…2 n 1 sum 1.0 [1, 0, 0]"]),
                .record([2]),
                .fail(cumulative: ["1…4 n 2 sum 3.0 in 1.0…2.0 [1, 1, 0]"], delta: ["0…4 n 2 sum 3.0 [1, 1, 0]"]),
                .collect(cumulative: ["1…5 n 2 sum 3.0 in 1.0…2.0 [1, 1, 0]"], delta: ["0…5 n 2 sum 3.0 [1, 1, 0]"]),
                .record([20]),
                .fail(cumulative: ["1…7 n 3 sum 23.0 in 1.0…20.0 [1, 1, 1]"], delta: ["5…7 n 1 sum 20.0 [0, 0, 1]"]),
                .wait,
                .collect(cumulative: ["1…9 n 3 sum 23.0 in 1.0…20.0 [1, 1, 1]"], delta: ["5…9 n 1 sum 20.0 [0, 0, 1]"]),
                .collect(cumulative: ["1…10 n 3 sum 23.0 in 1.0…20.0 [1, 1, 1]"], delta: []),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func aChangeWhoseSumIsZeroIsReported(readers: StepTable.Readers) {
        StepTable(
            Self.integers,
            [
                .record([5, -5]),
                .collect(cumulative: ["1…2 n 2 sum 0.0 in -5.0…5.0 [1, 1, 0]"], delta: ["0…2 n 2 sum 0.0 [1, 1, 0]"]),
                .record([0]),
                .collect(cumulative: ["1…4 n 3 sum 0.0 in -5.0…5.0 [2, 1, 0]"], delta: ["2…4 n 1 sum 0.0 [1, 0, 0]"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func oneBucketTotalsAndChanges(readers: StepTable.Readers) {
        StepTable(
            Self.unbounded,
            [
                .record([3, -1]),
                .collect(cumulative: ["1…2 n 2 sum 2.0 in -1.0…3.0 [2]"], delta: ["0…2 n 2 sum 2.0 [2]"]),
                .record([.nan, .infinity]),
                .collect(cumulative: ["1…4 n 2 sum 2.0 in -1.0…3.0 [2]"], delta: []),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func explicitSeriesHaveBaselinesOfTheirOwn(readers: StepTable.Readers)
    {
        StepTable(
            Self.explicit,
            [
                .record([1], in: "a"),
                .collect(
                    cumulative: ["a 1…2 n 1 sum 1.0 in 1.0…1.0 [1, 0, 0]"], delta: ["a 0…2 n 1 sum 1.0 [1, 0, 0]"]),
                .record([2], in: "b"),
                .fail(
                    cumulative: ["a 1…4 n 1 sum 1.0 in 1.0…1.0 [1, 0, 0]", "b 3…4 n 1 sum 2.0 in 2.0…2.0 [0, 1, 0]"],
                    delta: ["b 2…4 n 1 sum 2.0 [0, 1, 0]"]),
                .record([30], in: "a"),
                .collect(
                    cumulative: ["a 1…6 n 2 sum 31.0 in 1.0…30.0 [1, 0, 1]", "b 3…6 n 1 sum 2.0 in 2.0…2.0 [0, 1, 0]"],
                    delta: ["a 2…6 n 1 sum 30.0 [0, 0, 1]", "b 2…6 n 1 sum 2.0 [0, 1, 0]"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases) func exponentialTotalsAndChanges(readers: StepTable.Readers) {
        StepTable(
            Self.exponential,
            [
                .collect(cumulative: [], delta: []),
                // At scale 1 the bounds are powers of √2: 1.5 is in bucket 1, 3 in bucket 3.
                .record([1.5, 3, 0]),
                .collect(
                    cumulative: ["2…3 n 3 sum 4.5 in 0.0…3.0 @1 zero 1 + 1: [1, 0, 1]"],
                    delta: ["1…3 n 3 sum 4.5 @1 zero 1 + 1: [1, 0, 1]"]),
                .record([-1.5]),
                .collect(
                    cumulative: ["2…5 n 4 sum 3.0 in -1.5…3.0 @1 zero 1 + 1: [1, 0, 1] - 1: [1]"],
                    delta: ["3…5 n 1 sum -1.5 @1 - 1: [1]"]),
                .collect(cumulative: ["2…6 n 4 sum 3.0 in -1.5…3.0 @1 zero 1 + 1: [1, 0, 1] - 1: [1]"], delta: []),
                // 12 is in bucket 3 of scale 0: four buckets from 0 on, so both sides go down one scale.
                .record([12, 0.01]),
                .collect(
                    cumulative: ["2…8 n 6 sum 15.01 in -1.5…12.0 @0 zero 2 + 0: [1, 1, 0, 1] - 0: [1]"],
                    delta: ["6…8 n 2 sum 12.01 @0 zero 1 + 3: [1]"]),
                .record([-12]),
                .collect(
                    cumulative: ["2…10 n 7 sum 3.01 in -12.0…12.0 @0 zero 2 + 0: [1, 1, 0, 1] - 0: [1, 0, 0, 1]"],
                    delta: ["8…10 n 1 sum -12.0 @0 - 3: [1]"]),
            ]
        ).run(readers)
    }

    @Test(arguments: StepTable.Readers.allCases)
    func exponentialChangesSurviveFailedExportsAcrossScales(readers: StepTable.Readers) {
        StepTable(
            Self.exponential,
            [
                .record([1.5, 1.5]),
                .fail(cumulative: ["1…2 n 2 sum 3.0 in 1.5…1.5 @1 + 1: [2]"], delta: ["0…2 n 2 sum 3.0 @1 + 1: [2]"]),
                .record([3]),
                .collect(
                    cumulative: ["1…4 n 3 sum 6.0 in 1.5…3.0 @1 + 1: [2, 0, 1]"],
                    delta: ["0…4 n 3 sum 6.0 @1 + 1: [2, 0, 1]"]),
                .record([12]),
                .fail(
                    cumulative: ["1…6 n 4 sum 18.0 in 1.5…12.0 @0 + 0: [2, 1, 0, 1]"],
                    delta: ["4…6 n 1 sum 12.0 @0 + 3: [1]"]),
                // 192 is in bucket 7 of scale 0 and 3 of scale -1. The changes of both records are told at that scale.
                .record([192, 1.5]),
                .fail(
                    cumulative: ["1…8 n 6 sum 211.5 in 1.5…192.0 @-1 + 0: [4, 1, 0, 1]"],
                    delta: ["4…8 n 3 sum 205.5 @-1 + 0: [1, 1, 0, 1]"]),
                .collect(
                    cumulative: ["1…9 n 6 sum 211.5 in 1.5…192.0 @-1 + 0: [4, 1, 0, 1]"],
                    delta: ["4…9 n 3 sum 205.5 @-1 + 0: [1, 1, 0, 1]"]),
                .record([12]),
                .collect(
                    cumulative: ["1…11 n 7 sum 223.5 in 1.5…192.0 @-1 + 0: [4, 2, 0, 1]"],
                    delta: ["9…11 n 1 sum 12.0 @-1 + 1: [1]"]),
            ]
        ).run(readers)
    }
}
