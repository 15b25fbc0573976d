import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// Sum, count and buckets of every snapshot belong together while threads record.
@Suite(.serialized) struct HistogramAgreementTests {
    private final class Load: Sendable {
        let isOver = Atomic(false)
        let started = Atomic<Int>(0)
        let records = Atomic<Int>(0)
    }

    private static let threads = 4
    private static let snapshots = 200

    /// Lets four threads call `record`, with their number and that of the call, until `collect` was called as often as
    /// there are snapshots, and over a tenth of a second at least. Returns how often they called it.
    private static func underLoad(
        _ record: @escaping @Sendable (_ thread: Int, _ call: Int) -> Void, _ collect: () -> Void
    ) -> Int {
        let load = Load()
        let running = Crew.start(threads) { number in
            record(number, 0)
            load.started.add(1, ordering: .relaxed)
            var count = 1
            while !load.isOver.load(ordering: .relaxed) {
                record(number, count)
                count += 1
            }
            load.records.add(count, ordering: .relaxed)
        }
        while load.started.load(ordering: .relaxed) < threads { vitals_yield() }
        let end = vitals_monotonic_nanoseconds() + 100_000_000
        var left = snapshots
        while left > 0 || vitals_monotonic_nanoseconds() < end {
            collect()
            left -= 1
        }
        load.isOver.store(true, ordering: .relaxed)
        #expect(running.join())
        return load.records.load(ordering: .relaxed)
    }

    @Test func bucketsCountAndSumOfAnExplicitHistogramAgreeInEverySnapshot() throws {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .latency)
        var disagreements = 0
        var last: UInt64 = 0
        let records = Self.underLoad({ _, _ in histogram.record(0.25) }) {
            guard let point = reader.histogram("h") else { return }
            if point.buckets.reduce(0, +) != point.count || point.sum != 0.25 * Double(point.count) {
                disagreements += 1
            }
            if point.buckets[6] != point.count || point.count < last { disagreements += 1 }
            last = point.count
        }
        #expect(disagreements == 0)
        #expect(last > 0)
        #expect(reader.histogram("h")?.count == UInt64(records))
    }

    @Test func bucketsCountAndSumOfAnExponentialHistogramAgreeInEverySnapshot() throws {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .exponential())
        var disagreements = 0
        var last: UInt64 = 0
        let records = Self.underLoad({ _, _ in histogram.record(0.25) }) {
            guard let point = reader.exponentialHistogram("h") else { return }
            if point.sum != 0.25 * Double(point.count) || point.positive.counts != [point.count] { disagreements += 1 }
            if point.scale != 20 || point.positive.offset != -2 * (1 << 20) - 1 || point.count < last {
                disagreements += 1
            }
            last = point.count
        }
        #expect(disagreements == 0)
        #expect(last > 0)
        #expect(reader.exponentialHistogram("h")?.count == UInt64(records))
    }

    /// Each thread walks through ever wider ranges again and again under new series, so that blocks grow and scales
    /// change while the reader looks.
    @Test func snapshotsAgreeWhileBlocksGrowAndScalesChange() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", of: Int.self, buckets: .exponential(maxSize: 20))
        var disagreements = 0
        let records = Self.underLoad({ number, step in
            let side = step % 3 == 0 ? -1 : 1
            histogram.record(side << (step / 7 % 60), ["round": .int(step / 420 % 50), "thread": .int(number)])
        }) {
            for point in reader.collect()["h"]?.points ?? [] {
                guard let point = point.exponential else { continue }
                let buckets = (point.positive.counts + point.negative.counts).reduce(point.zeroCount, +)
                if buckets != point.count { disagreements += 1 }
                if point.positive.counts.count > 20 || point.negative.counts.count > 20 { disagreements += 1 }
            }
        }
        #expect(disagreements == 0)
        let points = reader.collect()["h"]?.points ?? []
        #expect(points.reduce(0) { $0 + ($1.exponential?.count ?? 0) } == UInt64(records))
    }

    @Test func deltasUnderLoadAddUpToTheTotal() {
        let reader = InMemoryReader(temporality: .delta)
        let histogram = reader.meter().histogram("h", buckets: [1, 2])
        var count: UInt64 = 0
        var sum = 0.0
        var disagreements = 0
        let collect = {
            guard let point = reader.histogram("h") else { return }
            if point.buckets != [0, point.count, 0] || point.sum != 1.5 * Double(point.count) { disagreements += 1 }
            count += point.count
            sum += point.sum ?? 0
        }
        let records = Self.underLoad({ _, _ in histogram.record(1.5) }, collect)
        collect()
        #expect(disagreements == 0)
        #expect(count == UInt64(records))
        #expect(sum == 1.5 * Double(records))
    }
}
