import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

/// Everything at once, for as long as RACE_SECONDS says (one by default). Under ThreadSanitizer this is the proof that
/// the core has no data race.
@Suite(.serialized) struct RaceTests {
    static let threads = 16
    static let series = 50
    /// What every histogram record holds, so that sum = value × count in every snapshot.
    static let value = 0.25

    private final class Plant: Sendable {
        let registry = Registry()
        let counter: Counter<Int>
        let levels: UpDownCounter<Int>
        let explicit: Histogram<Double>
        let exponential: Histogram<Double>
        let gauge: Gauge<Double>
        let isOver = Atomic(false)
        let added = Atomic<Int>(0)
        let records = Atomic<Int>(0)
        let churned = Atomic<Int>(0)
        let running = Atomic<Int>(0)

        init() {
            let meter = registry.meter("race")
            counter = meter.counter("count")
            levels = meter.upDownCounter("level")
            explicit = meter.histogram("explicit", buckets: .latency)
            exponential = meter.histogram("exponential", buckets: .exponential())
            gauge = meter.gauge("gauge")
        }

        func start(_ body: @escaping @Sendable (Plant) -> Void) {
            running.add(1, ordering: .acquiringAndReleasing)
            let box = Unmanaged.passRetained(Job(self, body))
            let failure = vitals_thread_start(
                { pointer in
                    let job = Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue()
                    job.body(job.plant)
                    job.plant.running.subtract(1, ordering: .acquiringAndReleasing)
                }, box.toOpaque(), "race")
            #expect(failure == 0)
        }
    }

    private final class Job: Sendable {
        let plant: Plant
        let body: @Sendable (Plant) -> Void

        init(_ plant: Plant, _ body: @escaping @Sendable (Plant) -> Void) {
            self.plant = plant
            self.body = body
        }
    }

    /// What a reader saw.
    private struct Seen {
        var counted = 0
        var explicit: UInt64 = 0
        var exponential: UInt64 = 0
        var collections = 0
    }

    @Test func nothingIsLostOrTornWhileEverythingHappensAtOnce() {
        let seconds = vitals_environment("RACE_SECONDS").flatMap { Int(String(cString: $0)) } ?? 1
        let end = vitals_monotonic_nanoseconds() + UInt64(seconds) * 1_000_000_000
        let plant = Plant()
        for number in 0..<Self.threads { plant.start { Self.record(number, $0) } }
        plant.start(Self.churn)
        plant.start(Self.giveBirth)
        plant.start(Self.collect)

        let cumulative = InMemoryReader(plant.registry)
        let deltas = [
            InMemoryReader(plant.registry, temporality: .delta), InMemoryReader(plant.registry, temporality: .delta),
        ]
        var seen = [Seen(), Seen()]
        while vitals_monotonic_nanoseconds() < end {
            check(cumulative.collect())
            for (index, reader) in deltas.enumerated() {
                // Every other export fails: its changes have to come again.
                let metrics = reader.collectWithoutCommit()
                check(metrics)
                seen[index].collections += 1
                guard !seen[index].collections.isMultiple(of: 2) else { continue }
                reader.commit()
                Self.tally(metrics, &seen[index])
            }
        }
        plant.isOver.store(true, ordering: .releasing)
        while plant.running.load(ordering: .acquiring) > 0 { vitals_yield() }

        let records = plant.records.load(ordering: .acquiring)
        for (index, reader) in deltas.enumerated() {
            Self.tally(reader.collect(), &seen[index])
            #expect(seen[index].counted == plant.added.load(ordering: .acquiring))
            #expect(seen[index].explicit == UInt64(records))
            #expect(seen[index].exponential == UInt64(records))
        }
        let last = cumulative.collect()
        #expect(last["count"]?.points.reduce(0) { $0 + ($1.int ?? 0) } == plant.added.load(ordering: .acquiring))
        #expect(last["level"]?.points.allSatisfy { $0.int == 0 } == true)
        #expect(records > 0)
        #expect(plant.churned.load(ordering: .relaxed) > 0)
    }

    private static func record(_ number: Int, _ plant: Plant) {
        let labels = (0..<series).map { "series-\($0)" }
        let counters = labels.map { plant.counter.with(["name": .string($0)]) }
        let explicit = labels.map { plant.explicit.with(["name": .string($0)]) }
        let exponential = labels.map { plant.exponential.with(["name": .string($0)]) }
        var turn = number
        var added = 0
        var records = 0
        while !plant.isOver.load(ordering: .relaxed) {
            let place = turn % series
            counters[place].add(2)
            plant.counter.add(1, ["name": .string(labels[place])])
            plant.levels.add(1)
            explicit[place].record(value)
            exponential[place].record(value)
            plant.gauge.set(Double(turn))
            plant.levels.add(-1)
            added += 3
            records += 1
            turn += 7
        }
        plant.added.add(added, ordering: .acquiringAndReleasing)
        plant.records.add(records, ordering: .acquiringAndReleasing)
    }

    /// Makes series, records, removes them, and goes on recording through the handle.
    private static func churn(_ plant: Plant) {
        let meter = plant.registry.meter("churn")
        let counter = meter.counter("churned")
        let histogram = meter.histogram("churned.time", buckets: .exponential())
        let gauge = meter.gauge("churned.level")
        var turn = 0
        while !plant.isOver.load(ordering: .relaxed) {
            let labels: Attributes = ["turn": .int(turn % 100)]
            let handle = counter.with(labels)
            handle.add(1)
            histogram.record(Double(turn), labels)
            gauge.set(Double(turn), labels)
            counter.remove(labels)
            histogram.removeAll { $0 == labels }
            gauge.remove(labels)
            handle.add(1)
            turn += 1
        }
        plant.churned.store(turn, ordering: .relaxed)
    }

    /// A reader on a thread of its own, beside those of the test.
    private static func collect(_ plant: Plant) {
        let reader = InMemoryReader(plant.registry)
        while !plant.isOver.load(ordering: .relaxed) { _ = reader.collect() }
    }

    /// Threads that live for a few records, one after the other.
    private static func giveBirth(_ plant: Plant) {
        while !plant.isOver.load(ordering: .relaxed) {
            let before = plant.running.load(ordering: .acquiring)
            plant.start { plant in
                plant.counter.add(5, ["name": "series-0"])
                plant.added.add(5, ordering: .acquiringAndReleasing)
            }
            while plant.running.load(ordering: .acquiring) > before { vitals_yield() }
        }
    }

    private func check(_ metrics: CollectedMetrics) {
        for point in metrics["explicit"]?.points ?? [] {
            guard let histogram = point.histogram else { continue }
            #expect(histogram.buckets.reduce(0, +) == histogram.count)
            #expect(histogram.sum == Self.value * Double(histogram.count))
        }
        for point in metrics["exponential"]?.points ?? [] {
            guard let histogram = point.exponential else { continue }
            #expect(histogram.positive.counts.reduce(0, +) == histogram.count)
            #expect(histogram.sum == Self.value * Double(histogram.count))
        }
    }

    private static func tally(_ metrics: CollectedMetrics, _ seen: inout Seen) {
        seen.counted += metrics["count"]?.points.reduce(0) { $0 + ($1.int ?? 0) } ?? 0
        seen.explicit += metrics["explicit"]?.points.reduce(0) { $0 + ($1.histogram?.count ?? 0) } ?? 0
        seen.exponential += metrics["exponential"]?.points.reduce(0) { $0 + ($1.exponential?.count ?? 0) } ?? 0
    }
}
