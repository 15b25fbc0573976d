import CVitals
import Testing
import VitalsTesting

@testable import VitalsMetrics
@testable import VitalsOTLP

@Suite("Limits of an exporter")
struct ExporterLimitTests {
    private let own = InMemoryReader()

    private func sender(
        _ transport: ScriptedTransport, _ change: (inout OTLPConfiguration) -> Void
    ) -> (configuration: OTLPConfiguration, sender: OTLPSender) {
        var configuration = OTLPConfiguration(endpoint: "http://collector:4318")
        change(&configuration)
        return (configuration, OTLPSender(configuration, transport, .metrics, registry: own.registry))
    }

    private func discarded() -> Int {
        own.collect()["otel.sdk.exporter.metric_data_point.exported"]?.points
            .filter { $0.attributes["error.type"] == "too_large" }.compactMap { $0.int }.reduce(0, +) ?? 0
    }

    @Test(
        "A point that is larger than the limit is not sent, but counted; the others are sent", arguments: [true, false])
    func largePoint(isAlone: Bool) throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        if !isAlone { for index in 0..<20 { counter.add(1, ["index": .int(index)]) } }
        counter.add(7, ["index": .string(String(repeating: "x", count: 4000))])
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let (configuration, sender) = sender(transport) { $0.limits.requestBytes = 1024 }
        let exporter = OTLPMetricExporter(configuration, sender, resource: [:], temporality: .delta)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        let requests = transport.seen.requests
        #expect(requests.allSatisfy { $0.body.bytes.count <= 1024 })
        #expect(try requests.reduce(0) { try $0 + SentPoint.all(in: $1.body.bytes).count } == (isAlone ? 0 : 20))
        #expect(discarded() == 1)
        // It does not come again.
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        #expect(transport.seen.requests.count == requests.count)
        #expect(discarded() == 1)
    }

    @Test("A resource that is larger than the limit leaves nothing to send, and all points are counted")
    func largeResource() throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(1, ["index": .int(index)]) }
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let (configuration, sender) = sender(transport) { $0.limits.requestBytes = 1024 }
        let exporter = OTLPMetricExporter(
            configuration, sender, resource: ["large": .string(String(repeating: "x", count: 3000))],
            temporality: .delta)
        #expect(!exporter.export(MetricReader(registry, temporality: .delta), until: .after(seconds: 5)))
        #expect(transport.seen.requests.isEmpty)
        #expect(discarded() == 100)
    }

    @Test("Limits that make no sense are clamped", arguments: [Int.min, -1, 0, Int.max])
    func extremes(_ bytes: Int) throws {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let (configuration, sender) = sender(transport) { $0.limits.requestBytes = bytes }
        let exporter = OTLPMetricExporter(configuration, sender, resource: [:], temporality: .delta)
        let reader = MetricReader(registry, temporality: .delta)
        for _ in 0..<3 {
            counter.add(1)
            #expect(exporter.export(reader, until: .after(seconds: 5)))
        }
        #expect(try transport.seen.requests.reduce(0) { try $0 + SentPoint.all(in: $1.body.bytes).count } == 3)
    }

    @Test("A timeout of zero is no limit: the reader's counts")
    func noTimeout() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let (_, sender) = sender(transport) { $0.timeout = .zero }
        let deadline = UInt64.after(seconds: 500)
        #expect(sender.deliver(.of([1]), items: 1, until: deadline).isSuccess)
        #expect(transport.seen.requests.map(\.deadline) == [deadline])
    }

    @Test("Without any limit an export may take for ever")
    func noLimitAtAll() {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 1 ? .failed(.unavailable()) : .accepted(ExportResponse())
        }
        let (_, sender) = sender(transport) { $0.timeout = .zero }
        #expect(sender.deliver(.of([1]), items: 1, until: .max).isSuccess)
        #expect(transport.seen.requests.count == 2)
        #expect(transport.seen.requests.allSatisfy { $0.deadline > 1 << 61 })
    }
}
