import Testing
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@testable import Vitals

/// What the console shows of spans.
@Suite struct ConsoleSpansTests {
    /// Ids that count up.
    private final class CountedIDs: IDGenerator {
        let isRandom = false
        private let last = Locked<UInt64>(0)

        func traceID() -> TraceID { TraceID(high: 0xabc, low: next()) }
        func spanID() -> SpanID { SpanID(next()) }

        private func next() -> UInt64 {
            last.withLock { last in
                last += 1
                return last
            }
        }
    }

    private static let start: UInt64 = 1_700_000_000_019_000_000

    private let exporter = InMemorySpanExporter()
    private let provider = TracerProvider()
    private let tracer: Tracer

    init() {
        var configuration = TracingConfiguration()
        configuration.ids = CountedIDs()
        configuration.processors = [SimpleSpanProcessor(exporter, registry: nil)]
        provider.start(configuration)
        tracer = provider.tracer("test")
    }

    private func shown(limit: Int = 4 << 20) -> String {
        let screen = Locked("")
        let console = ConsoleSpanExporter(limit: limit) { bytes, _ in
            screen.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return nil
        }
        #expect(console.export(exporter.spans, timeout: .seconds(5)))
        return screen.withLock { $0 }
    }

    @Test func aSpanIsALineWithWhatHappenedBelowIt() {
        let parent = tracer.startSpan("POST /orders", kind: .server, parent: Context(), at: Self.start)
        let child = tracer.startSpan(
            "charge card", kind: .client, attributes: ["z": "EUR", "amount": 42, "tags": .strings(["a", "b"])],
            parent: parent.context, at: Self.start + 1_000_000)
        child.addEvent("validated", attributes: ["by": "us"], at: Self.start + 2_500_000)
        child.addEvent("early", at: Self.start)
        child.addLink(parent.spanContext, attributes: ["why": "retry"])
        child.setStatus(.error("no \"funds\""))
        child.end(at: Self.start + 13_345_678)
        parent.setStatus(.ok)
        parent.end(at: Self.start + 2_000_000_000)
        let trace = "0000000000000abc0000000000000001"
        #expect(
            shown() == """
                2023-11-14T22:13:20.020Z "charge card" client 12.345ms trace=\(trace) span=0000000000000003 \
                parent=0000000000000002 error="no \\"funds\\"" {z="EUR", amount=42, tags=["a","b"]}
                    +1.5ms "validated" {by="us"}
                    -1ms "early"
                    link trace=\(trace) span=0000000000000002 {why="retry"}
                2023-11-14T22:13:20.019Z "POST /orders" server 2s trace=\(trace) span=0000000000000002 ok

                """)
    }

    @Test func aParentInAnotherServiceIsMarked() {
        var remote = Context()
        remote.spanContext = SpanContext(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled, isRemote: true)
        let span = tracer.startSpan("x", parent: remote, at: Self.start)
        span.setStatus(.error(""))
        span.end(at: Self.start)
        #expect(
            shown() == """
                2023-11-14T22:13:20.019Z "x" internal 0ns trace=00000000000000010000000000000002 span=0000000000000001 \
                parent=0000000000000003 (remote) error

                """)
    }

    @Test func nothingBreaksTheLine() {
        tracer.startSpan("a\nb\u{1B}[2J", attributes: ["k\n": "v\r"], at: Self.start).end(at: Self.start)
        let lines = shown().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"a\\nb\\u{1b}[2J\""))
        #expect(lines[0].hasSuffix("{k\\n=\"v\\r\"}"))
    }

    @Test func whatDoesNotFitIsCounted() {
        for _ in 0..<5 { tracer.startSpan("x", at: Self.start).end(at: Self.start) }
        let line = shown().split(separator: "\n")[0].utf8.count + 1
        let text = shown(limit: 2 * line + 3)
        #expect(text.split(separator: "\n").count == 3)
        #expect(text.hasSuffix("\nand 3 more spans\n"))
    }

    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1000, "1µs"), (1_234_567, "1.234ms"), (59_999_999_999, "59.999s"),
            (UInt64(Int64.max), "9223372036.854s"),
        ] as [(UInt64, String)])
    func durationsAreShort(nanoseconds: UInt64, text: String) {
        #expect(ConsoleSpans.duration(nanoseconds) == text)
    }

    @Test func anOutputThatIsNotTakenIsAFailureAndTheNextBeginsOnALineOfItsOwn() {
        let isTaken = Locked(false)
        let screen = Locked<[String]>([])
        let console = ConsoleSpanExporter { bytes, deadline in
            screen.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            return isTaken.withLock { $0 } ? nil : "nobody reads it in time"
        }
        tracer.startSpan("x").end()
        #expect(!console.export(exporter.spans, timeout: .seconds(5)))
        isTaken.withLock { $0 = true }
        #expect(console.export(exporter.spans, timeout: .seconds(5)))
        let texts = screen.withLock { $0 }
        #expect(texts.map { $0.hasPrefix("\n") } == [false, true])
        console.cancel()
        #expect(!console.export(exporter.spans, timeout: .seconds(5)))
        #expect(screen.withLock { $0.count } == 2)
    }

    @Test func aHurryMovesTheDeadlineOfWhatIsUnderWay() {
        let deadlines = Locked<[UInt64]>([])
        let exporter = Locked<ConsoleSpanExporter?>(nil)
        let console = ConsoleSpanExporter { _, deadline in
            deadlines.withLock { $0.append(deadline()) }
            exporter.withLock { $0 }?.hurry(within: .milliseconds(1))
            deadlines.withLock { $0.append(deadline()) }
            return nil
        }
        exporter.withLock { $0 = console }
        #expect(console.export([], timeout: .seconds(600)))
        let seen = deadlines.withLock { $0 }
        #expect(seen.count == 2 && seen[1] < seen[0])
        exporter.withLock { $0 = nil }
    }
}
