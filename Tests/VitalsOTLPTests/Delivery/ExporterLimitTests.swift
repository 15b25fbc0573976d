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

    /// How many points the exporter says it is done with, by the reason why they were not delivered; none for `""`.
    private func exported() -> [String: Int] {
        var counts: [String: Int] = [:]
        for point in own.collect()["otel.sdk.exporter.metric_data_point.exported"]?.points ?? [] {
            counts[point.attributes["error.type"]?.description ?? "", default: 0] += point.int ?? 0
        }
        return counts.filter { $0.value != 0 }
    }

    private func discarded() -> Int { exported()["too_large"] ?? 0 }

    private static let tooLarge = ExportAnswer.failed(
        ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))

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

    @Test("A point that the peer finds too large before it fails is counted as what it was each time it is sent")
    func tooLargeBeforeAFailure() {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        for index in 0..<2 { counter.add(1, ["index": .int(index)]) }
        let transport = ScriptedTransport { attempt, _ in
            switch attempt {
            case 1, 2: Self.tooLarge
            case 3: .failed(ExportFailure(kind: "401", "no", remedy: .credentials, status: .http(401)))
            default: .accepted(ExportResponse())
            }
        }
        let (configuration, sender) = sender(transport) { _ in }
        let exporter = OTLPMetricExporter(configuration, sender, resource: [:], temporality: .delta)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        #expect(exported() == ["413": 1, "401": 1])
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        #expect(exported() == ["413": 1, "401": 1, "": 2])
    }

    @Test("A point that waits, is sent once more and given up counts once for each time it was sent")
    func givenUp() {
        let registry = Registry()
        let counter = registry.meter("test").counter("work")
        for index in 0..<16 { counter.add(1, ["index": .int(index)]) }
        counter.add(7, ["index": .string(String(repeating: "x", count: 4000))])
        let transport = ScriptedTransport { _, request in
            request.body.bytes.count > 700 ? Self.tooLarge : .accepted(ExportResponse())
        }
        let (configuration, sender) = sender(transport) { _ in }
        let exporter = OTLPMetricExporter(configuration, sender, resource: [:], temporality: .delta)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        #expect(exported() == ["": 16, "413": 1])
        counter.add(1, ["index": .int(3)])
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        #expect(exported() == ["": 17, "413": 1, "too_large": 1])
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
