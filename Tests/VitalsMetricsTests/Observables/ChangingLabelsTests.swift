import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

/// Labels that come and go, such as process ids, must not fill a stream.
@Suite struct ChangingLabelsTests {
    private func limits(_ cardinality: Int) -> Limits {
        var limits = Limits()
        limits.cardinality = cardinality
        return limits
    }

    private func observePids(_ meter: Meter, _ width: Int) {
        let round = Tally()
        meter.observableCounter("cpu") { observer in
            let first = round.add() * width
            for pid in first..<(first + width) { observer.observe(pid, ["pid": .int(pid)]) }
        }
    }

    private func expectNoOverflow(_ reader: InMemoryReader, rounds: Int, width: Int) {
        var overflows = 0
        for _ in 0..<rounds {
            let points = reader.collect()["cpu"]?.points ?? []
            if points.count != width || points.contains(where: { $0.attributes["pid"] == nil }) { overflows += 1 }
        }
        #expect(overflows == 0)
    }

    @Test(arguments: [1, 3]) func thousandsOverTimeFitASmallLimit(width: Int) {
        for temporality in [Temporality.cumulative, .delta] {
            let reader = InMemoryReader(temporality: temporality, limits: limits(10))
            observePids(reader.meter(), width)
            expectNoOverflow(reader, rounds: 2000, width: width)
        }
    }

    @Test func asManyAsTheLimitMayChangeBetweenTwoCollections() {
        let reader = InMemoryReader(limits: limits(10))
        observePids(reader.meter(), 10)
        expectNoOverflow(reader, rounds: 100, width: 10)
    }

    @Test func severalReadersDoNotKeepThem() {
        let reader = InMemoryReader(limits: limits(10))
        let other = InMemoryReader(reader.registry, temporality: .delta)
        observePids(reader.meter(), 1)
        for _ in 0..<500 {
            #expect(reader.collect()["cpu"]?.points.first?.attributes["pid"] != nil)
            #expect(other.collect()["cpu"]?.points.first?.attributes["pid"] != nil)
        }
    }

    @Test func aReaderThatNeverCollectsDoesNotKeepThem() {
        let reader = InMemoryReader(limits: limits(10))
        let idle = MetricReader(reader.registry)
        observePids(reader.meter(), 1)
        expectNoOverflow(reader, rounds: 100, width: 1)
        withExtendedLifetime(idle) {}
    }

    @Test func theRegistryHoldsNoMoreThanItReports() {
        let reader = InMemoryReader()
        observePids(reader.meter(), 10)
        for _ in 0..<200 { _ = reader.collect() }
        let held = reader.registry.directory().streams.reduce(0) { sum, stream in
            sum + stream.state.withLock { $0.order.count - $0.holes.count }
        }
        #expect(held <= 40)
    }
}
