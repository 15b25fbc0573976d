import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsOTLP

@Suite("A sender")
struct OTLPSenderTests {
    private let reader = InMemoryReader()

    private func sender(
        _ transport: ScriptedTransport, timeout: Duration = .seconds(5),
        _ change: (inout OTLPConfiguration) -> Void = { _ in }
    ) -> OTLPSender {
        var configuration = OTLPConfiguration(endpoint: "http://collector:4318")
        configuration.timeout = timeout
        change(&configuration)
        return OTLPSender(configuration, transport, .metrics, registry: reader.registry)
    }

    private let component: Attributes = [
        "otel.component.type": "otlp_test_metric_exporter", "otel.component.name": "otlp_test_metric_exporter/0",
        "server.address": "collector", "server.port": 4317,
    ]

    @Test("repeats what may succeed later, with pauses that grow, and reports one success")
    func repeats() {
        let transport = ScriptedTransport { attempt, _ in
            attempt < 3 ? .failed(.unavailable()) : .accepted(ExportResponse())
        }
        let sender = sender(transport)
        #expect(sender.deliver(.of([1]), items: 7, until: .after(seconds: 10)).isSuccess)
        let times = transport.seen.times
        #expect(times.count == 3)
        let pauses = zip(times.dropFirst(), times).map { Double($0 - $1) / 1e9 }
        #expect(pauses[0] >= 0.25 && pauses[0] < 1.0)
        #expect(pauses[1] >= 0.5 && pauses[1] < 1.8)
        let collected = reader.collect()
        #expect(collected["otel.sdk.exporter.metric_data_point.exported"]?[component]?.int == 7)
        #expect(collected["otel.sdk.exporter.metric_data_point.inflight"]?[component]?.int == 0)
        let duration = collected["otel.sdk.exporter.operation.duration"]?[
            component.merging(["http.response.status_code": 200])]?.histogram
        #expect(duration?.count == 1)
        #expect(collected["vitals.exporter.last_success"]?[component]?.number ?? 0 > 1.7e9)
    }

    @Test("does not repeat what a peer refuses", arguments: [ExportFailure.Remedy.none, .smaller, .credentials])
    func refused(_ remedy: ExportFailure.Remedy) {
        let transport = ScriptedTransport { _, _ in
            .failed(ExportFailure(kind: "400", "bad", remedy: remedy, status: .http(400)))
        }
        #expect(!sender(transport).deliver(.of([1]), items: 7, until: .after(seconds: 10)).isSuccess)
        #expect(transport.seen.requests.count == 1)
        let exported = reader.collect()["otel.sdk.exporter.metric_data_point.exported"]
        // What is too large comes again in parts.
        #expect(exported?[component.merging(["error.type": "400"])]?.int == (remedy == .smaller ? nil : 7))
    }

    @Test("waits as long as the peer asks, and not at all if that is too long")
    func throttled() {
        let transport = ScriptedTransport { attempt, _ in
            attempt == 1 ? .failed(.unavailable(throttle: 300_000_000)) : .accepted(ExportResponse())
        }
        #expect(sender(transport).deliver(.of([1]), items: 1, until: .after(seconds: 10)).isSuccess)
        let times = transport.seen.times
        #expect(times[1] - times[0] >= 550_000_000)

        let patient = ScriptedTransport { _, _ in .failed(.unavailable(throttle: 60_000_000_000)) }
        let second = sender(patient)
        let began = vitals_monotonic_nanoseconds()
        #expect(!second.deliver(.of([1]), items: 1, until: .after(seconds: 10)).isSuccess)
        // The peer is left alone by the next export, too.
        #expect(!second.deliver(.of([1]), items: 1, until: .after(seconds: 10)).isSuccess)
        #expect(patient.seen.requests.count == 1)
        // The last one may try.
        second.hurry(to: .max)
        #expect(!second.deliver(.of([1]), items: 1, until: .after(seconds: 10)).isSuccess)
        #expect(patient.seen.requests.count == 2)
        #expect(vitals_monotonic_nanoseconds() - began < 1_000_000_000)
        #expect(
            reader.collect()["otel.sdk.exporter.metric_data_point.exported"]?.points
                .contains { $0.attributes["error.type"] == "throttled" } == true)
    }

    @Test("ends at its own time and at the reader's, whichever comes first", arguments: [(0.3, 5.0), (5.0, 0.3)])
    func bounded(_ own: Double, _ readers: Double) {
        let transport = ScriptedTransport { _, _ in .failed(.unavailable()) }
        let sender = sender(transport, timeout: .seconds(own))
        let began = vitals_monotonic_nanoseconds()
        _ = sender.deliver(.of([1]), items: 1, until: began + UInt64(readers * 1e9))
        let took = Double(vitals_monotonic_nanoseconds() - began) / 1e9
        #expect(took < 0.6)
        #expect(transport.seen.requests.allSatisfy { Double($0.deadline - began) / 1e9 < 0.35 })
    }

    @Test("leaves its pause when it is hurried or shut down")
    func hurried() {
        for isShutDown in [false, true] {
            let transport = ScriptedTransport { _, _ in .failed(.unavailable(throttle: 3_000_000_000)) }
            let sender = sender(transport, timeout: .seconds(20))
            let ended = Waitable(false)
            let began = vitals_monotonic_nanoseconds()
            _ = Worker("test") {
                _ = sender.deliver(.of([1]), items: 1, until: .after(seconds: 20))
                _ = ended.update { $0 = true }
            }
            #expect(transport.state.wait(until: .after(seconds: 5)) { $0.requests.count == 1 })
            if isShutDown { sender.shutdown() } else { sender.hurry(to: .after(milliseconds: 100)) }
            #expect(ended.wait(until: .after(seconds: 5)) { $0 })
            #expect(vitals_monotonic_nanoseconds() - began < 1_500_000_000)
        }
    }

    @Test("asks the provider for headers before each attempt, and at once again when the credentials are refused")
    func credentials() {
        let asked = Atomic(0)
        let transport = ScriptedTransport { attempt, _ in
            attempt == 1
                ? .failed(ExportFailure(kind: "401", "who are you", remedy: .credentials, status: .http(401)))
                : .accepted(ExportResponse())
        }
        let sender = sender(transport) { configuration in
            configuration.headers = ["X-Tenant": "acme", "Authorization": "none"]
            configuration.headersProvider = {
                ["authorization": "Bearer \(asked.add(1, ordering: .relaxed).newValue)"]
            }
        }
        #expect(sender.deliver(.of([1]), items: 1, until: .after(seconds: 5)).isSuccess)
        let headers = transport.seen.requests.map { $0.headers.map { "\($0.name): \($0.value)" } }
        #expect(
            headers == [
                ["authorization: Bearer 1", "x-tenant: acme"], ["authorization: Bearer 2", "x-tenant: acme"],
            ])
    }

    @Test("counts what a peer rejected, and does not send it again")
    func partialSuccess() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse(rejected: 3, message: "too old")) }
        #expect(sender(transport).deliver(.of([1]), items: 10, until: .after(seconds: 5)).isSuccess)
        #expect(transport.seen.requests.count == 1)
        let exported = reader.collect()["otel.sdk.exporter.metric_data_point.exported"]
        #expect(exported?[component]?.int == 7)
        #expect(exported?[component.merging(["error.type": "rejected"])]?.int == 3)
    }
}

@Suite("What a sender says")
struct OTLPSenderMessagesTests {
    @Test("A dead peer is told of once, and once when it is back")
    func onceEach() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            let transport = ScriptedTransport { attempt, _ in
                attempt <= 3 || attempt == 6
                    ? .failed(ExportFailure(kind: "connection_refused", "127.0.0.1:4318 refuses", remedy: .none))
                    : .accepted(ExportResponse())
            }
            let configuration = OTLPConfiguration(endpoint: "http://collector:4318")
            let sender = OTLPSender(configuration, transport, .metrics, registry: Registry())
            for _ in 0..<7 { _ = sender.deliver(.of([1]), items: 1, until: .after(seconds: 5)) }
            let down = """
                error: OTLP to http://collector:4318: nothing is delivered: 127.0.0.1:4318 refuses. It is tried again; \
                nothing more is said until it succeeds.
                """
            func up(_ failures: String) -> String {
                "info: OTLP to http://collector:4318: delivers again, after \(failures)"
            }
            #expect(heard.withLock { $0 } == [down, up("3 exports that failed"), down, up("1 export that failed")])
        }
    }

    @Test("What a peer rejects is told once for each reason")
    func rejections() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            let transport = ScriptedTransport { attempt, _ in
                .accepted(ExportResponse(rejected: attempt < 4 ? attempt : 0, message: attempt < 3 ? "too old" : ""))
            }
            let configuration = OTLPConfiguration(endpoint: "http://collector:4318")
            let sender = OTLPSender(configuration, transport, .metrics, registry: Registry())
            for _ in 0..<5 { _ = sender.deliver(.of([1]), items: 9, until: .after(seconds: 5)) }
            let rejects =
                "warning: OTLP to http://collector:4318: the peer rejects some data points, which are not sent again: "
            #expect(heard.withLock { $0 } == [rejects + "\"too old\"", rejects + "no reason was given"])
        }
    }
}

@Suite("The pause before the next attempt")
struct BackoffTests {
    @Test("doubles up to its longest, and lies around that by half")
    func grows() {
        var backoff = Backoff()
        for expected in [0.5, 1, 2, 4, 8, 16, 30, 30] {
            var shortest = backoff
            var longest = backoff
            let most = UInt64(expected * 1e9)
            #expect(shortest.next(random: 0) == most / 2)
            #expect(longest.next(random: most) == most / 2 + most)
            _ = backoff.next()
        }
    }
}
