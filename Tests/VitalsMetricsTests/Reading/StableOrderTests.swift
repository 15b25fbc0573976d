import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct StableOrderTests {
    @Test func metricsComeByMeterAndThenByName() {
        let reader = InMemoryReader()
        let second = reader.registry.meter("second")
        for name in ["zebra", "Apple", "mango"] { second.counter(name).add(1) }
        let first = reader.registry.meter("first")
        first.counter("banana").add(1)
        second.gauge("beta").set(1)
        let names = ["Apple", "beta", "mango", "zebra", "banana"]
        for _ in 0..<3 { #expect(reader.collect().metrics.map(\.name) == names) }
    }

    @Test func seriesComeInTheOrderOfTheirBirth() {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("counter")
        let numbers = [5, 1, 9, 3, 7]
        for number in numbers { counter.add(1, ["n": .int(number)]) }
        for _ in 0..<3 {
            for number in numbers.reversed() { counter.add(1, ["n": .int(number)]) }
            #expect(reader.collect()["counter"]?.labels == numbers.map { ["n": .int($0)] })
        }
    }

    @Test func seriesThatStayKeepTheirOrderWhenOthersLeaveAndReturn() {
        let reader = InMemoryReader()
        let counter = reader.meter().counter("counter")
        for number in 0..<100 { counter.add(1, ["n": .int(number)]) }
        _ = reader.collect()
        for number in stride(from: 0, to: 100, by: 3) { counter.remove(["n": .int(number)]) }
        let staying = (0..<100).filter { $0 % 3 != 0 }.map { ["n": .int($0)] as Attributes }
        #expect(reader.collect()["counter"]?.labels == staying)
        for number in 0..<50 { counter.add(1, ["m": .int(number)]) }
        let all = reader.collect()["counter"]?.labels ?? []
        #expect(all.filter { $0["n"] != nil } == staying)
        #expect(all.count == staying.count + 50)
        for _ in 0..<3 { #expect(reader.collect()["counter"]?.labels == all) }
    }

    @Test func changesComeInTheSameOrderAsTotals() {
        let cumulative = InMemoryReader()
        let delta = InMemoryReader(cumulative.registry, temporality: .delta)
        let counter = cumulative.meter().counter("counter")
        for number in [4, 2, 8] { counter.add(1, ["n": .int(number)]) }
        #expect(delta.collect()["counter"]?.labels == cumulative.collect()["counter"]?.labels)
        for number in [8, 4] { counter.add(1, ["n": .int(number)]) }
        #expect(delta.collect()["counter"]?.labels == [["n": 4], ["n": 8]])
    }

    @Test func observedSeriesKeepTheirOrderWhateverTheCallbackDoes() {
        let reader = InMemoryReader()
        let run = Tally()
        reader.meter().observableGauge("gauge") { observer in
            let numbers = run.add() % 2 == 1 ? [1, 2, 3] : [3, 2, 1]
            for number in numbers { observer.observe(number, ["n": .int(number)]) }
        }
        for _ in 0..<4 { #expect(reader.collect()["gauge"]?.labels == [["n": 1], ["n": 2], ["n": 3]]) }
    }
}
