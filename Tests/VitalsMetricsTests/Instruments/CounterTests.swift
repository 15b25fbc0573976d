import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct CounterTests {
    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func aNegativeIntegerChangesNothingAndIsCounted() {
        let counter = meter.counter("orders")
        counter.add(5)
        counter.add(-1)
        counter.add(.min)
        #expect(reader.counter("orders") == 5)
        let report = SelfReport(reader)
        #expect(report.dropped("negative") == 2)
        #expect(report.dropped("nan") == 0)
        #expect(report.dropped("infinite") == 0)
    }

    @Test func aNegativeDoubleChangesNothingAndIsCounted() {
        let counter = meter.counter("bytes", of: Double.self)
        counter.add(2.5)
        counter.add(-0.5)
        counter.add(-.leastNonzeroMagnitude)
        #expect(reader.counter("bytes") == 2.5)
        #expect(SelfReport(reader).dropped("negative") == 2)
    }

    @Test func nanChangesNothingAndIsCounted() {
        let counter = meter.counter("bytes", of: Double.self)
        counter.add(2.5)
        counter.add(.nan)
        counter.add(.signalingNaN)
        counter.add(-.nan)
        counter.add(1)
        #expect(reader.counter("bytes") == 3.5)
        let report = SelfReport(reader)
        #expect(report.dropped("nan") == 3)
        #expect(report.dropped("negative") == 0)
    }

    @Test func infinityChangesNothingAndIsCounted() {
        let counter = meter.counter("bytes", of: Double.self)
        counter.add(2.5)
        counter.add(.infinity)
        counter.add(-.infinity)
        counter.add(1)
        #expect(reader.counter("bytes") == 3.5)
        let report = SelfReport(reader)
        #expect(report.dropped("infinite") == 2)
        #expect(report.dropped("negative") == 0)
    }

    @Test func refusedAmountsAreRefusedAtEveryDoor() {
        let plain = meter.counter("plain", of: Double.self)
        let family = meter.counter("family", of: Double.self, by: .string("door"))
        let kept = plain.with(["door": "kept"])
        let refused: [Double] = [-1, .nan, .infinity, -.infinity]
        for amount in refused {
            plain.add(amount, ["door": "labels"])
            kept.add(amount)
            family["typed"].add(amount)
        }
        let report = SelfReport(reader)
        #expect(report.dropped("negative") == 3)
        #expect(report.dropped("nan") == 3)
        #expect(report.dropped("infinite") == 6)
        #expect(reader.collect()["plain"] == nil)
        #expect(reader.collect()["family"] == nil)
    }

    @Test func aRefusedAmountMakesNoSeries() {
        let counter = meter.counter("orders")
        counter.add(-1, ["method": "card"])
        counter.with(["method": "cash"]).add(-1)
        counter.add(-1)
        #expect(reader.collect()["orders"] == nil)
        counter.add(1, ["method": "card"])
        #expect(reader.collect()["orders"]?.points.count == 1)
    }

    @Test func addingZeroMakesTheSeriesKnown() {
        meter.counter("integers").add(0)
        meter.counter("doubles", of: Double.self).add(-0.0, ["a": "b"])
        #expect(reader.counter("integers") == 0)
        #expect(reader.counter("doubles", ["a": "b"]) == 0)
        #expect(reader.counter("doubles", ["a": "b"])?.sign == .plus)
        #expect(SelfReport(reader).dropped("negative") == 0)
    }

    @Test func anInstrumentThatWasNeverUsedIsNotReported() {
        _ = meter.counter("orders")
        let requests = meter.counter("requests", by: .string("method"))
        _ = requests["GET"]
        #expect(reader.collect().isEmpty)
    }

    @Test func integersStayExactBeyondTheIntegersOfADouble() {
        let counter = meter.counter("exact")
        counter.add(1 << 53)
        for _ in 0..<3 { counter.add(1) }
        #expect(reader.collect()["exact"]?[[:]]?.int == 9_007_199_254_740_995)
    }

    @Test func integersWrapAround() {
        let counter = meter.counter("wrapping")
        counter.add(.max)
        #expect(reader.collect()["wrapping"]?[[:]]?.int == .max)
        counter.add(1)
        #expect(reader.collect()["wrapping"]?[[:]]?.int == .min)
        counter.add(.max, ["at": "labels"])
        counter.add(2, ["at": "labels"])
        #expect(reader.collect()["wrapping"]?[["at": "labels"]]?.int == .min + 1)
    }

    @Test func aChangeAcrossTheWrapAroundIsStillTheAmountAdded() {
        let reader = InMemoryReader(temporality: .delta)
        let counter = reader.meter().counter("wrapping")
        counter.add(.max)
        #expect(reader.collect()["wrapping"]?[[:]]?.int == .max)
        counter.add(3)
        #expect(reader.collect()["wrapping"]?[[:]]?.int == 3)
    }

    @Test func amountsBeyondSixtyFourBitsAreTakenByDoubles() {
        let counter = meter.counter("large", of: Double.self)
        counter.add(0x1p64)
        counter.add(0x1p64)
        counter.add(1e300)
        #expect(reader.counter("large") == 1e300)
        counter.add(0x1p65, ["a": "b"])
        counter.add(0x1p64, ["a": "b"])
        #expect(reader.counter("large", ["a": "b"]) == 0x1.8p65)
    }

    @Test func aSumBeyondTheDoublesIsInfiniteAndStaysSo() {
        let counter = meter.counter("huge", of: Double.self)
        counter.add(.greatestFiniteMagnitude)
        counter.add(.greatestFiniteMagnitude)
        counter.add(1)
        #expect(reader.counter("huge") == .infinity)
        counter.remove([:])
        counter.add(1)
        #expect(reader.counter("huge") == 1)
    }

    @Test func tinyAmountsAreNotLost() {
        let counter = meter.counter("tiny", of: Double.self)
        counter.add(0)
        counter.add(1e-12)
        #expect(reader.counter("tiny") == 1e-12)
        counter.add(.leastNonzeroMagnitude, ["a": "b"])
        #expect(reader.counter("tiny", ["a": "b"]) == .leastNonzeroMagnitude)
        for _ in 0..<1000 { counter.add(1e-12, ["many": true]) }
        let sum = reader.counter("tiny", ["many": true]) ?? 0
        #expect(abs(sum - 1e-9) < 1e-20)
    }

    @Test func anUpDownCounterTakesNegativesButNeitherNaNNorInfinity() {
        let counter = meter.upDownCounter("level", of: Double.self)
        counter.add(1.5)
        counter.add(-4)
        counter.add(.nan)
        counter.add(.infinity, [:])
        counter.add(-.infinity)
        #expect(reader.counter("level") == -2.5)
        let report = SelfReport(reader)
        #expect(report.dropped("negative") == 0)
        #expect(report.dropped("nan") == 1)
        #expect(report.dropped("infinite") == 2)
        #expect(reader.collect()["level"]?.kind == .sum)
    }

    @Test func anUpDownCounterOfIntegersWrapsAround() {
        let counter = meter.upDownCounter("level")
        counter.add(.min)
        counter.add(-1)
        #expect(reader.collect()["level"]?[[:]]?.int == .max)
    }

    @Test func aHistogramRefusesNaNAndInfinityAndTakesNegatives() {
        let histogram = meter.histogram("sizes", buckets: [0, 10])
        histogram.record(.nan)
        histogram.record(.infinity, ["a": "b"])
        histogram.record(-.infinity)
        #expect(reader.collect()["sizes"] == nil)
        histogram.record(-3)
        #expect(reader.histogram("sizes")?.buckets == [1, 0, 0])
        #expect(reader.histogram("sizes")?.sum == -3)
        let report = SelfReport(reader)
        #expect(report.dropped("nan") == 1)
        #expect(report.dropped("infinite") == 2)
    }

    @Test func observedTotalsOfACounterAreCheckedAsAddedAmountsAre() {
        let cpu = meter.observableCounter("cpu", of: Double.self) { observer in
            observer.observe(-1, ["bad": "negative"])
            observer.observe(.nan, ["bad": "nan"])
            observer.observe(.infinity, ["bad": "infinite"])
            observer.observe(7)
        }
        let collected = reader.collect()["cpu"]
        cpu.cancel()
        #expect(collected?.points.count == 1)
        #expect(collected?[[:]]?.number == 7)
        let report = SelfReport(reader)
        #expect(report.dropped("negative") == 1)
        #expect(report.dropped("nan") == 1)
        #expect(report.dropped("infinite") == 1)
    }
}
