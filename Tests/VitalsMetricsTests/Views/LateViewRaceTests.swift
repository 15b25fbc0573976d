import CVitals
import Testing
import VitalsMetrics
import VitalsTesting

/// Views that come while threads record: every measurement lands in exactly one stream.
@Suite(.serialized) struct LateViewRaceTests {
    static let threads = 4
    /// RACE_ROUNDS is for ThreadSanitizer, under which a round takes so long that there need not be as many.
    static let rounds = vitals_environment("RACE_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 20_000

    private struct Plant: Sendable {
        let registry = Registry()
        let counter: Counter<Int>
        let sizes: Histogram<Int>
        let gauge: Gauge<Double>
        let family: CounterFamily<Int, (String, Int)>

        init() {
            let meter = registry.meter("test")
            counter = meter.counter("counter")
            sizes = meter.histogram("sizes", of: Int.self, buckets: [2, 10])
            gauge = meter.gauge("gauge")
            family = meter.counter("family", by: .string("route"), .int("user"))
        }

        /// Records on four threads, and lets `change` run in the midst of it.
        func record(_ change: () -> Void, _ extra: @escaping @Sendable (Int, Int) -> Void = { _, _ in }) {
            let started = Tally()
            let crew = Crew.start(LateViewRaceTests.threads) { number in
                let kept = counter.with(["thread": .int(number), "kept": true])
                let size = sizes.with(["thread": .int(number)])
                let level = gauge.with(["thread": .int(number)])
                let typed = family["kept", number]
                for round in 0..<LateViewRaceTests.rounds {
                    kept.add(1)
                    counter.add(1)
                    size.record(5)
                    level.set(Double(round))
                    typed.add(1)
                    extra(number, round)
                    if round == LateViewRaceTests.rounds / 10 { started.add() }
                }
            }
            #expect(eventually { started.count == LateViewRaceTests.threads })
            change()
            #expect(crew.join())
        }
    }

    private static let total = threads * rounds

    @Test(arguments: [
        [View("*", attributes: .only([]))], [View("*", attributes: .without(["user"]))],
        [View("sizes", aggregation: .histogram([1, 7])), View("gauge", attributes: .only(["thread"]))],
    ])
    func nothingIsLost(views: [View]) {
        let plant = Plant()
        plant.record { plant.registry.configure(views: views) }
        let collected = InMemoryReader(plant.registry).collect()
        #expect(collected["counter"]?.total == 2 * Self.total)
        #expect(collected["family"]?.total == Self.total)
        let sizes = collected["sizes"]?.points.compactMap(\.histogram) ?? []
        #expect(sizes.reduce(0) { $0 + $1.count } == UInt64(Self.total))
        #expect(sizes.reduce(0) { $0 + ($1.sum ?? 0) } == Double(5 * Self.total))
        #expect(sizes.reduce(0) { $0 + $1.buckets.reduce(0, +) } == UInt64(Self.total))
        let last = Double(Self.rounds - 1)
        #expect(collected["gauge"]?.points.allSatisfy { $0.number == last } == true)
    }

    @Test func explicitBecomesExponentialAndACounterAHistogram() {
        let plant = Plant()
        plant.record {
            plant.registry.configure(views: [
                View("sizes", aggregation: .histogram(.exponential())), View("counter", aggregation: .histogram([1])),
            ])
        }
        let collected = InMemoryReader(plant.registry).collect()
        let sizes = collected["sizes"]?.points.compactMap(\.exponential) ?? []
        #expect(sizes.reduce(0) { $0 + $1.count } == UInt64(Self.total))
        #expect(sizes.reduce(0) { $0 + ($1.sum ?? 0) } == Double(5 * Self.total))
        let sum = collected["counter"]?.points.reduce(0) { $0 + ($1.histogram?.sum ?? 0) }
        #expect(sum == Double(2 * Self.total))
    }

    @Test func seriesThatAreBornMeanwhileAreNotLost() {
        for _ in 0..<5 {
            let plant = Plant()
            let views = [View("*", attributes: .without(["user"]))]
            plant.record {
                plant.registry.configure(views: views)
            } _: { number, round in
                guard round % 20 == 0 else { return }
                plant.counter.add(1, ["user": .int(round), "thread": .int(number)])
                plant.family["born", round / 20 * 4 + number].add(1)
            }
            let collected = InMemoryReader(plant.registry).collect()
            #expect(collected["counter"]?.total == 2 * Self.total + Self.total / 20)
            #expect(collected["family"]?.total == Self.total + Self.total / 20)
        }
    }

    @Test func viewsThatComeAgainAndAgainLoseNothing() {
        let plant = Plant()
        plant.record {
            for round in 0..<30 {
                let keys: Set<String> = round % 2 == 0 ? ["thread"] : []
                plant.registry.configure(views: [View("*", attributes: .only(keys))])
            }
        }
        let collected = InMemoryReader(plant.registry).collect()
        #expect(collected["counter"]?.total == 2 * Self.total)
        #expect(collected["family"]?.total == Self.total)
    }

    @Test func readersMayCollectMeanwhile() {
        let plant = Plant()
        let isOver = Tally()
        let torn = Tally()
        let collecting = Crew.start(1) { _ in
            let reader = InMemoryReader(plant.registry)
            while isOver.count == 0 {
                for point in reader.collect()["sizes"]?.points.compactMap(\.histogram) ?? []
                where point.sum != Double(5 * point.count) {
                    torn.add()
                }
            }
        }
        plant.record {
            for round in 0..<60 {
                let keys: Set<String> = round % 2 == 0 ? ["thread"] : ["kept"]
                plant.registry.configure(views: [View("*", attributes: .only(keys))])
            }
        }
        isOver.add()
        #expect(collecting.join())
        #expect(torn.count == 0)
        #expect(InMemoryReader(plant.registry).collect()["counter"]?.total == 2 * Self.total)
    }
}
