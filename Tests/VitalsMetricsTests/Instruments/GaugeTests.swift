import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct GaugeTests {
    let reader = InMemoryReader()
    var meter: Meter { reader.meter() }

    @Test func theLastValueWins() {
        let gauge = meter.gauge("depth")
        gauge.set(1)
        gauge.set(-7.5)
        gauge.set(3)
        #expect(reader.gauge("depth") == 3)
        #expect(reader.collect()["depth"]?.kind == .gauge)
    }

    @Test func negativeZeroKeepsItsSign() {
        let gauge = meter.gauge("zero")
        gauge.set(-0.0)
        #expect(reader.gauge("zero") == 0)
        #expect(reader.gauge("zero")?.sign == .minus)
        gauge.set(0.0)
        #expect(reader.gauge("zero")?.sign == .plus)
    }

    @Test func nanIsAValueLikeAnyOther() {
        let gauge = meter.gauge("ratio")
        gauge.set(.nan)
        #expect(reader.gauge("ratio")?.isNaN == true)
        gauge.set(0.5)
        #expect(reader.gauge("ratio") == 0.5)
        #expect(SelfReport(reader).dropped("nan") == 0)
    }

    @Test func infinitiesAreValuesLikeAnyOther() {
        let gauge = meter.gauge("limit")
        gauge.set(.infinity, ["side": "upper"])
        gauge.set(-.infinity, ["side": "lower"])
        #expect(reader.gauge("limit", ["side": "upper"]) == .infinity)
        #expect(reader.gauge("limit", ["side": "lower"]) == -.infinity)
        #expect(SelfReport(reader).dropped("infinite") == 0)
    }

    @Test func extremeValuesComeBackBitForBit() {
        let gauge = meter.gauge("bits")
        let values: [Double] = [
            .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, 0.1, 0x1.fffffffffffffp52,
        ]
        for value in values {
            gauge.set(value)
            #expect(reader.gauge("bits")?.bitPattern == value.bitPattern)
        }
    }

    @Test func aGaugeOfIntegersIsExact() {
        let gauge = meter.gauge("integers", of: Int.self)
        for value in [Int.min, -1, 0, 1 << 53 + 1, .max] {
            gauge.set(value)
            #expect(reader.collect()["integers"]?[[:]]?.int == value)
        }
    }

    @Test func aGaugeOfDoublesTakesIntegersToo() {
        let gauge = meter.gauge("mixed")
        let count: Int = 42
        gauge.set(count)
        gauge.set(count + 1, ["a": "b"])
        #expect(reader.gauge("mixed") == 42)
        #expect(reader.gauge("mixed", ["a": "b"]) == 43)
    }

    @Test func aGaugeThatWasNeverSetIsNotReported() {
        let gauge = meter.gauge("depth")
        _ = gauge.with(["queue": "a"])
        #expect(reader.collect()["depth"] == nil)
    }

    @Test func everyDoorSetsTheSameSeries() {
        let gauge = meter.gauge("depth")
        let family = meter.gauge("depth", by: .string("queue"))
        let kept = gauge.with(["queue": "a"])
        kept.set(1)
        #expect(reader.gauge("depth", ["queue": "a"]) == 1)
        gauge.set(2, ["queue": "a"])
        #expect(reader.gauge("depth", ["queue": "a"]) == 2)
        family["a"].set(3)
        #expect(reader.gauge("depth", ["queue": "a"]) == 3)
        kept.set(4)
        #expect(reader.gauge("depth", ["queue": "a"]) == 4)
        #expect(reader.collect()["depth"]?.points.count == 1)
    }

    @Test func aValueSetByAnyThreadIsSeenWhole() {
        let gauge = meter.gauge("racing", of: Int.self)
        Crew.run(4) { number in
            for _ in 0..<2000 { gauge.set((number + 1) * 0x0101_0101_0101_0101) }
        }
        let value = reader.collect()["racing"]?[[:]]?.int ?? 0
        #expect((1...4).map { $0 * 0x0101_0101_0101_0101 }.contains(value))
    }
}
