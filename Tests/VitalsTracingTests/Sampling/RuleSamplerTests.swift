import Testing
import VitalsMetrics
import VitalsTracing

@Suite struct RuleSamplerTests {
    private func isSampled(_ rule: SamplingRule, _ request: SamplingRequest) -> Bool {
        Sampler.rules([rule], otherwise: .alwaysOff).sample(request).decision == .recordAndSample
    }

    private func request(_ name: String, _ kind: SpanKind = .internal, _ attributes: Attributes = [:])
        -> SamplingRequest
    {
        SamplingRequest(
            parent: Context(), traceID: TraceID(high: 1, low: 2), name: name, kind: kind, attributes: attributes)
    }

    @Test(arguments: [
        ("GET /health", "GET /health", true), ("GET /health", "GET /healthz", false), ("GET /*", "GET /orders", true),
        ("get /*", "GET /orders", false), ("*", "", true), ("GET /item?", "GET /items", true),
        ("GET /item?", "GET /item", false), ("*é?", "café!", true), ("", "x", false),
    ])
    func namesMatchByWildcards(pattern: String, name: String, expected: Bool) {
        #expect(isSampled(SamplingRule(name: pattern, sampler: .alwaysOn), request(name)) == expected)
    }

    @Test func kindsMatch() {
        let rule = SamplingRule(kind: .server, sampler: .alwaysOn)
        #expect(isSampled(rule, request("work", .server)))
        #expect(!isSampled(rule, request("work", .client)))
    }

    @Test(
        arguments: [
            (["a": 1], true), (["a": 1, "b": "x"], true), ([:], false), (["a": 2], false), (["a": 1.0], false),
            (["a": "1"], false), (["b": 1], false),
        ] as [(Attributes, Bool)])
    func attributesMatchByKeyAndValue(attributes: Attributes, expected: Bool) {
        let rule = SamplingRule(attributes: ["a": 1], sampler: .alwaysOn)
        #expect(isSampled(rule, request("work", .internal, attributes)) == expected)
    }

    @Test func theLastOfSeveralValuesOfOneKeyCounts() {
        let rule = SamplingRule(attributes: Attributes([("a", 1), ("a", 2)]), sampler: .alwaysOn)
        let literal: Attributes = ["a": 1, "a": 2]
        #expect(isSampled(rule, request("work", .internal, literal)))
        #expect(isSampled(SamplingRule(attributes: literal, sampler: .alwaysOn), request("work", .internal, ["a": 2])))
        #expect(!isSampled(rule, request("work", .internal, ["a": 2, "a": 1])))
    }

    @Test func allCriteriaMustHold() {
        let rule = SamplingRule(
            name: "GET *", kind: .server, attributes: ["a": 1, "b": true], sampler: .alwaysOn)
        #expect(isSampled(rule, request("GET /", .server, ["a": 1, "b": true])))
        #expect(!isSampled(rule, request("PUT /", .server, ["a": 1, "b": true])))
        #expect(!isSampled(rule, request("GET /", .client, ["a": 1, "b": true])))
        #expect(!isSampled(rule, request("GET /", .server, ["a": 1])))
        #expect(isSampled(SamplingRule(sampler: .alwaysOn), request("anything")))
    }

    @Test func theFirstRuleThatMatchesDecides() {
        let log = SpanLog()
        func named(_ name: String) -> Sampler {
            Sampler(name) { _ in SamplingResult(.recordAndSample, attributes: ["by": .string(name)]) }
        }
        let tracer = log.tracer {
            $0.sampler = .rules(
                [
                    SamplingRule(name: "GET /health", sampler: .alwaysOff),
                    SamplingRule(name: "GET *", kind: .server, sampler: named("get")),
                    SamplingRule(kind: .server, sampler: named("server")),
                ], otherwise: named("otherwise"))
        }
        for (name, kind) in [
            ("GET /health", SpanKind.server), ("GET /", .server), ("PUT /", .server), ("GET /", .client),
        ] { tracer.startSpan(name, kind: kind).end() }
        #expect(log.ended.map { $0.attributes["by"] } == ["get", "server", "otherwise"])
    }

    @Test func withoutRulesTheOtherSamplerDecides() {
        let sampler = Sampler.rules([], otherwise: .alwaysOn)
        #expect(sampler.sample(request("work")).decision == .recordAndSample)
        #expect(sampler.description == "RuleBased{rules:[],otherwise:AlwaysOnSampler}")
    }

    @Test func itsDescriptionTellsTheRules() {
        let sampler = Sampler.rules(
            [
                SamplingRule(name: "GET /health", kind: .server, attributes: ["a": 1], sampler: .alwaysOff),
                SamplingRule(sampler: .ratio(0.5)),
            ], otherwise: .alwaysOn)
        #expect(
            sampler.description
                == "RuleBased{rules:[{name:GET /health,kind:server,attributes:{a=1},sampler:AlwaysOffSampler},"
                + "{sampler:TraceIdRatioBased{0.500000}}],otherwise:AlwaysOnSampler}")
    }
}
