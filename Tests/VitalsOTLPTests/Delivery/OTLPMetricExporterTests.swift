import CVitals
import Synchronization
import Testing
import VitalsBytes
import VitalsTesting

@testable import VitalsMetrics
@testable import VitalsOTLP

@Suite("An exporter of metrics")
struct OTLPMetricExporterTests {
    private let registry = Registry()

    private func exporter(
        _ transport: ScriptedTransport, temporality: Temporality = .delta, requestBytes: Int = 64 << 20
    ) -> OTLPMetricExporter {
        var configuration = OTLPConfiguration(endpoint: "http://collector:4318")
        configuration.limits.requestBytes = requestBytes
        let sender = OTLPSender(configuration, transport, .metrics, registry: Registry())
        return OTLPMetricExporter(configuration, sender, resource: ["service.name": "test"], temporality: temporality)
    }

    private func sum(_ requests: some Sequence<ExportRequest>) throws -> Int {
        try requests.reduce(0) { try $0 + SentPoint.all(in: $1.body.bytes).reduce(0) { $0 + $1.value } }
    }

    @Test("commits what was acknowledged, and reports the rest again")
    func commits() throws {
        let counter = registry.meter("test").counter("work")
        let transport = ScriptedTransport { attempt, _ in
            attempt == 2
                ? .failed(ExportFailure(kind: "400", "no", remedy: .none)) : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        let reader = MetricReader(registry, temporality: .delta)
        var answers: [Bool] = []
        for number in [3, 4, 5] {
            counter.add(number)
            answers.append(exporter.export(reader, until: .after(seconds: 5)))
        }
        #expect(answers == [true, false, true])
        let requests = transport.seen.requests
        #expect(try requests.map { try sum([$0]) } == [3, 4, 9])
        // What comes again begins where the last acknowledged one ended.
        let points = try requests.flatMap { try SentPoint.all(in: $0.body.bytes) }
        try #require(points.count == 3)
        #expect(points[1].start == points[0].time)
        #expect(points[2].start == points[0].time)
    }

    @Test("sends nothing when there is nothing")
    func nothing() {
        let transport = ScriptedTransport { _, _ in .accepted(ExportResponse()) }
        let exporter = exporter(transport)
        #expect(exporter.export(MetricReader(registry, temporality: .delta), until: .after(seconds: 5)))
        #expect(transport.seen.requests.isEmpty)
    }

    @Test("splits by points what is larger than its limit, and loses nothing when a part fails")
    func parts() throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(index, ["index": .int(index)]) }
        let transport = ScriptedTransport { attempt, _ in
            attempt == 3
                ? .failed(ExportFailure(kind: "UNAVAILABLE", "no", remedy: .later, throttle: 1 << 40))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1024)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        #expect(transport.seen.requests.count == 3)
        counter.add(1000, ["index": .int(5)])
        exporter.hurry(to: .max)
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        let requests = transport.seen.requests
        #expect(requests.allSatisfy { $0.body.bytes.count <= 1024 })
        let acknowledged = requests.enumerated().filter { $0.offset != 2 }.map(\.element)
        #expect(try sum(acknowledged) == 4950 + 1000)
    }

    @Test("halves what the peer finds too large, down to a single point, and counts one that is too large by itself")
    func tooLarge() throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<16 { counter.add(1, ["index": .int(index)]) }
        counter.add(7, ["index": .string(String(repeating: "x", count: 4000))])
        let transport = ScriptedTransport { _, request in
            request.body.bytes.count > 700
                ? .failed(ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        let reader = MetricReader(registry, temporality: .delta)
        // Not everything was delivered, and it will not come again.
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        #expect(try sum(transport.seen.requests.filter { $0.body.bytes.count <= 700 }) == 16)
        // The peer takes others and not this one, which is not tried for ever.
        for (number, isWhole) in [(2, false), (1, true)] {
            let before = transport.seen.requests.count
            counter.add(1, ["index": .int(3)])
            #expect(exporter.export(reader, until: .after(seconds: 5)) == isWhole)
            #expect(transport.seen.requests.count == before + number)
        }
    }

    @Test("gives nothing up where the peer finds everything too large, and does not try every point")
    func everythingTooLarge() throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(1, ["index": .int(index)]) }
        let isFull = Atomic(true)
        let refusal = ExportFailure(kind: "RESOURCE_EXHAUSTED", "over quota", remedy: .smaller, status: .grpc(8))
        let transport = ScriptedTransport { _, _ in
            isFull.load(ordering: .relaxed) ? .failed(refusal) : .accepted(ExportResponse())
        }
        let exporter = exporter(transport)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        let before = transport.seen.requests.count
        #expect(before < 12)
        isFull.store(false, ordering: .relaxed)
        counter.add(1, ["index": .int(3)])
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        #expect(try sum(transport.seen.requests.dropFirst(before)) == 101)
    }

    @Test("keeps parts that wait where the peer finds all of them too large")
    func waitingTooLarge() throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(1, ["index": .int(index)]) }
        let isFull = Atomic(false)
        let refusal = ExportFailure(kind: "RESOURCE_EXHAUSTED", "over quota", remedy: .smaller, status: .grpc(8))
        let acknowledged = Locked<[ExportRequest]>([])
        let transport = ScriptedTransport { attempt, request in
            if attempt == 2 { isFull.store(true, ordering: .relaxed) }
            if attempt == 2 { return .failed(.unavailable(throttle: 1 << 40)) }
            if isFull.load(ordering: .relaxed) { return .failed(refusal) }
            acknowledged.withLock { $0.append(request) }
            return .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1024)
        let reader = MetricReader(registry, temporality: .delta)
        for _ in 0..<2 {
            #expect(!exporter.export(reader, until: .after(seconds: 5)))
            exporter.hurry(to: .max)
        }
        isFull.store(false, ordering: .relaxed)
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        #expect(try sum(acknowledged.withLock { $0 }) == 100)
    }

    @Test("gives up a waiting part that the peer will never take, and goes on")
    func refusedPart() throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(1, ["index": .int(index)]) }
        let transport = ScriptedTransport { attempt, _ in
            attempt == 2
                ? .failed(ExportFailure(kind: "400", "bad", remedy: .none, status: .http(400)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1024)
        #expect(!exporter.export(MetricReader(registry, temporality: .delta), until: .after(seconds: 5)))
        let requests = transport.seen.requests
        try #require(requests.count > 2)
        let lost = try sum([requests[1]])
        #expect(try sum(requests) == 100)
        #expect(lost > 0 && lost < 100)
    }

    @Test(
        "loses nothing when the peer gets into trouble in the middle of a message in parts",
        arguments: [ExportFailure.Remedy.none, .smaller])
    func troubleBetweenParts(_ remedy: ExportFailure.Remedy) throws {
        let counter = registry.meter("test").counter("work")
        for index in 0..<100 { counter.add(index, ["index": .int(index)]) }
        let isInTrouble = Locked(false)
        let accepted = Locked<[ExportRequest]>([])
        let transport = ScriptedTransport { attempt, request in
            if isInTrouble.withLock({ $0 }) {
                return .failed(ExportFailure(kind: "INTERNAL", "trouble", remedy: remedy, status: .grpc(13)))
            }
            accepted.withLock { $0.append(request) }
            if attempt == 1 { isInTrouble.withLock { $0 = true } }
            return .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1024)
        let reader = MetricReader(registry, temporality: .delta)
        for _ in 0..<10 {
            let before = transport.seen.requests.count
            #expect(!exporter.export(reader, until: .after(seconds: 5)))
            counter.add(1000, ["index": .int(5)])
            // A peer in trouble is not asked for every point.
            #expect(transport.seen.requests.count - before <= 14)
        }
        isInTrouble.withLock { $0 = false }
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        #expect(try sum(accepted.withLock { $0 }) == 4950 + 10_000)
    }

    @Test("gives up a part that the peer refuses while it takes the next collection, which it does not hold up")
    func poison() throws {
        let counter = registry.meter("test").counter("work")
        counter.add(1, ["index": "good"])
        counter.add(10, ["index": .string("poison" + String(repeating: "x", count: 890))])
        let accepted = Locked<[ExportRequest]>([])
        let transport = ScriptedTransport { _, request in
            if request.body.bytes.count > 900 {
                return .failed(ExportFailure(kind: "400", "bad", remedy: .none, status: .http(400)))
            }
            accepted.withLock { $0.append(request) }
            return .accepted(ExportResponse())
        }
        let exporter = exporter(transport, requestBytes: 1000)
        let reader = MetricReader(registry, temporality: .delta)
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        counter.add(2, ["index": "good"])
        #expect(!exporter.export(reader, until: .after(seconds: 5)))
        counter.add(4, ["index": "good"])
        #expect(exporter.export(reader, until: .after(seconds: 5)))
        let sizes = transport.seen.requests.map(\.body.bytes.count)
        #expect(try sum(accepted.withLock { $0 }) == 7, "\(sizes)")
    }

    @Test("remembers what a peer finds too large, and tries larger messages again later")
    func learnsSize() throws {
        let counter = registry.meter("test").counter("work")
        let text = String(repeating: "x", count: 1000)
        for index in 0..<400 { counter.add(1, ["index": .int(index), "text": .string(text)]) }
        let limit = Locked(150_000)
        let transport = ScriptedTransport { _, request in
            request.body.bytes.count > limit.withLock { $0 }
                ? .failed(ExportFailure(kind: "413", "too large", remedy: .smaller, status: .http(413)))
                : .accepted(ExportResponse())
        }
        let exporter = exporter(transport, temporality: .cumulative)
        let reader = MetricReader(registry)
        func refusals() -> Int {
            let before = transport.seen.requests.count
            #expect(exporter.export(reader, until: .after(seconds: 5)))
            let now = limit.withLock { $0 }
            return transport.seen.requests[before...].count { $0.body.bytes.count > now }
        }
        #expect(refusals() > 2)
        #expect(refusals() == 0)
        limit.withLock { $0 = 64 << 20 }
        for _ in 0..<4 { #expect(refusals() == 0) }
        let before = transport.seen.requests.count
        #expect(refusals() == 0)
        #expect(transport.seen.requests.count == before + 1)
    }
}

/// A point of a sum in a request.
struct SentPoint {
    var start: UInt64 = 0
    var time: UInt64 = 0
    var value = 0

    static func all(in request: UnsafeRawBufferPointer) throws -> [SentPoint] {
        // Resource, scope, metric, sum, point.
        try messages([1, 2, 2, 7, 1][...], request).map { bytes in
            var point = SentPoint()
            var reader = ProtobufReader(bytes)
            while let field = reader.next() {
                switch (field.number, field.value) {
                case (2, .fixed64(let time)): point.start = time
                case (3, .fixed64(let time)): point.time = time
                case (6, .fixed64(let value)): point.value = Int(truncatingIfNeeded: value)
                default: continue
                }
            }
            return point
        }
    }

    private static func messages(
        _ path: ArraySlice<UInt32>, _ bytes: UnsafeRawBufferPointer
    ) throws -> [UnsafeRawBufferPointer] {
        guard let number = path.first else { return [bytes] }
        var found: [UnsafeRawBufferPointer] = []
        var reader = ProtobufReader(bytes)
        while let field = reader.next() {
            guard field.number == number, case .bytes(let message) = field.value else { continue }
            found += try messages(path.dropFirst(), message)
        }
        try #require(!reader.isMalformed)
        return found
    }
}
