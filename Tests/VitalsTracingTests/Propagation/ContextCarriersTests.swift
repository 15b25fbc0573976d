import Testing
import VitalsTracing

@Suite struct ContextCarriersTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private var context: Context {
        Context.extract(
            from: ["traceparent": Self.parent, "tracestate": "k=v", "baggage": "a=b"], into: Context(),
            by: .composite([.traceContext, .baggage]))
    }

    private let written = [("traceparent", parent), ("tracestate", "k=v"), ("baggage", "a=b")]

    @Test func aDictionaryIsWrittenAndRead() {
        var headers = ["host": "x"]
        context.inject(into: &headers)
        #expect(headers == Dictionary(uniqueKeysWithValues: written + [("host", "x")]))
        let read = Context.extract(from: headers, into: Context())
        #expect(read.spanContext == context.spanContext)
        #expect(read.baggage == ["a": "b"])
    }

    @Test func anArrayIsWrittenAndRead() {
        var headers = [("host", "x")]
        context.inject(into: &headers)
        #expect(headers.elementsEqual([("host", "x")] + written, by: ==))
        #expect(Context.extract(from: headers, into: Context()).spanContext == context.spanContext)
    }

    @Test func whatIsThereUnderTheSameNameIsReplaced() {
        var dictionary = ["TraceParent": "old", "Baggage": "old", "tracestate": "old", "traceparent": "older"]
        context.inject(into: &dictionary)
        #expect(dictionary == Dictionary(uniqueKeysWithValues: written))

        var array = [("Baggage", "1"), ("TRACEPARENT", "2"), ("host", "x"), ("baggage", "3"), ("BAGGAGE", "4")]
        context.inject(into: &array)
        #expect(
            array.elementsEqual(
                [("baggage", "a=b"), ("traceparent", Self.parent), ("host", "x"), ("tracestate", "k=v")], by: ==))
    }

    /// A message of a queue, whose properties may have several values.
    private struct Envelope {
        var properties: [String: [String]] = [:]
    }

    @Test func anEnvelopeIsWrittenAndReadByClosures() {
        var envelope = Envelope()
        context.inject { envelope.properties[$0] = [$1] }
        #expect(envelope.properties == Dictionary(uniqueKeysWithValues: written).mapValues { [$0] })

        envelope.properties["tracestate"] = ["k=v", "l=w"]
        envelope.properties["baggage"] = ["a=b", "c=d"]
        let read = Context.extract(from: { envelope.properties[$0] ?? [] }, into: Context())
        #expect(read.spanContext.traceState.description == "k=v,l=w")
        #expect(read.baggage == ["a": "b", "c": "d"])
        envelope.properties["traceparent"] = [Self.parent, Self.parent]
        #expect(!Context.extract(from: { envelope.properties[$0] ?? [] }, into: Context()).spanContext.isValid)
    }

    @Test func keysThatDifferInCaseAreHeadersInTheOrderOfTheirNames() {
        let headers = ["traceparent": Self.parent, "tracestate": "c=3", "Tracestate": "b=2", "TRACESTATE": "a=1"]
        #expect(
            Context.extract(from: headers, into: Context()).spanContext.traceState.description == "a=1,b=2,c=3")
        let twice = ["traceparent": Self.parent, "Traceparent": Self.parent]
        #expect(!Context.extract(from: twice, into: Context()).spanContext.isValid)
    }

    @Test func namesThatOnlyLookAlikeAreOthers() {
        for name in ["traceparen", "traceparent ", "trace-parent", "xtraceparent", "\u{54}raceparenT\u{301}", ""] {
            #expect(!Context.extract(from: [name: Self.parent], into: Context()).spanContext.isValid)
        }
        // 32 below a letter, and not its upper case.
        #expect(!Context.extract(from: ["@aggage": "a=b", "[aggage": "a=b"], into: Context()).spanContext.isValid)
    }

    @Test func theCurrentContextIsAddedToUnlessAnotherIsGiven() {
        withBaggage(["a": "b"]) {
            let read = Context.extract(from: ["traceparent": Self.parent])
            #expect(read.spanContext.isValid)
            #expect(read.baggage == ["a": "b"])
            #expect(Context.extract(from: [String: String](), into: Context()).baggage.isEmpty)
        }
    }

    @Test func whatCameIsTheParentOfSpans() async throws {
        let remote = Context.extract(from: ["traceparent": Self.parent, "baggage": "a=b"])
        try await withContext(remote) {
            try await Task.sleep(for: .zero)
            #expect(Context.current.spanContext.isRemote)
            var outgoing: [(String, String)] = []
            Context.current.inject(into: &outgoing)
            #expect(outgoing.elementsEqual([("traceparent", Self.parent), ("baggage", "a=b")], by: ==))
        }
    }
}
