import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct PropagatorTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private var context: Context {
        var context = Context()
        context.spanContext = SpanContext(
            traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: .sampled,
            traceState: TraceState().setting("k", "v"))
        context.baggage = ["a": "b"]
        return context
    }

    private func inject(by propagator: Propagator) -> [String] {
        var names: [String] = []
        context.inject(into: { name, _ in names.append(name) }, by: propagator)
        return names
    }

    static let known: [(name: String, fields: [String])] = [
        ("tracecontext", ["traceparent", "tracestate"]), ("baggage", ["baggage"]), ("b3", ["b3"]),
        ("b3multi", ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags"]), ("none", []),
        ("TraceContext", ["traceparent", "tracestate"]),
    ]

    @Test(arguments: known)
    func propagatorsHaveTheNamesOfTheEnvironment(_ row: (name: String, fields: [String])) throws {
        let propagator = try #require(Propagator.named(row.name))
        #expect(propagator.fields == row.fields)
        #expect(Set(inject(by: propagator)).isSubset(of: row.fields))
        #expect(inject(by: propagator).isEmpty == row.fields.isEmpty)
    }

    @Test(arguments: ["", "jaeger", "xray", "ottrace", "b3 ", "w3c"])
    func othersAreUnknown(_ name: String) {
        #expect(Propagator.named(name) == nil)
    }

    @Test func aCompositeWorksInItsOrder() {
        let both = Propagator.composite([.baggage, .b3, .traceContext])
        #expect(both.fields == ["baggage", "b3", "traceparent", "tracestate"])
        #expect(inject(by: both) == ["baggage", "b3", "traceparent", "tracestate"])
        let headers = [
            "b3": "0000000000000000000000000000000a-000000000000000b-1", "traceparent": Self.parent, "baggage": "a=b",
        ]
        let last = Context.extract(from: headers, into: Context(), by: both)
        #expect(last.spanContext.spanID.description == "00f067aa0ba902b7")
        #expect(last.baggage == ["a": "b"])
        let first = Context.extract(from: headers, into: Context(), by: .composite([.traceContext, .b3]))
        #expect(first.spanContext.spanID == SpanID(0xB))
        // What is invalid leaves what the one before found.
        let valid = headers.merging(["traceparent": "x"]) { $1 }
        #expect(Context.extract(from: valid, into: Context(), by: both).spanContext.spanID == SpanID(0xB))
    }

    @Test func duplicatesAreHarmless() {
        let twice = Propagator.composite([.traceContext, .baggage, .composite([.baggage, .traceContext])])
        #expect(twice.fields == ["traceparent", "tracestate", "baggage"])
        var headers: [(String, String)] = []
        context.inject(into: &headers, by: twice)
        #expect(headers.map(\.0) == ["traceparent", "tracestate", "baggage"])
        let after = Context.extract(from: headers, into: Context(), by: twice)
        #expect(after.baggage == context.baggage)
        #expect(after.spanContext.traceState == context.spanContext.traceState)
    }

    @Test func noneCarriesNothing() {
        let headers = ["traceparent": Self.parent, "baggage": "a=b"]
        let after = Context.extract(from: headers, into: Context(), by: .none)
        #expect(!after.spanContext.isValid && after.baggage.isEmpty)
        #expect(inject(by: .composite([])).isEmpty)
    }

    @Test func aProgramHasPropagatorsOfItsOwn() {
        enum Tenant: ContextKey { typealias Value = String }
        let own = Propagator(
            fields: ["X-Tenant"],
            inject: { context, set in
                if let tenant = context[Tenant.self] { set("X-Tenant", tenant) }
            },
            extract: { context, values in
                var context = context
                context[Tenant.self] = values("X-Tenant").first
                return context
            })
        let propagator = Propagator.composite([own, .traceContext])
        let context = Context.extract(
            from: ["x-tenant": "acme", "traceparent": Self.parent], into: Context(), by: propagator)
        #expect(context[Tenant.self] == "acme")
        var headers = ["x-tenant": "old"]
        context.inject(into: &headers, by: propagator)
        #expect(headers == ["X-Tenant": "acme", "traceparent": Self.parent])
    }

    @Test func theProcessHasOneThatCarriesTraceContextAndBaggageUntilItIsSet() async {
        await #expect(processExitsWith: .success) {
            #expect(Propagator.current.fields == ["traceparent", "tracestate", "baggage"])
            var context = Context()
            context.spanContext = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3))
            var headers: [String: String] = [:]
            context.inject(into: &headers)
            #expect(headers == ["traceparent": "00-00000000000000010000000000000002-0000000000000003-00"])

            Propagator.current = .b3
            headers = [:]
            context.inject(into: &headers)
            #expect(headers == ["b3": "00000000000000010000000000000002-0000000000000003-0"])
            #expect(Context.extract(from: headers).spanContext.spanID == SpanID(3))
        }
    }

    @Test func thePropagatorOfTheProcessIsReadWhileItIsSet() async {
        await #expect(processExitsWith: .success) {
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        for _ in 0..<2000 {
                            if number == 0 { Propagator.current = .composite([.b3, .baggage]) }
                            if number == 1 { Propagator.current = .composite([.baggage, .b3]) }
                            var names: [String] = []
                            var context = Context()
                            context.baggage = ["a": "b"]
                            context.inject(into: { name, _ in names.append(name) })
                            #expect(names == ["baggage"])
                        }
                    }
                }
            }
        }
    }

    @Test func whatAPropagatorHoldsMaySetAnotherOneWhenItIsLetGo() async {
        await #expect(processExitsWith: .success) {
            final class Chain: Sendable {
                deinit { Propagator.current = .none }
            }
            let chain = Chain()
            Propagator.current = Propagator(
                fields: ["chain"], inject: { [chain] _, _ in _ = chain }, extract: { context, _ in context })
            Propagator.current = .b3
            #expect(Propagator.current.fields.count <= 1)
        }
    }
}
