import Testing

@testable import VitalsTracing

@Suite struct PropagatorBaggageTests {
    private func extract(_ headers: [(String, String)], into context: Context = Context()) -> Baggage {
        Context.extract(from: headers, into: context, by: .baggage).baggage
    }

    private func inject(_ baggage: Baggage) -> [String: String] {
        var context = Context()
        context.baggage = baggage
        var headers: [String: String] = [:]
        context.inject(into: &headers, by: .baggage)
        return headers
    }

    @Test func severalHeadersAreOne() {
        let baggage = extract([("baggage", "a=1,b=2"), ("x", "y"), ("Baggage", "b=3;p"), ("BAGGAGE", "c=4")])
        #expect(inject(baggage) == ["baggage": "a=1,b=3;p,c=4"])
    }

    @Test(arguments: ["", " , ,", "a", "=", "=b", "a b=c", "a=\"b\""])
    func aHeaderWithoutAMemberKeepsWhatThereIs(_ header: String) {
        var before = Context()
        before.baggage = ["k": "v"]
        #expect(extract([("baggage", header)], into: before) == ["k": "v"])
        #expect(extract([("baggage", header)]).isEmpty)
    }

    @Test func aHeaderReplacesWhatThereIs() {
        var before = Context()
        before.baggage = ["k": "v", "l": "v"]
        before.spanContext = SpanContext(traceID: .random(), spanID: .random())
        let after = Context.extract(from: ["baggage": "k=w"], into: before, by: .baggage)
        #expect(after.baggage == ["k": "w"])
        #expect(after.spanContext == before.spanContext)
    }

    @Test func noBaggageWritesNoHeader() {
        #expect(inject([:]).isEmpty)
        var context = Context()
        context.spanContext = SpanContext(
            traceID: .random(), spanID: .random(), traceState: TraceState().setting("k", "v"))
        var headers: [(String, String)] = []
        context.inject(into: &headers, by: .baggage)
        #expect(headers.isEmpty)
    }

    @Test func baggageNeedsNoSpan() {
        #expect(inject(["tenant.id": "acme"]) == ["baggage": "tenant.id=acme"])
    }
}
