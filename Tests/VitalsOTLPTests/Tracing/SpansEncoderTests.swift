import Testing
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP
@testable import VitalsTracing

/// The literals are what Google's runtime makes of the same messages.
@Suite("Encoded spans")
struct SpansEncoderTests {
    private func encoded(_ spans: [FinishedSpan], resource: Attributes = [:]) -> [UInt8] {
        var encoder = SpansEncoder(resource: resource)
        return encoded(spans, &encoder)
    }

    private func encoded(_ spans: [FinishedSpan], _ encoder: inout SpansEncoder) -> [UInt8] {
        var out = ByteBuffer()
        encoder.encode(spans, into: &out)
        return Array(out.bytes)
    }

    private func literal(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    /// A span that has everything, and more than its limits allow.
    private func everything() -> [FinishedSpan] {
        var limits = SpanLimits()
        limits.attributes = 8
        limits.events = 2
        limits.links = 2
        limits.attributesPerEvent = 2
        limits.attributesPerLink = 1
        let made = MadeSpans(limits: limits)
        let tracer = made.provider.tracer(
            "orders", version: "1.2.0", schemaURL: "https://s/1", attributes: ["team": "a"])
        let start: UInt64 = 1_700_000_000_000_000_000
        let state = TraceState(members: [.init(key: "a", value: "1"), .init(key: "b", value: "2")])
        func linked(_ number: UInt64, _ flags: TraceFlags, _ state: TraceState, isRemote: Bool) -> SpanContext {
            SpanContext(
                traceID: TraceID(high: number, low: number), spanID: SpanID(number &* 2), flags: flags,
                traceState: state, isRemote: isRemote)
        }
        let first = linked(
            0x1111_1111_1111_1111, .sampled, TraceState(members: [.init(key: "v", value: "w")]), isRemote: true)
        let span = tracer.startSpan(
            "GET", kind: .server, attributes: ["z": "é", "a": true, "n": -5, "d": 1.5],
            links: [SpanLink(first, attributes: ["why": "retry", "beyond": 1])],
            parent: .remote(traceState: state), at: start)
        span["ss"] = .strings(["x", ""])
        span["ii"] = .ints([1, -1])
        span["bb"] = .bools([])
        span["dd"] = .doubles([0.5])
        span["beyond"] = 1
        span.updateName("GET /orders/{id}")
        span.addEvent("validated", attributes: ["z": 1, "a": "b", "beyond": 2], at: start + 500_000_000)
        span.addEvent("done", at: start + 1_000_000_000)
        for _ in 0..<2 { span.addEvent("beyond") }
        let second = SpanContext(
            traceID: TraceID(high: 0x3333_3333_3333_3333, low: 0x3333_3333_3333_3333),
            spanID: SpanID(0x4444_4444_4444_4444))
        for _ in 0..<2 { span.addLink(second) }
        span.setStatus(.error("no stock"))
        span.end(at: start + 1_500_000_000)
        return made.ended
    }

    @Test("A span with everything in it, attributes in the order in which they were set")
    func wholeSpan() {
        let expected = """
            0ad6030a180a160a0c736572766963652e6e616d6512060a0473686f7012b9030a1c0a066f72646572731205312e322e
            301a0b0a047465616d12030a0161128b030a100102030405060708090a0b0c0d0e0f101208a1a2a3a4a5a6a7a81a0761
            3d312c623d322208b1b2b3b4b5b6b7b82a10474554202f6f72646572732f7b69647d30023900002a36fe9c971741002f
            928ffe9c97174a090a017a12040a02c3a94a070a0161120210014a100a016e120b18fbffffffffffffffff014a0e0a01
            64120921000000000000f83f4a110a027373120b2a090a030a01780a020a004a190a02696912132a110a0218010a0b18
            ffffffffffffffffff014a080a02626212022a004a130a026464120d2a0b0a0921000000000000e03f50015a29090065
            f753fe9c9717120976616c6964617465641a070a017a120218011a080a016112030a016220015a0f0900cac471fe9c97
            171204646f6e6560026a380a1011111111111111111111111111111111120822222222222222221a03763d77220e0a03
            77687912070a057265747279280135010300006a210a1033333333333333333333333333333333120844444444444444
            44350001000070017a0c12086e6f2073746f636b18028501030300001a0b68747470733a2f2f732f31
            """
        #expect(encoded(everything(), resource: ["service.name": "shop"]).hex == literal(expected))
    }

    @Test("A root span with nothing in it has no parent, and its status says that it is well")
    func rootSpan() {
        let made = MadeSpans()
        let span = made.provider.tracer("t").startSpan("root", parent: Context(), at: 1)
        span.setStatus(.ok)
        span.end(at: 2)
        let expected = """
            0a4b0a0012470a030a017412400a100102030405060708090a0b0c0d0e0f101208a1a2a3a4a5a6a7a82a04726f6f7430
            013901000000000000004102000000000000007a021801850103010000
            """
        #expect(encoded(made.ended).hex == literal(expected))
    }

    @Test("In JSON ids are hexadecimal, times are texts and kinds are numbers")
    func json() throws {
        var out = ByteBuffer()
        let bytes = encoded(everything(), resource: ["service.name": "shop"])
        #expect(bytes.withUnsafeBytes { OTLPJSON.append($0, .traces, to: &out) })
        let expected = #"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[
            {"scope":{"name":"orders","version":"1.2.0","attributes":[{"key":"team","value":{"stringValue":"a"}}]},"spans":[
            {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8","traceState":"a=1,b=2",
            "parentSpanId":"b1b2b3b4b5b6b7b8","flags":771,"name":"GET /orders/{id}","kind":2,
            "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001500000000","attributes":[
            {"key":"z","value":{"stringValue":"é"}},{"key":"a","value":{"boolValue":true}},
            {"key":"n","value":{"intValue":"-5"}},{"key":"d","value":{"doubleValue":1.5}},
            {"key":"ss","value":{"arrayValue":{"values":[{"stringValue":"x"},{"stringValue":""}]}}},
            {"key":"ii","value":{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"-1"}]}}},
            {"key":"bb","value":{"arrayValue":{}}},{"key":"dd","value":{"arrayValue":{"values":[{"doubleValue":0.5}]}}}],
            "droppedAttributesCount":1,"events":[{"timeUnixNano":"1700000000500000000","name":"validated","attributes":[
            {"key":"z","value":{"intValue":"1"}},{"key":"a","value":{"stringValue":"b"}}],"droppedAttributesCount":1},
            {"timeUnixNano":"1700000001000000000","name":"done"}],"droppedEventsCount":2,"links":[
            {"traceId":"11111111111111111111111111111111","spanId":"2222222222222222","traceState":"v=w","attributes":[
            {"key":"why","value":{"stringValue":"retry"}}],"droppedAttributesCount":1,"flags":769},
            {"traceId":"33333333333333333333333333333333","spanId":"4444444444444444","flags":256}],
            "droppedLinksCount":1,"status":{"message":"no stock","code":2}}],"schemaUrl":"https://s/1"}]}]}
            """#
        #expect(String(decoding: out.bytes, as: UTF8.self) == expected.split(separator: "\n").joined())
    }

    @Test("Spans are grouped by scope, in their order, whichever tracers of that scope made them")
    func scopes() throws {
        let made = MadeSpans()
        for index in 0..<7 {
            // Each time another tracer; an equal one is of the same scope, and one of another version is not.
            let tracer = made.provider.tracer(["a", "b", "a"][index % 3], version: index % 3 == 2 ? "2" : "1")
            tracer.startSpan("\(index)").end()
        }
        var encoder = SpansEncoder(resource: [:])
        // The second time nothing of the first is left.
        for _ in 0..<2 {
            let sent = try SentSpan.all(in: encoded(made.ended, &encoder))
            #expect(sent.map(\.name) == ["0", "3", "6", "1", "4", "2", "5"])
            #expect(sent.map(\.scope) == ["a", "a", "a", "b", "b", "a", "a"])
        }
        #expect(encoded([], &encoder) == [])
        #expect(try SentSpan.all(in: encoded(Array(made.ended.prefix(1)), &encoder)).map(\.name) == ["0"])
    }

    @Test("The flags tell of each span whether its parent is known to be in another service", arguments: [true, false])
    func parents(isRemote: Bool) throws {
        let made = MadeSpans()
        var parent = Context.remote([])
        parent.spanContext.isRemote = isRemote
        made.provider.tracer("test").startSpan("child", parent: parent).end()
        // Sampled; the parent's trace id is not said to be random.
        #expect(try SentSpan.all(in: encoded(made.ended)).map(\.flags) == [isRemote ? 0x301 : 0x101])
    }
}
