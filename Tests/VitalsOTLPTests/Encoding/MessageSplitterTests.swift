import Testing
import VitalsBytes
import VitalsMetrics
import VitalsOTLP
import VitalsTesting

@Suite("Requests that are split")
struct MessageSplitterTests {
    /// Some of everything: two scopes, every kind of data, points of many sizes.
    private static let metrics: [UInt8] = {
        let encoding = Encoding(resource: ["service.name": "shop", "host.name": "a host with a long name"])
        encoding.clock.advance(by: .seconds(1))
        for scope in ["a", "b"] {
            let meter = encoding.registry.meter(
                scope, version: "1", schemaURL: "https://example.org/\(scope)", attributes: ["team": "core"])
            for index in 0..<7 {
                let attributes: Attributes = ["k": .string(String(repeating: "v", count: index * index))]
                meter.counter("counter", unit: "{order}", description: "Orders.").add(index + 1, attributes)
                meter.upDownCounter("up_down").add(-index, attributes)
                meter.gauge("gauge").set(Double(index), attributes)
                meter.histogram("histogram").record(Double(index), attributes)
                meter.histogram("exponential", buckets: .exponential()).record(Double(index), attributes)
            }
        }
        return (try? encoding.collect().bytes) ?? []
    }()

    private static let traces: [UInt8] = {
        var out = ByteBuffer()
        for resource in 0..<2 {
            let spans = out.beginMessage(field: 1)
            let scopes = out.beginMessage(field: 2)
            for span in 0..<5 {
                let message = out.beginMessage(field: 2)
                out.append(field: 5, text: "span \(resource) \(span)")
                out.append(field: 16, fixed32: 1)
                out.endMessage(message)
            }
            // Behind the spans, as the order of fields is free.
            let scope = out.beginMessage(field: 1)
            out.append(field: 1, text: "scope")
            out.endMessage(scope)
            out.append(field: 3, text: "https://example.org/scope")
            out.endMessage(scopes)
            out.append(field: 3, text: "https://example.org/resource")
            let attributes = out.beginMessage(field: 1)
            out.append(field: 1, key: "resource", value: .int(resource))
            out.endMessage(attributes)
            out.endMessage(spans)
        }
        return Array(out.bytes)
    }()

    private static func body(_ signal: Signal) -> [UInt8] { signal == .metrics ? metrics : traces }
    private static func points(_ body: [UInt8], _ signal: Signal) throws -> [FlatPoint] {
        try #require(FlatPoint.all(in: body, signal == .metrics ? FlatPoint.metrics : FlatPoint.traces))
    }
    private static func count(_ body: [UInt8], _ signal: Signal) -> Int {
        body.withUnsafeBytes { MessageSplitter.count($0, signal) }
    }
    private static func split(_ body: [UInt8], _ signal: Signal, _ limit: Int) -> [[UInt8]]? {
        body.withUnsafeBytes { MessageSplitter.split($0, signal, atMost: limit) }?.map { Array($0.bytes) }
    }
    private static func halves(_ body: [UInt8], _ signal: Signal) -> [[UInt8]]? {
        body.withUnsafeBytes { MessageSplitter.halves($0, signal) }?.map { Array($0.bytes) }
    }

    @Test(
        "Whatever the limit, all points come in order with all that is around them",
        arguments: [Signal.metrics, .traces])
    func losesNothing(_ signal: Signal) throws {
        let body = Self.body(signal)
        let points = try Self.points(body, signal)
        #expect(points.count == (signal == .metrics ? 70 : 10))
        #expect(Self.count(body, signal) == points.count)
        for limit in Array(0...100) + Array(stride(from: 101, to: 1500, by: 17)) + [
            body.count - 1, body.count, body.count + 1, .max,
        ] {
            let parts = try #require(Self.split(body, signal, limit))
            let found = try parts.map { try Self.points($0, signal) }
            #expect(Array(found.joined()) == points, "limit \(limit)")
            for (part, points) in zip(parts, found) {
                #expect(Self.count(part, signal) == points.count)
                #expect(part.count <= limit || points.count == 1, "limit \(limit)")
            }
            if limit == 0 { #expect(parts.count == points.count) }
            if limit >= body.count { #expect(parts.count == 1) }
        }
    }

    @Test("A part is as large as the limit allows, to the byte", arguments: [Signal.metrics, .traces])
    func fillsParts(_ signal: Signal) throws {
        let body = Self.body(signal)
        for limit in stride(from: 100, through: body.count, by: 37) {
            let part = try #require(Self.split(body, signal, limit)?.first)
            let count = Self.count(part, signal)
            guard count > 1 else { continue }
            #expect(Self.split(body, signal, part.count)?.first == part)
            let smaller = try #require(Self.split(body, signal, part.count - 1)?.first)
            #expect(Self.count(smaller, signal) == count - 1)
        }
    }

    @Test("What is around points is repeated")
    func repeatsHeads() throws {
        let body = """
            0a38
                0a05 0a030a0161
                122c
                    0a03 0a0173
                    1222
                        0a016d
                        3a1a  0a09 1941414141414141aa  0a09 1942424242424242bb  1002 1801
                        1a0175
                    1a0153
                1a0152
            """
        let first = """
            0a2d
                0a05 0a030a0161
                1a0152
                1221
                    0a03 0a0173
                    1a0153
                    1217
                        0a016d
                        1a0175
                        3a0f  1002 1801  0a09 1941414141414141aa
            """
        let second = first.replacing("1941414141414141aa", with: "1942424242424242bb")
        let parts = Self.split([UInt8](hex: body), .metrics, 1)
        #expect(parts == [[UInt8](hex: first), [UInt8](hex: second)])
    }

    @Test("Halves have as many points each, or one more", arguments: [Signal.metrics, .traces])
    func halves(_ signal: Signal) throws {
        var bodies = [Self.body(signal)]
        let points = try Self.points(bodies[0], signal)
        while bodies.contains(where: { Self.count($0, signal) > 1 }) {
            bodies = try bodies.flatMap { body -> [[UInt8]] in
                guard let halves = Self.halves(body, signal) else { return [body] }
                let counts = halves.map { Self.count($0, signal) }
                try #require(counts.count == 2 && counts[0] - counts[1] <= 1 && counts[0] >= counts[1])
                return halves
            }
        }
        #expect(try bodies.flatMap { try Self.points($0, signal) } == points)
        #expect(bodies.allSatisfy { Self.halves($0, signal) == nil })
    }

    @Test("Without points there is nothing to split", arguments: ["", "0a00", "0a021200"])
    func nothing(_ hex: String) {
        #expect(Self.split([UInt8](hex: hex), .metrics, 10)?.count == 0)
        #expect(Self.halves([UInt8](hex: hex), .metrics) == nil)
        #expect(Self.count([UInt8](hex: hex), .metrics) == 0)
    }

    @Test(
        "Malformed requests are refused", arguments: ["0a", "0a05", "0a020a", "0801", "0a0212ff", "0a020801ff", "0b0c"])
    func malformed(_ hex: String) {
        #expect(Self.split([UInt8](hex: hex), .metrics, 10) == nil)
        #expect(Self.halves([UInt8](hex: hex), .metrics) == nil)
        #expect(Self.count([UInt8](hex: hex), .metrics) == 0)
    }

    @Test("A request that is cut off anywhere is refused")
    func truncated() throws {
        for end in Self.metrics.indices {
            let body = Array(Self.metrics[..<end])
            #expect(Self.split(body, .metrics, 300)?.count ?? 0 == 0)
        }
    }

    @Test("A small limit does not multiply a large resource")
    func isBounded() {
        var out = ByteBuffer()
        let request = out.beginMessage(field: 1)
        out.append(field: 1, text: String(repeating: "r", count: 100_000))
        let scope = out.beginMessage(field: 2)
        for _ in 0..<1000 { out.append(field: 2, text: "span") }
        out.endMessage(scope)
        out.endMessage(request)
        let body = Array(out.bytes)
        #expect(Self.split(body, .traces, 1000) == nil)
        #expect(Self.halves(body, .traces)?.count == 2)
        #expect(Self.split(body, .traces, 104_000)?.count == 2)
    }
}
