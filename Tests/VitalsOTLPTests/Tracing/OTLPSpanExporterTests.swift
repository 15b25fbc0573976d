import CVitals
import Synchronization
import Testing
import VitalsBytes
import VitalsTesting

@testable import VitalsMetrics
@testable import VitalsOTLP
@testable import VitalsTracing

@Suite("An exporter of spans")
struct OTLPSpanExporterTests {
    private let own = InMemoryReader()

    private func exporter(_ transport: ScriptedTransport, requestBytes: Int = 64 << 20) -> OTLPSpanExporter {
        var configuration = OTLPConfiguration(endpoint: "http://collector:4318")
        configuration.limits.requestBytes = requestBytes
        let sender = OTLPSender(configuration, transport, .traces, registry: own.registry)
        return OTLPSpanExporter(configuration, sender, resource: ["service.name": "test"])
    }

    /// How many spans the exporter says it is done with, by the reason why they were not delivered; none for `""`.
    private func exported() -> [String: Int] {
        var counts: [String: Int] = [:]
        for point in own.collect()["otel.sdk.exporter.span.exported"]?.points ?? [] {
            counts[point.attributes["error.type"]?.description ?? "", default: 0] += point.int ?? 0
        }
        return counts.filter { $0.value != 0 }
    }

    private func names(_ requests: [ExportRequest]) throws -> [String] {
        try requests.flatMap { try SentSpan.all(in: $0).map(\.name) }
    }

    private func numbers(_ range: Range<Int>) -> [String] { range.map { "\($0)" } }

    private func refusal(_ remedy: ExportFailure.Remedy, kind: String = "400") -> ExportAnswer {
        .failed(ExportFailure(kind: kind, "no", remedy: remedy, status: .http(400)))
    }

    @Test("delivers all spans in one message and counts them")
    func delivers() throws {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let exporter = exporter(transport)
        #expect(exporter.export(MadeSpans.numbered(512), timeout: .seconds(5)))
        #expect(transport.seen.requests.map(\.signal) == [.traces])
        #expect(try names(transport.seen.requests) == numbers(0..<512))
        #expect(exported() == ["": 512])
        let metrics = own.collect()
        #expect(metrics["otel.sdk.exporter.span.inflight"]?.points.compactMap(\.int) == [0])
        let attributes = try #require(metrics["otel.sdk.exporter.span.exported"]?.points.first?.attributes)
        #expect(attributes["otel.component.type"] == "otlp_test_span_exporter")
        #expect(attributes["server.address"] == "collector")
        #expect(metrics["otel.sdk.exporter.operation.duration"]?.points.count == 1)
    }

    @Test("sends nothing when there is nothing")
    func nothing() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        #expect(exporter(transport).export([], timeout: .seconds(5)))
        #expect(transport.seen.requests.isEmpty)
    }

    @Test("loses what the peer does not take in time, and counts it", arguments: [ExportFailure.Remedy.later, .none])
    func lost(_ remedy: ExportFailure.Remedy) throws {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 1
                ? .failed(ExportFailure(kind: "503", "no", remedy: remedy, throttle: 1 << 40, status: .http(503)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        let spans = MadeSpans.numbered(5)
        #expect(!exporter.export(Array(spans.prefix(3)), timeout: .milliseconds(100)))
        exporter.hurry(within: nil)
        #expect(exporter.export(Array(spans.suffix(2)), timeout: .seconds(5)))
        #expect(try names(transport.seen.requests) == numbers(0..<5))
        #expect(exported() == ["503": 3, "": 2])
    }

    @Test("repeats what may succeed later, within the time")
    func repeats() throws {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 1 ? .failed(.unavailable()) : .accepted(ExportResponse())
        }
        #expect(exporter(transport).export(MadeSpans.numbered(3), timeout: .seconds(10)))
        #expect(transport.seen.requests.count == 2)
        #expect(exported() == ["": 3])
    }

    @Test(
        "splits what is larger than its limit; of the parts behind one that failed nothing is tried and all is counted")
    func parts() throws {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 3 ? .failed(.unavailable(throttle: 1 << 40)) : .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1024)
        #expect(!exporter.export(MadeSpans.numbered(100), timeout: .seconds(5)))
        let requests = transport.seen.requests
        #expect(requests.count == 3)
        #expect(requests.allSatisfy { $0.body.bytes.count <= 1024 })
        let taken = try names(Array(requests.prefix(2))).count
        #expect(taken > 4)
        #expect(exported() == ["": taken, "503": 100 - taken])
    }

    @Test("halves what the peer finds too large, and gives up just what it takes in no size")
    func tooLarge() throws {
        let transport = ScriptedTransport { _, request in
            request.body.bytes.count > 700
                ? .failed(ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        var spans = MadeSpans.numbered(16)
        spans.insert(contentsOf: MadeSpans.numbered(1, text: String(repeating: "x", count: 4000)), at: 7)
        #expect(!exporter.export(spans, timeout: .seconds(5)))
        let taken = transport.seen.requests.filter { $0.body.bytes.count <= 700 }
        #expect(try names(taken) == numbers(0..<16))
        #expect(exported() == ["": 16, "too_large": 1])
        // It does not come again.
        let before = transport.seen.requests.count
        #expect(exporter.export(MadeSpans.numbered(1), timeout: .seconds(5)))
        #expect(transport.seen.requests.count == before + 1)
    }

    @Test("does not try every span where the peer finds everything too large, and counts all")
    func everythingTooLarge() {
        let refusal = ExportFailure(kind: "RESOURCE_EXHAUSTED", "over quota", remedy: .smaller, status: .grpc(8))
        let transport = ScriptedTransport { _, _ in .failed(refusal) }
        #expect(!exporter(transport).export(MadeSpans.numbered(100), timeout: .seconds(5)))
        #expect(transport.seen.requests.count < 12)
        #expect(exported() == ["RESOURCE_EXHAUSTED": 100])
    }

    /// What may end an export after a span that the peer found too large.
    enum End: CaseIterable, Sendable { case failure, refusal, hurry, cancel }

    @Test("counts what the peer found too large, whatever ends the export then, and adds up", arguments: End.allCases)
    func tooLargeBeforeTheEnd(_ end: End) throws {
        let hurried = Locked<OTLPSpanExporter?>(nil)
        let transport = ScriptedTransport { attempt, _ in
            if attempt == 3, let exporter = hurried.withLock({ $0 }) {
                if end == .hurry { exporter.hurry(within: .zero) }
                if end == .cancel { exporter.cancel() }
            }
            if attempt <= 3 {
                return .failed(ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))
            }
            return end == .refusal ? self.refusal(.none) : .failed(.unavailable(throttle: 1 << 40))
        }
        let exporter = exporter(transport)
        hurried.withLock { $0 = exporter }
        // All four are too large, two of them are, and the first one is; then there is one beside it, and two behind.
        #expect(!exporter.export(MadeSpans.numbered(4), timeout: .seconds(5)))
        hurried.withLock { $0 = nil }
        let sizes = try transport.seen.requests.map { try names([$0]).count }
        #expect(sizes.prefix(3) == [4, 2, 1])
        switch end {
        case .failure: #expect(exported() == ["413": 1, "503": 3])
        case .refusal: #expect(exported() == ["413": 1, "400": 3])
        case .hurry: #expect(exported() == ["413": 1, "timeout": 3])
        case .cancel: #expect(exported() == ["413": 1, "shutdown": 3])
        }
    }

    @Test("goes on after a part that the peer refuses, and adds up")
    func refusedPart() throws {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 2 ? self.refusal(.none) : .accepted(ExportResponse())
        }
        #expect(!exporter(transport, requestBytes: 1024).export(MadeSpans.numbered(100), timeout: .seconds(5)))
        let requests = transport.seen.requests
        try #require(requests.count > 2)
        let refused = try names([requests[1]]).count
        #expect(try names(requests).count == 100)
        #expect(exported() == ["": 100 - refused, "400": refused])
    }

    @Test("does not ask a peer for every part that refuses all of them, and counts all")
    func refusesEverything() {
        let transport = ScriptedTransport { _, _ in self.refusal(.none) }
        #expect(!exporter(transport, requestBytes: 1024).export(MadeSpans.numbered(100), timeout: .seconds(5)))
        #expect(transport.seen.requests.count == 3)
        #expect(exported() == ["400": 100])
    }

    @Test("counts a span that is larger than the limit, and sends the others", arguments: [true, false])
    func largeSpan(isAlone: Bool) throws {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let spans =
            MadeSpans.numbered(1, text: String(repeating: "x", count: 4000)) + MadeSpans.numbered(isAlone ? 0 : 20)
        #expect(!exporter(transport, requestBytes: 1024).export(spans, timeout: .seconds(5)))
        #expect(transport.seen.requests.allSatisfy { $0.body.bytes.count <= 1024 })
        #expect(try names(transport.seen.requests) == numbers(0..<(isAlone ? 0 : 20)))
        #expect(exported() == (isAlone ? ["too_large": 1] : ["too_large": 1, "": 20]))
    }

    @Test("remembers what a peer finds too large")
    func learnsSize() throws {
        let transport = ScriptedTransport { _, request in
            request.body.bytes.count > 150_000
                ? .failed(ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        let spans = MadeSpans.numbered(400, text: String(repeating: "x", count: 1000))
        func refusals() -> Int {
            let before = transport.seen.requests.count
            #expect(exporter.export(spans, timeout: .seconds(5)))
            return transport.seen.requests[before...].count { $0.body.bytes.count > 150_000 }
        }
        #expect(refusals() > 2)
        #expect(refusals() == 0)
    }

    @Test("counts what the peer took the message of and did not want")
    func rejected() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse(rejected: 2, message: "too old")) }
        #expect(exporter(transport).export(MadeSpans.numbered(5), timeout: .seconds(5)))
        #expect(exported() == ["": 3, "rejected": 2])
    }

    @Test("ends soon when it is hurried, and at once when it is cancelled", arguments: [true, false])
    func ends(isCancelled: Bool) throws {
        let hasBegun = Waitable(false)
        let transport = ScriptedTransport { _, _ in
            _ = hasBegun.update { $0 = true }
            return .failed(.unavailable())
        }
        let exporter = exporter(transport)
        let outcome = Waitable<Bool?>(nil)
        let spans = MadeSpans.numbered(3)
        let worker = try #require(
            Worker("test") {
                let isDelivered = exporter.export(spans, timeout: .seconds(60))
                _ = outcome.update { $0 = isDelivered }
            })
        #expect(hasBegun.wait(until: .after(seconds: 10)) { $0 })
        if isCancelled { exporter.cancel() } else { exporter.hurry(within: .milliseconds(50)) }
        #expect(worker.join(until: .after(seconds: 5)))
        #expect(outcome.update { $0 } == false)
        #expect(exported().values.reduce(0, +) == 3)
        #expect(exported()[""] == nil)
        #expect(transport.seen.isShutDown == isCancelled)
    }

    @Test("delivers nothing after its shutdown, and counts it")
    func afterShutdown() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let exporter = exporter(transport)
        exporter.shutdown()
        #expect(!exporter.export(MadeSpans.numbered(3), timeout: .seconds(5)))
        #expect(transport.seen.requests.isEmpty)
        #expect(exported() == ["shutdown": 3])
    }
}
