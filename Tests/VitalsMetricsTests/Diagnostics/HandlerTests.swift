import Testing
import VitalsMetrics
import VitalsTesting

/// Handlers of messages that record themselves. Each in a process of its own, because the handler belongs to it.
@Suite struct HandlerTests {
    @Test func aHandlerMayRecordWhileAStreamOverflows() async {
        await #expect(processExitsWith: .success) {
            var limits = Limits()
            limits.cardinality = 1
            let reader = InMemoryReader(limits: limits)
            let messages = reader.meter().counter("messages")
            let counter = reader.meter().counter("counter")
            Diagnostics.handle { level, _ in messages.add(1, ["level": .string(level.rawValue)]) }
            for label in 0..<3 { counter.add(1, ["label": .int(label)]) }
            #expect(reader.collect()["messages"]?.total == 1)
        }
    }

    @Test func aHandlerMayDeclareAnInstrument() async {
        await #expect(processExitsWith: .success) {
            let reader = InMemoryReader()
            let meter = reader.meter()
            Diagnostics.handle { _, _ in meter.counter("messages").add(1) }
            _ = meter.counter("twice")
            _ = meter.gauge("twice")
            #expect(reader.collect()["messages"]?.total == 1)
        }
    }
}
