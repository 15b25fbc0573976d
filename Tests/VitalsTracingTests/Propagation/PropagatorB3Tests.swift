import Testing

@testable import VitalsTracing

@Suite struct PropagatorB3Tests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let parent = "05e3ac9a4f6e3b90"

    private func extract(_ headers: [String: String], into context: Context = Context()) -> Context {
        // Both understand both.
        let found = Context.extract(from: headers, into: context, by: .b3)
        #expect(Context.extract(from: headers, into: context, by: .b3Multi).spanContext == found.spanContext)
        return found
    }

    private func inject(_ context: Context, by propagator: Propagator) -> [String: String] {
        var headers: [String: String] = [:]
        context.inject(into: &headers, by: propagator)
        return headers
    }

    private static func multi(_ more: [String: String] = [:]) -> [String: String] {
        ["X-B3-TraceId": trace, "X-B3-SpanId": span].merging(more) { $1 }
    }

    /// Headers, whether the span is sampled, and how they go on.
    typealias Row = (headers: [String: String], isSampled: Bool, single: String)

    static let valid: [Row] = [
        (["b3": "\(trace)-\(span)-1"], true, "\(trace)-\(span)-1"),
        (["B3": "\(trace)-\(span)-0"], false, "\(trace)-\(span)-0"),
        (["b3": " \(trace)-\(span)-d\t"], true, "\(trace)-\(span)-d"),
        (["b3": "\(trace)-\(span)"], false, "\(trace)-\(span)"),
        (["b3": "\(trace)-\(span)-1-\(parent)"], true, "\(trace)-\(span)-1"),
        (["b3": "a3ce929d0e0e4736-\(span)-1"], true, "0000000000000000a3ce929d0e0e4736-\(span)-1"),
        (multi(), false, "\(trace)-\(span)"),
        (multi(["X-B3-Sampled": "1"]), true, "\(trace)-\(span)-1"),
        (multi(["x-b3-sampled": " true "]), true, "\(trace)-\(span)-1"),
        (multi(["X-B3-SAMPLED": "True"]), true, "\(trace)-\(span)-1"),
        (multi(["X-B3-Sampled": "0"]), false, "\(trace)-\(span)-0"),
        (multi(["X-B3-Sampled": "false"]), false, "\(trace)-\(span)-0"),
        (multi(["X-B3-Flags": "1"]), true, "\(trace)-\(span)-d"),
        (multi(["X-B3-Flags": "1", "X-B3-Sampled": "0"]), true, "\(trace)-\(span)-d"),
        (multi(["X-B3-Flags": "0", "X-B3-Sampled": "1"]), true, "\(trace)-\(span)-1"),
        (multi(["X-B3-ParentSpanId": parent]), false, "\(trace)-\(span)"),
        (multi(["X-B3-ParentSpanId": "nonsense", "X-B3-Sampled": "1"]), true, "\(trace)-\(span)-1"),
        (multi(["X-B3-TraceId": "a3ce929d0e0e4736"]), false, "0000000000000000a3ce929d0e0e4736-\(span)"),
        // The single header counts, unless there is no span in it.
        (multi(["b3": "\(trace)-\(parent)-1", "X-B3-Sampled": "0"]), true, "\(trace)-\(parent)-1"),
        (multi(["b3": "0", "X-B3-Sampled": "1"]), true, "\(trace)-\(span)-1"),
        (multi(["b3": "nonsense", "X-B3-Sampled": "1"]), true, "\(trace)-\(span)-1"),
    ]

    @Test(arguments: valid)
    func aSpanComesAndGoesOn(_ row: Row) throws {
        let context = extract(row.headers)
        #expect(context.spanContext.isRemote)
        #expect(context.spanContext.isSampled == row.isSampled)
        #expect(inject(context, by: .b3) == ["b3": row.single])
        let parts = row.single.split(separator: "-").map(String.init)
        var multi = ["x-b3-traceid": parts[0], "x-b3-spanid": parts[1]]
        if parts.count > 2 { multi[parts[2] == "d" ? "x-b3-flags" : "x-b3-sampled"] = parts[2] == "0" ? "0" : "1" }
        #expect(inject(context, by: .b3Multi) == multi)
    }

    static let invalid: [[String: String]] = [
        [:], ["b3": ""], ["b3": "0"], ["b3": "1"], ["b3": "d"], ["b3": "-"], ["b3": "---"],
        ["b3": "\(trace)"], ["b3": "\(trace)-"], ["b3": "-\(span)-1"], ["b3": "\(trace)-\(span)-"],
        ["b3": "\(trace)-\(span)-2"], ["b3": "\(trace)-\(span)-D"], ["b3": "\(trace)-\(span)-true"],
        ["b3": "\(trace)-\(span)-\(parent)"], ["b3": "\(trace)-\(span)-1-"], ["b3": "\(trace)-\(span)-1-\(parent)-"],
        ["b3": "\(trace)-\(span)-1-\(parent)0"], ["b3": "\(trace)-\(span)-1-\(parent.uppercased())"],
        ["b3": "\(trace.uppercased())-\(span)-1"], ["b3": "\(trace.dropLast())-\(span)-1"],
        ["b3": "\(trace)0-\(span)-1"], ["b3": "\(trace)-\(span.dropLast())-1"], ["b3": "\(trace)-\(span)0-1"],
        ["b3": "\(trace.dropLast())g-\(span)-1"], ["b3": "\(trace)-00F067AA0BA902B7-1"],
        ["b3": "\(String(repeating: "0", count: 32))-\(span)-1"], ["b3": "\(trace)-0000000000000000-1"],
        ["b3": "0000000000000000-\(span)-1"], ["b3": "\(trace)-\(span)-1,\(trace)-\(span)-1"],
        ["X-B3-TraceId": trace], ["X-B3-SpanId": span], ["X-B3-Sampled": "1"], ["X-B3-Flags": "1"],
        multi(["X-B3-Sampled": "yes"]), multi(["X-B3-Sampled": ""]), multi(["X-B3-Sampled": "d"]),
        multi(["X-B3-Sampled": "falsefalse"]), multi(["X-B3-TraceId": trace.uppercased()]),
        multi(["X-B3-TraceId": "\(trace)0"]), multi(["X-B3-TraceId": "\(trace.dropLast())"]),
        multi(["X-B3-TraceId": String(repeating: "0", count: 32)]), multi(["X-B3-SpanId": "0000000000000000"]),
        multi(["X-B3-SpanId": "\(span)0"]), multi(["X-B3-SpanId": "00f067aa0ba902b"]), multi(["X-B3-SpanId": ""]),
    ]

    @Test(arguments: invalid)
    func whatNamesNoSpanChangesNothing(_ headers: [String: String]) {
        #expect(extract(headers).spanContext == .invalid)
        var before = Context()
        before.spanContext = SpanContext(traceID: .random(), spanID: .random())
        #expect(extract(headers, into: before).spanContext == before.spanContext)
    }

    @Test(arguments: ["b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"])
    func aHeaderThatIsThereTwiceIsNotToBeTrusted(_ name: String) {
        let headers =
            name == "b3"
            ? [("b3", "\(Self.trace)-\(Self.span)-1")]
            : [("x-b3-traceid", Self.trace), ("x-b3-spanid", Self.span), ("x-b3-sampled", "1")]
        let twice = headers + headers.filter { $0.0 == name }
        #expect(Context.extract(from: headers, into: Context(), by: .b3).spanContext.isValid)
        #expect(!Context.extract(from: twice, into: Context(), by: .b3).spanContext.isValid)
    }

    @Test func nothingIsWrittenWithoutASpan() {
        #expect(inject(Context(), by: .b3).isEmpty)
        #expect(inject(Context(), by: .b3Multi).isEmpty)
    }

    @Test(arguments: [Sampler.alwaysOff, .alwaysOn, .parentBased(root: .alwaysOff)])
    func aDebugTraceStaysOneInTheWholeProcess(_ sampler: Sampler) throws {
        let tracer = tracer(sampler)
        let came = extract(["b3": "\(Self.trace)-\(Self.span)-d"])
        let child = tracer.startSpan("child", parent: came)
        var context = tracer.startSpan("grandchild", parent: child.context).context
        context.baggage = ["a": "b"]
        let header = try #require(inject(context, by: .b3)["b3"])
        #expect(header == "\(Self.trace)-\(context.spanContext.spanID)-d")
        #expect(context.spanContext.spanID != came.spanContext.spanID)
        #expect(inject(context, by: .b3Multi)["x-b3-flags"] == "1")
        #expect(inject(context, by: .b3Multi)["x-b3-sampled"] == nil)
    }

    @Test func anotherTraceIsNoDebugTrace() throws {
        var context = extract(["b3": "\(Self.trace)-\(Self.span)-d"])
        context.spanContext = SpanContext(traceID: .random(), spanID: .random(), flags: .sampled)
        #expect(try #require(inject(context, by: .b3)["b3"]).hasSuffix("-1"))
        // Nor is the same one, once it comes without.
        context = extract(["b3": "\(Self.trace)-\(Self.span)-d"])
        context = extract(["b3": "\(Self.trace)-\(Self.span)-0"], into: context)
        #expect(try #require(inject(context, by: .b3)["b3"]).hasSuffix("-0"))
    }

    @Test func aSpanThatBeginsHereDecidesWhatWasLeftOpen() throws {
        let came = extract(["b3": "\(Self.trace)-\(Self.span)"])
        let on = tracer(.alwaysOn).startSpan("child", parent: came).context
        #expect(try #require(inject(on, by: .b3)["b3"]).hasSuffix("-1"))
        let off = tracer(.alwaysOff).startSpan("child", parent: came).context
        #expect(try #require(inject(off, by: .b3Multi)["x-b3-sampled"]) == "0")
    }

    private func tracer(_ sampler: Sampler) -> Tracer {
        let provider = TracerProvider()
        var configuration = TracingConfiguration()
        configuration.sampler = sampler
        provider.start(configuration)
        return provider.tracer("t")
    }
}
