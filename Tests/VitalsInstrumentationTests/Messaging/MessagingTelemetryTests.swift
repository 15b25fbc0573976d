import Testing
import VitalsInstrumentation
import VitalsMetrics
import VitalsTesting
import VitalsTracing

@Suite struct MessagingTelemetryTests {
    private let order = Envelope(id: "42", destination: "orders", body: [1, 2, 3])

    @Test func eachOperationIsASpanByTheConventions() async throws {
        let bench = MessagingBench(consumerGroup: "billing", address: "bus.local", port: 9092)
        let created = bench.telemetry.create(order)
        try await bench.telemetry.send(created) { _ in }
        try await bench.telemetry.receive(from: "orders") { [created] }
        try await bench.telemetry.process(created) { _ in }
        let message: Attributes = ["messaging.message.id": "42", "messaging.message.body.size": 3]
        let group: Attributes = ["messaging.consumer.group.name": "billing"]
        let rows: [(name: String, kind: SpanKind, own: Attributes)] = [
            ("create", .producer, message), ("send", .client, message),
            ("receive", .client, group.merging(["messaging.batch.message_count": 1])),
            ("process", .consumer, group.merging(message)),
        ]
        for row in rows {
            let span = try #require(bench["\(row.name) orders"])
            let common: Attributes = [
                "messaging.system": "test", "messaging.destination.name": "orders", "server.address": "bus.local",
                "server.port": 9092, "messaging.operation.name": .string(row.name),
                "messaging.operation.type": .string(row.name),
            ]
            #expect(span.kind == row.kind)
            #expect(span.attributes == common.merging(row.own))
            #expect(span.status == .unset)
        }
        #expect(bench.spans.count == rows.count)
    }

    @Test func theTraceThatCreatesAMessageIsThatOfWhoeverProcessesIt() async throws {
        let bench = MessagingBench()
        let created = bench.tracer.withSpan("checkout") { _ in bench.telemetry.create(order) }
        // Elsewhere, and later.
        try await bench.tracer.withSpan("relay") { _ in try await bench.telemetry.send(created) { _ in } }
        try await bench.tracer.withSpan("loop") { _ in
            try await bench.telemetry.process(created) { span in
                #expect(Context.current.spanContext == span.spanContext)
            }
        }
        let checkout = try #require(bench["checkout"])
        let creation = try #require(bench["create orders"])
        #expect(creation.parentID == checkout.context.spanID)
        for name in ["send orders", "process orders"] {
            let span = try #require(bench[name])
            #expect(span.context.traceID == checkout.context.traceID)
            #expect(span.parentID == creation.context.spanID)
            #expect(span.links.map(\.context.spanID) == [creation.context.spanID])
        }
    }

    @Test func aMessageThatNobodyCreatedIsCreatedByBeingSent() async throws {
        let bench = MessagingBench()
        let sent = try await bench.tracer.withSpan("checkout") { _ in
            try await bench.telemetry.send(order) { $0 }
        }
        let span = try #require(bench["send orders"])
        #expect(span.kind == .producer)
        #expect(span.links.isEmpty)
        #expect(span.parentID == bench["checkout"]?.context.spanID)
        #expect(sent.context.spanContext.spanID == span.context.spanID)
    }

    @Test func aMessageCanBeProcessedInATraceOfItsOwn() async throws {
        let bench = MessagingBench()
        let created = withBaggage(["tenant": "acme"]) { bench.telemetry.create(order) }
        try await bench.telemetry.process(created, continuesTrace: false) { _ in
            #expect(Baggage.current == ["tenant": "acme"])
        }
        try await bench.tracer.withSpan("batch") { _ in
            try await bench.telemetry.process(created, continuesTrace: false) { _ in }
        }
        let creation = try #require(bench["create orders"])
        let processed = bench.spans.filter { $0.name == "process orders" }
        #expect(processed.map(\.parentID) == [nil, bench["batch"]?.context.spanID])
        for span in processed {
            #expect(span.context.traceID != creation.context.traceID)
            #expect(span.links.map(\.context.spanID) == [creation.context.spanID])
        }
    }

    @Test func theBaggageOfAMessageAndNoOtherIsCurrentMeanwhile() async throws {
        let bench = MessagingBench()
        let created = withBaggage(["tenant": "acme"]) { bench.telemetry.create(order) }
        try await withBaggage(["tenant": "other", "user": "1"]) {
            try await bench.telemetry.send(created) { _ in #expect(Baggage.current == ["tenant": "acme"]) }
            try await bench.telemetry.process(created) { _ in #expect(Baggage.current == ["tenant": "acme"]) }
            try await bench.telemetry.process(order) { _ in #expect(Baggage.current.isEmpty) }
            #expect(Baggage.current.count == 2)
        }
    }

    static let strangers: [[(String, String)]] = [
        [], [("traceparent", "nonsense")], [("traceparent", "")], [("b3", "000000000000000a-000000000000000b-1")],
        [("baggage", ";;==,")],
    ]

    @Test(arguments: strangers)
    func aMessageWithoutAContextIsProcessedInThatOfTheCaller(_ headers: [(String, String)]) async throws {
        let bench = MessagingBench()
        let message = Envelope(id: "1", destination: "orders", headers: headers)
        try await bench.telemetry.process(message) { _ in }
        try await bench.tracer.withSpan("loop") { _ in try await bench.telemetry.process(message) { _ in } }
        let spans = bench.spans.filter { $0.name == "process orders" }
        #expect(spans.map(\.parentID) == [nil, bench["loop"]?.context.spanID])
        #expect(spans.allSatisfy { $0.links.isEmpty })
    }

    @Test func receivingLinksToWhereTheMessagesWereMade() async throws {
        let bench = MessagingBench(links: 3)
        let messages = (0..<5).map { bench.telemetry.create(Envelope(id: "\($0)", destination: "orders")) }
        let received = try await bench.telemetry.receive(from: "orders") {
            [Envelope(id: "?", destination: "orders")] + messages
        }
        #expect(received.map(\.id) == ["?", "0", "1", "2", "3", "4"])
        let span = try #require(bench["receive orders"])
        #expect(span.links.map(\.context.spanID) == messages.prefix(3).map(\.context.spanContext.spanID))
        #expect(span.droppedLinks == 2)
        #expect(span.attributes["messaging.batch.message_count"] == 6)
        #expect(span.parentID == nil)
    }

    @Test func whereNothingIsTracedTheContextOfACallerGoesOnward() async throws {
        let bench = MessagingBench(isTracing: false)
        let caller = Context.extract(
            from: [
                ("traceparent", "00-0000000000000001000000000000000a-000000000000000b-01"), ("baggage", "tenant=acme"),
            ], into: Context())
        let created = withContext(caller) { bench.telemetry.create(order) }
        try await bench.telemetry.send(created) { message in
            try await bench.telemetry.process(message) { span in
                #expect(!span.isRecording)
                #expect(Context.current.spanContext.spanID.value == 0xB)
                #expect(Baggage.current["tenant"] == "acme")
            }
        }
        #expect(bench.reader.histogram("messaging.process.duration", labels("process"))?.count == 1)
    }

    @Test func whatHasNoDestinationIsNamedAfterWhereItGoes() async throws {
        let message = Envelope(id: "", destination: "")
        let rows: [(address: String?, port: Int?, name: String)] = [
            (nil, nil, "process"), (nil, 1, "process"), ("bus", nil, "process bus"), ("bus", 1, "process bus:1"),
        ]
        for row in rows {
            let bench = MessagingBench(address: row.address, port: row.port)
            try await bench.telemetry.process(message) { _ in }
            let attributes = try #require(bench[row.name]).attributes
            #expect(attributes["messaging.destination.name"] == nil)
            #expect(attributes["messaging.message.id"] == nil)
            #expect(attributes["messaging.message.body.size"] == nil)
        }
    }
}

/// What is measured.
extension MessagingTelemetryTests {
    private func labels(_ operation: String, _ others: Attributes = [:]) -> Attributes {
        let common: Attributes = [
            "messaging.system": "test", "messaging.destination.name": "orders",
            "messaging.operation.name": .string(operation),
        ]
        return common.merging(others)
    }

    @Test func messagesAreMeasuredByTheConventions() async throws {
        let bench = MessagingBench()
        let created = bench.telemetry.create(order)
        for _ in 0..<3 { try await bench.telemetry.send(created) { _ in } }
        try await bench.telemetry.receive(from: "orders") { [created, created] }
        try await bench.telemetry.receive(from: "orders") { [] }
        try await bench.telemetry.process(created) { _ in }
        let metrics = bench.reader.collect()
        let duration = try #require(metrics["messaging.client.operation.duration"])
        #expect(duration.points.count == 2)
        #expect(duration[labels("send", ["messaging.operation.type": "send"])]?.histogram?.count == 3)
        #expect(duration[labels("receive", ["messaging.operation.type": "receive"])]?.histogram?.count == 2)
        let processing = try #require(metrics["messaging.process.duration"])
        #expect(processing.points.count == 1)
        #expect(processing[labels("process")]?.histogram?.count == 1)
        for histogram in [duration, processing] {
            #expect(histogram.unit == "s")
            #expect(
                histogram.points[0].histogram?.bounds == [
                    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
                ])
        }
        let sent = try #require(metrics["messaging.client.sent.messages"])
        #expect(sent.points.map(\.attributes) == [labels("send")])
        #expect(sent[labels("send")]?.number == 3)
        let consumed = try #require(metrics["messaging.client.consumed.messages"])
        #expect(consumed.points.map(\.attributes) == [labels("receive")])
        #expect(consumed[labels("receive")]?.number == 2)
        #expect([sent, consumed].allSatisfy { $0.unit == "{message}" && $0.kind == .monotonicSum })
    }

    @Test func whatIsKnownOfTheSystemIsInTheLabels() async throws {
        let bench = MessagingBench(consumerGroup: "billing", address: "bus.local", port: 9092)
        try await bench.telemetry.send(order) { _ in }
        try await bench.telemetry.receive(from: "orders") { [order] }
        try await bench.telemetry.process(order) { _ in }
        let server: Attributes = ["server.address": "bus.local", "server.port": 9092]
        let group: Attributes = server.merging(["messaging.consumer.group.name": "billing"])
        #expect(bench.labels("messaging.client.sent.messages") == [labels("send", server)])
        #expect(bench.labels("messaging.client.consumed.messages") == [labels("receive", group)])
        #expect(bench.labels("messaging.process.duration") == [labels("process", group)])
        #expect(
            Set(bench.labels("messaging.client.operation.duration")) == [
                labels("send", server.merging(["messaging.operation.type": "send"])),
                labels("receive", group.merging(["messaging.operation.type": "receive"])),
            ])
    }

    @Test func aMessageThatIsPushedCountsAsConsumedWhenItIsProcessed() async throws {
        let bench = MessagingBench()
        try await bench.telemetry.process(order) { _ in }
        #expect(bench.labels("messaging.client.consumed.messages").isEmpty)
        await #expect(throws: Refused.self) {
            try await bench.telemetry.process(order, isDelivery: true) { _ in throw Refused() }
        }
        #expect(bench.reader.counter("messaging.client.consumed.messages", labels("process")) == 1)
    }

    @Test func whatFailsIsAnErrorInSpansAndMetrics() async throws {
        let bench = MessagingBench()
        await #expect(throws: Refused.self) { try await bench.telemetry.send(order) { _ in throw Refused() } }
        await #expect(throws: Refused.self) {
            try await bench.telemetry.receive(from: "orders") { throw Refused() }
        }
        await #expect(throws: Refused.self) { try await bench.telemetry.process(order) { _ in throw Refused() } }
        let type = try #require(bench["send orders"]?.attributes["error.type"])
        #expect("\(type)".hasSuffix("Refused"))
        for name in ["send orders", "receive orders", "process orders"] {
            let span = try #require(bench[name])
            #expect(span.attributes["error.type"] == type)
            #expect(span.status.isError)
        }
        let error: Attributes = ["error.type": type]
        #expect(bench.labels("messaging.client.sent.messages") == [labels("send", error)])
        #expect(bench.labels("messaging.process.duration") == [labels("process", error)])
        #expect(bench.labels("messaging.client.consumed.messages").isEmpty)
        #expect(
            Set(bench.labels("messaging.client.operation.duration")) == [
                labels("send", error.merging(["messaging.operation.type": "send"])),
                labels("receive", error.merging(["messaging.operation.type": "receive"])),
            ])
    }

    @Test func aCancellationIsNoError() async throws {
        let bench = MessagingBench()
        await #expect(throws: CancellationError.self) {
            try await bench.telemetry.process(order) { _ in throw CancellationError() }
        }
        #expect(bench.labels("messaging.process.duration") == [labels("process")])
        let span = try #require(bench["process orders"])
        #expect(span.status == .unset)
        #expect(span.attributes["error.type"] == nil)
    }

    @Test func aMessageWhoseSendingWasCancelledWasNotSent() async throws {
        let bench = MessagingBench()
        await #expect(throws: CancellationError.self) {
            try await bench.telemetry.send(order) { _ in throw CancellationError() }
        }
        #expect(bench.labels("messaging.client.sent.messages").isEmpty)
        // A result that is nil is one.
        #expect(try await bench.telemetry.send(order) { _ -> Int? in nil } == nil)
        #expect(bench.reader.counter("messaging.client.sent.messages", labels("send")) == 1)
    }

    @Test func spansAndMetricsSayTheSameTimeAndLeadToEachOther() async throws {
        let bench = MessagingBench()
        try await bench.telemetry.send(order) { _ in }
        let span = try #require(bench["send orders"])
        let metrics = bench.reader.collect()
        let point = try #require(metrics["messaging.client.operation.duration"]?.points.first)
        #expect(point.histogram?.sum == Double(span.end - span.start) / 1e9)
        let exemplars = point.exemplars + (metrics["messaging.client.sent.messages"]?.points.first?.exemplars ?? [])
        #expect(exemplars.count == 2)
        #expect(exemplars.allSatisfy { $0.context?.spanID == span.context.spanID.value })
    }

    @Test func moreDestinationsThanAreKeptAreMeasuredAllTheSame() async throws {
        let bench = MessagingBench(isTracing: false)
        for _ in 0..<2 {
            for number in 0..<1100 {
                try await bench.telemetry.process(Envelope(id: "1", destination: "d\(number)")) { _ in }
            }
        }
        let points = try #require(bench.reader.collect()["messaging.process.duration"]?.points)
        #expect(points.count == 1100)
        #expect(points.allSatisfy { $0.histogram?.count == 2 })
    }
}
