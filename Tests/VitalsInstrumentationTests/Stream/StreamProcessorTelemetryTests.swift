import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsInstrumentation

@Suite struct StreamProcessorTelemetryTests {
    private struct Refused: Error {}

    private let reader = InMemoryReader()
    private let clock = ManualClock()

    private func make(_ name: String = "orders", capacity: Int? = nil) -> StreamProcessorTelemetry {
        StreamProcessorTelemetry(name, capacity: capacity, meter: reader.meter(), clock: clock.clock)
    }

    private func labels(_ others: Attributes = [:], of name: String = "orders") -> Attributes {
        others.merging(["processor.name": .string(name)])
    }

    @Test func eachMetricHasItsNameUnitAndLabels() throws {
        let processor = make(capacity: 100)
        processor.received()
        processor.process(eventAt: clock.now) {}
        #expect(throws: Refused.self) { try processor.process { () throws(Refused) in throw Refused() } }
        processor.dropped(.late)
        processor.deduplicated()
        processor.remembered(7)
        processor.queued(3)
        processor.watermark(at: clock.now)
        processor.triggered("minute")
        processor.opened(2, of: "minute")
        processor.aggregate("sum") {}
        processor.state(.get) {}
        let metrics = reader.collect()
        let rows: [(name: String, unit: Unit, kind: CollectedMetric.Kind, labels: Attributes)] = [
            ("processor.events.received", "{event}", .monotonicSum, [:]),
            ("processor.events.processed", "{event}", .monotonicSum, [:]),
            ("processor.events.dropped", "{event}", .monotonicSum, ["reason": "late"]),
            ("processor.deduplication.count", "{event}", .monotonicSum, [:]),
            ("processor.deduplication.entries", "{entry}", .gauge, [:]),
            ("processor.processing.duration", "s", .histogram, [:]),
            ("processor.event.lag", "s", .histogram, [:]),
            ("processor.aggregation.duration", "s", .histogram, ["aggregation": "sum"]),
            ("processor.state.operation.duration", "s", .histogram, ["operation": "get"]),
            ("processor.queue.size", "{event}", .sum, [:]),
            ("processor.queue.capacity", "{event}", .sum, [:]),
            (
                "processor.window.triggers", "{trigger}", .monotonicSum,
                ["window.name": "minute", "trigger": "watermark"]
            ),
            ("processor.windows.open", "{window}", .gauge, ["window.name": "minute"]),
            ("processor.watermark.lag", "s", .gauge, [:]),
            ("processor.watermark.timestamp", "s", .gauge, [:]),
        ]
        for row in rows {
            let metric = try #require(metrics[row.name])
            #expect(metric.unit == row.unit)
            #expect(metric.kind == row.kind)
            #expect(!metric.description.isEmpty)
            let point = try #require(metric[labels(row.labels)])
            switch row.name {
            case "processor.deduplication.entries": #expect(point.number == 7)
            case "processor.queue.size": #expect(point.number == 3)
            case "processor.queue.capacity": #expect(point.number == 100)
            case "processor.windows.open": #expect(point.number == 2)
            case "processor.watermark.timestamp": #expect(point.number == Double(clock.now) / 1e9)
            case "processor.watermark.lag": #expect(point.number == 0)
            case "processor.processing.duration": #expect(point.histogram?.count == 2)
            default: #expect(point.number ?? point.histogram.map { Double($0.count) } == 1)
            }
        }
        #expect(Set(metrics.metrics.map(\.name)) == Set(rows.map(\.name)))
    }

    @Test func nothingIsSaidOfWhatHasNotHappened() {
        let processor = make()
        let points = reader.collect().metrics.flatMap { metric in
            metric.points.filter { ($0.number ?? Double($0.histogram?.count ?? 0)) != 0 || metric.kind == .gauge }
        }
        #expect(points.isEmpty)
        processor.received(0)
    }

    @Test func reasonsTriggersAndOperationsAreLabels() throws {
        typealias Telemetry = StreamProcessorTelemetry
        let processor = make()
        let reasons: [(reason: Telemetry.DropReason, label: AttributeValue)] = [
            (.late, "late"), (.queueFull, "queue_full"), (.filtered, "filtered"), (.invalid, "invalid"),
            (.shutdown, "shutdown"),
        ]
        for (count, row) in reasons.enumerated() { processor.dropped(row.reason, count + 1) }
        let triggers: [(trigger: Telemetry.Trigger, label: AttributeValue)] = [
            (.watermark, "watermark"), (.count, "count"), (.processingTime, "processing_time"), (.late, "late"),
        ]
        for row in triggers { processor.triggered("minute", by: row.trigger) }
        let operations: [(operation: Telemetry.StateOperation, label: AttributeValue)] = [
            (.get, "get"), (.put, "put"), (.delete, "delete"), (.checkpoint, "checkpoint"), (.restore, "restore"),
        ]
        for row in operations { processor.state(row.operation) {} }
        let metrics = reader.collect()
        for (count, row) in reasons.enumerated() {
            #expect(metrics["processor.events.dropped"]?[labels(["reason": row.label])]?.int == count + 1)
        }
        for row in triggers {
            let found = labels(["window.name": "minute", "trigger": row.label])
            #expect(metrics["processor.window.triggers"]?[found]?.int == 1)
        }
        for row in operations {
            let found = metrics["processor.state.operation.duration"]?[labels(["operation": row.label])]
            #expect(found?.histogram?.count == 1)
        }
    }

    @Test func whatFailsIsProcessedWithAnError() async throws {
        let processor = make()
        #expect(throws: Refused.self) { try processor.process { throw Refused() } }
        await #expect(throws: Refused.self) {
            try await processor.process { () async throws in
                await Task.yield()
                throw Refused()
            }
        }
        processor.processed(in: .milliseconds(20), failure: Refused())
        processor.processed(in: .milliseconds(20))
        let metrics = reader.collect()
        let processed = try #require(metrics["processor.events.processed"])
        #expect(processed[labels()]?.int == 1)
        let failed = try #require(processed.points.first { $0.attributes["error.type"] != nil })
        #expect(failed.int == 3)
        #expect(failed.attributes["error.type"].map { "\($0)" }?.hasSuffix("Refused") == true)
        #expect(metrics["processor.processing.duration"]?[labels()]?.histogram?.count == 4)
    }

    @Test func whatIsCancelledIsDroppedByTheShutdown() async throws {
        let processor = make()
        await #expect(throws: CancellationError.self) {
            try await processor.process { () async throws in throw CancellationError() }
        }
        #expect(reader.counter("processor.events.dropped", labels(["reason": "shutdown"])) == 1)
        #expect(reader.collect()["processor.events.processed"]?.points.allSatisfy { $0.int == 0 } ?? true)
    }

    @Test func theBodysResultIsThatOfTheWrapper() async {
        let processor = make()
        let results = [
            processor.process { 1 }, await processor.process { await asynchronously(2) },
            processor.aggregate("sum") { 3 }, await processor.aggregate("sum") { await asynchronously(4) },
            processor.state(.get) { 5 }, await processor.state(.checkpoint) { await asynchronously(6) },
        ]
        #expect(results == [1, 2, 3, 4, 5, 6])
        #expect(reader.counter("processor.events.processed", labels()) == 2)
        #expect(reader.histogram("processor.aggregation.duration", labels(["aggregation": "sum"]))?.count == 2)
    }

    private func asynchronously(_ value: Int) async -> Int {
        await Task.yield()
        return value
    }

    @Test func eventsBalance() throws {
        let processor = make(capacity: 3)
        var queue: [Int] = []
        for event in 0..<20 {
            processor.received()
            if event % 5 == 4 {
                processor.deduplicated()
            } else if queue.count == 3 {
                processor.dropped(.queueFull)
            } else {
                queue.append(event)
            }
            if event % 3 == 0, !queue.isEmpty {
                let next = queue.removeFirst()
                do {
                    try processor.process { if next % 2 == 0 { throw Refused() } }
                } catch {
                    #expect(error is Refused)
                }
            }
        }
        processor.dropped(.shutdown, 1)
        queue.removeFirst()
        processor.queued(queue.count)
        let metrics = reader.collect()
        func sum(_ name: String) -> Int { metrics[name]?.points.reduce(0) { $0 + ($1.int ?? 0) } ?? 0 }
        #expect(sum("processor.events.received") == 20)
        #expect(sum("processor.queue.size") == 1)
        #expect(
            sum("processor.events.received") == sum("processor.events.processed") + sum("processor.events.dropped")
                + sum("processor.deduplication.count") + sum("processor.queue.size"))
    }

    @Test func anEventsLagIsItsAgeAndNeverNegative() throws {
        let processor = make()
        processor.lag(ofEventAt: clock.now - 2_000_000_000)
        processor.lag(ofEventAt: clock.now + 2_000_000_000)
        processor.lag(ofEventAt: .max)
        let point = try #require(reader.histogram("processor.event.lag", labels()))
        #expect(point.count == 3)
        #expect(point.sum == 2)
        #expect(point.bounds.last == 86_400)
    }

    @Test func durationsAreTakenInSecondsWithBucketsThatTellThemApart() throws {
        let processor = make()
        for microseconds in [20, 200, 2000, 20_000] { processor.processed(in: .microseconds(microseconds)) }
        let point = try #require(reader.histogram("processor.processing.duration", labels()))
        #expect(abs((point.sum ?? 0) - 0.02222) < 1e-9)
        #expect(point.buckets.filter { $0 > 0 } == [1, 1, 1, 1])
        processor.state(.get) {}
        let state = try #require(
            reader.histogram("processor.state.operation.duration", labels(["operation": "get"])))
        #expect(state.bounds.first == 0.000_001)
        #expect(state.bounds.last == 10)
    }

    @Test(arguments: [Duration.nanoseconds(-1), .seconds(-65), .seconds(Int64.min)])
    func aNegativeDurationCountsAsZero(_ duration: Duration) throws {
        let processor = make()
        processor.processed(in: .seconds(2))
        processor.processed(in: duration)
        let point = try #require(reader.histogram("processor.processing.duration", labels()))
        #expect(point.count == 2)
        #expect(point.sum == 2)
    }

    @Test func processorsOfOneRegistryAreToldApart() {
        let orders = make("orders", capacity: 10)
        let users = make("users")
        orders.received(2)
        users.received(3)
        orders.watermark(at: clock.now - 5_000_000_000)
        users.watermark(at: clock.now - 7_000_000_000)
        for (name, count, lag) in [("orders", 2.0, 5.0), ("users", 3.0, 7.0)] {
            #expect(reader.counter("processor.events.received", labels(of: name)) == count)
            #expect(reader.gauge("processor.watermark.lag", labels(of: name)) == lag)
        }
        #expect(reader.collect()["processor.queue.capacity"]?.points.count == 1)
    }

    @Test func eventsBalanceWhereTwoProcessorsHaveOneName() {
        let first = make(capacity: 10)
        var second: StreamProcessorTelemetry? = make(capacity: 20)
        first.received(5)
        second?.received(4)
        first.processed(in: .zero)
        first.queued(3)
        second?.queued(4)
        first.queued(4)
        #expect(reader.counter("processor.events.received", labels()) == 9)
        #expect(reader.counter("processor.events.processed", labels()) == 1)
        #expect(reader.counter("processor.queue.size", labels()) == 8)
        #expect(reader.counter("processor.queue.capacity", labels()) == 30)
        // With a processor goes its queue.
        second = nil
        #expect(reader.counter("processor.queue.size", labels()) == 4)
        #expect(reader.counter("processor.queue.capacity", labels()) == 10)
        first.queued(.min)
        first.queued(.max)
        first.queued(2)
        #expect(reader.counter("processor.queue.size", labels()) == 2)
    }

    @Test func whoeverNamesTwoProcessorsAlikeIsToldOnce() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            let reader = InMemoryReader()
            func make(_ name: String, _ meter: String) -> StreamProcessorTelemetry {
                StreamProcessorTelemetry(name, meter: reader.meter(meter))
            }
            do {
                let apart = [make("orders", "a"), make("users", "a"), make("orders", "b")]
                withExtendedLifetime(apart) {}
            }
            // Those are gone, and their names are free.
            let first = make("orders", "a")
            #expect(heard.withLock { $0.isEmpty })
            let others = [make("orders", "a"), make("orders", "a")]
            withExtendedLifetime((first, others)) {}
            let said = heard.withLock { $0 }
            #expect(said.count == 1)
            #expect(said.first?.hasPrefix("warning: there are two stream processors with the name orders: ") == true)
        }
    }
}
