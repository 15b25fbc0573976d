import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct DurationTests {
    struct Refused: Error, Equatable {
        let code: Int
    }

    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    static let units: [(Unit, Double)] = [
        (.seconds, 1.5), (.milliseconds, 1500), (.microseconds, 1_500_000), (.nanoseconds, 1_500_000_000),
        ("min", 0.025), ("h", 1.5 / 3600), ("d", 1.5 / 86400), (.none, 1.5), ("{call}", 1.5),
    ]

    @Test(arguments: units) func aDurationIsRecordedInTheUnitOfTheHistogram(_ unit: Unit, _ expected: Double) {
        let histogram = meter.histogram("duration", unit: unit, buckets: [])
        histogram.record(.milliseconds(1500))
        histogram.record(.milliseconds(1500), ["a": "b"])
        histogram.with(["c": "d"]).record(.milliseconds(1500))
        for labels in [[:], ["a": "b"], ["c": "d"]] as [Attributes] {
            let sum = reader.histogram("duration", labels)?.sum ?? 0
            #expect(abs(sum - expected) <= expected * 1e-12)
        }
    }

    static let wholeUnits: [(Unit, Int)] = [
        (.seconds, 2), (.milliseconds, 1500), (.microseconds, 1_500_000), (.nanoseconds, 1_500_000_000),
    ]

    @Test(arguments: wholeUnits) func aHistogramOfIntegersRounds(_ unit: Unit, _ expected: Int) {
        let histogram = meter.histogram("duration", of: Int.self, unit: unit, buckets: [])
        histogram.record(.milliseconds(1500))
        #expect(reader.histogram("duration")?.sum == Double(expected))
    }

    @Test func shortAndLongDurationsAreExactToTheNanosecond() {
        let histogram = meter.histogram("duration", of: Int.self, unit: .nanoseconds, buckets: [])
        for nanoseconds in [0, 1, 999, 123_456_789, 86_400_000_000_001] {
            histogram.record(.nanoseconds(nanoseconds))
            #expect(reader.histogram("duration")?.sum == Double(nanoseconds))
            histogram.remove([:])
        }
    }

    @Test func aDurationBeyondTheIntegersIsClamped() {
        let histogram = meter.histogram("duration", of: Int.self, unit: .nanoseconds, buckets: [])
        histogram.record(.seconds(Int64.max))
        #expect(reader.histogram("duration")?.sum == Double(Int.max))
        let doubles = meter.histogram("doubles", unit: .nanoseconds, buckets: [])
        doubles.record(.seconds(Int64.max))
        #expect(reader.histogram("doubles")?.sum == 0x1p63 * 1e9)
    }

    @Test func aNegativeDurationIsTakenAsItIs() {
        let histogram = meter.histogram("duration", unit: .seconds, buckets: [0])
        histogram.record(.milliseconds(-250))
        #expect(reader.histogram("duration")?.sum == -0.25)
        #expect(reader.histogram("duration")?.buckets == [1, 0])
    }

    @Test func timeRecordsHowLongWorkTook() {
        let histogram = meter.histogram("work", unit: .nanoseconds, buckets: [])
        let start = ContinuousClock.now
        let result = histogram.time { () -> Int in
            let until = ContinuousClock.now + .milliseconds(5)
            while ContinuousClock.now < until {}
            return 42
        }
        let most = start.duration(to: .now) / Duration.nanoseconds(1)
        #expect(result == 42)
        let point = reader.histogram("work")
        #expect(point?.count == 1)
        #expect((point?.sum ?? 0) >= 5e6)
        #expect((point?.sum ?? .infinity) <= most)
    }

    @Test func timeRecordsWorkThatThrows() {
        let histogram = meter.histogram("work", unit: .seconds)
        #expect(throws: Refused(code: 7)) {
            try histogram.time { throw Refused(code: 7) }
        }
        #expect(reader.histogram("work")?.count == 1)
    }

    @Test func timeKeepsTheTypeOfTheError() {
        let histogram = meter.histogram("work", unit: .seconds)
        do {
            _ = try histogram.time { () throws(Refused) -> Int in throw Refused(code: 3) }
        } catch {
            // Compiles only if the error is of the type that was thrown.
            let code: Int = error.code
            #expect(code == 3)
        }
        #expect(reader.histogram("work")?.count == 1)
    }

    @Test func timeRecordsAsynchronousWorkWaitsIncluded() async throws {
        let histogram = meter.histogram("work", of: Int.self, unit: .milliseconds, buckets: [])
        let result = try await histogram.time {
            try await Task.sleep(for: .milliseconds(20))
            return "done"
        }
        #expect(result == "done")
        #expect((reader.histogram("work")?.sum ?? 0) >= 20)
    }

    @Test func timeRecordsAsynchronousWorkThatThrows() async {
        let histogram = meter.histogram("work", unit: .seconds)
        do {
            try await histogram.time { () async throws(Refused) in
                await Task.yield()
                throw Refused(code: 5)
            }
        } catch {
            let code: Int = error.code
            #expect(code == 5)
        }
        #expect(reader.histogram("work")?.count == 1)
    }

    @Test func timeRecordsWorkThatIsCancelled() async {
        let histogram = meter.histogram("work", unit: .seconds)
        let task = Task {
            try await histogram.time { try await Task.sleep(for: .seconds(3600)) }
        }
        task.cancel()
        _ = await task.result
        #expect(reader.histogram("work")?.count == 1)
    }

    @Test func aSeriesMeasuresTimeToo() async {
        let family = meter.histogram("work", unit: .seconds, by: .string("step"))
        family["sync"].time {}
        await family["async"].time { await Task.yield() }
        #expect(reader.histogram("work", ["step": "sync"])?.count == 1)
        #expect(reader.histogram("work", ["step": "async"])?.count == 1)
    }
}
