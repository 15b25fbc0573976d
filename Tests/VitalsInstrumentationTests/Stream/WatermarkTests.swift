import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsInstrumentation

@Suite struct WatermarkTests {
    private let reader = InMemoryReader()
    private let clock = ManualClock()
    private let labels: Attributes = ["processor.name": "orders"]

    private func make() -> Watermark { Watermark(reader.meter(), labels, clock.clock) }
    private var lag: Double? { reader.gauge("processor.watermark.lag", labels) }
    private var timestamp: Double? { reader.gauge("processor.watermark.timestamp", labels) }

    @Test func thereIsNoneBeforeTheFirst() {
        withExtendedLifetime(make()) {
            #expect(lag == nil)
            #expect(timestamp == nil)
        }
    }

    @Test func itsLagGrowsWhileItStands() {
        let mark = make()
        mark.set(clock.now)
        #expect(lag == 0)
        clock.advance(by: .seconds(90))
        #expect(lag == 90)
        #expect(timestamp == 1_700_000_000)
        mark.set(clock.now - 500_000_000)
        #expect(lag == 0.5)
    }

    @Test(arguments: [1_700_000_010_000_000_000, UInt64.max]) func itsLagIsNeverNegative(_ time: UInt64) {
        let mark = make()
        mark.set(time)
        #expect(lag == 0)
        #expect(timestamp == Double(time) / 1e9)
    }

    @Test func itIsReportedNoMoreWhenNobodyHoldsIt() {
        var mark: Watermark? = make()
        mark?.set(clock.now)
        #expect(lag == 0)
        mark = nil
        #expect(lag == nil)
    }
}
