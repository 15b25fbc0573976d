import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct ContentionTests {
    private static let threads = 8
    private static let rounds = 5000

    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func nothingIsLostWhenThreadsAddToOneCounter() {
        let counter = meter.counter("integers")
        let doubles = meter.counter("doubles", of: Double.self)
        Crew.run(Self.threads) { _ in
            for _ in 0..<Self.rounds {
                counter.add(1)
                doubles.add(0.5)
            }
        }
        #expect(reader.counter("integers") == Double(Self.threads * Self.rounds))
        #expect(reader.counter("doubles") == Double(Self.threads * Self.rounds) / 2)
    }

    @Test func nothingIsLostWhenThreadsRaiseAndLowerOneLevel() {
        let level = meter.upDownCounter("level")
        Crew.run(Self.threads) { number in
            for _ in 0..<Self.rounds { level.add(number.isMultiple(of: 2) ? 3 : -2) }
        }
        #expect(reader.counter("level") == Double(Self.threads / 2 * Self.rounds))
    }

    @Test func threadsThatMeetNewLabelsAtOnceMakeOneSeriesOfEach() {
        let counter = meter.counter("labels")
        let family = meter.counter("labels", by: .int("number"))
        Crew.run(Self.threads) { thread in
            for round in 0..<1000 {
                if thread.isMultiple(of: 2) {
                    counter.add(1, ["number": .int(round % 100)])
                } else {
                    family[round % 100].add(1)
                }
            }
        }
        let points = reader.collect()["labels"]?.points ?? []
        #expect(points.count == 100)
        #expect(points.allSatisfy { $0.int == Self.threads * 10 })
    }

    @Test func threadsThatDeclareOneInstrumentAtOnceShareIt() {
        let meter = meter
        Crew.run(Self.threads) { _ in
            for _ in 0..<100 { meter.counter("shared", unit: "{call}").add(1) }
        }
        #expect(reader.counter("shared") == Double(Self.threads * 100))
        #expect(reader.collect().all("shared").count == 1)
        #expect(SelfReport(reader).conflicts == 0)
    }

    @Test func whatThreadsAddedStaysWhenTheyAreGone() {
        let counter = meter.counter("short")
        for _ in 0..<50 {
            Crew.run(4) { _ in counter.add(1, ["born": "and gone"]) }
        }
        #expect(reader.counter("short", ["born": "and gone"]) == 200)
    }

    @Test func tasksThatHopBetweenThreadsLoseNothing() async {
        let counter = meter.counter("tasks")
        let histogram = meter.histogram("durations", buckets: [0.5])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    for _ in 0..<20 {
                        counter.add(1)
                        await Task.yield()
                        histogram.record(1)
                    }
                }
            }
        }
        #expect(reader.counter("tasks") == 2000)
        #expect(reader.histogram("durations")?.buckets == [0, 2000])
    }

    @Test func seriesThatComeAndGoWhileThreadsRecordHarmNobody() {
        let churned = meter.counter("churned", by: .int("number"))
        let steady = meter.counter("steady")
        Crew.run(4) { thread in
            for round in 0..<2000 {
                steady.add(1)
                if thread == 0 {
                    churned.remove(round % 7)
                } else {
                    churned[round % 7].add(1)
                }
            }
        }
        #expect(reader.counter("steady") == 8000)
        for number in 0..<7 { churned.remove(number) }
        #expect(reader.collect()["churned"] == nil)
        for number in 0..<7 { churned[number].add(number + 1) }
        #expect(reader.collect()["churned"]?.points.compactMap(\.int).sorted() == Array(1...7))
    }
}
