import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct ParentBasedSamplerTests {
    /// What there may be of a parent.
    private static let parents: [(name: String, context: Context)] = [
        ("root", Context()),
        ("remoteSampled", .parent(flags: .sampled, isRemote: true)),
        ("remoteNotSampled", .parent(flags: .random, isRemote: true)),
        ("localSampled", .parent(flags: [.sampled, .random], isRemote: false)),
        ("localNotSampled", .parent(flags: [], isRemote: false)),
    ]

    private func decision(_ sampler: Sampler, _ parent: Context) -> SamplingResult.Decision {
        sampler.sample(SamplingRequest(parent: parent, traceID: TraceID(high: 1, low: 2), name: "work")).decision
    }

    @Test(arguments: [
        Sampler.alwaysOn, .alwaysOff, .ratio(0.9), .ratio(1), Sampler("own") { _ in SamplingResult(.drop) },
    ])
    func byDefaultItIsAsTheParent(root: Sampler) {
        let log = SpanLog()
        let sampler = Sampler.parentBased(root: root)
        let tracer = log.tracer { $0.sampler = sampler }
        for (name, parent) in Self.parents {
            let expected =
                name == "root" ? decision(root, parent) : parent.spanContext.isSampled ? .recordAndSample : .drop
            #expect(decision(sampler, parent) == expected)
            // Of a root the trace is random.
            if name != "root" {
                #expect(tracer.startSpan("work", parent: parent).spanContext.isSampled == (expected != .drop))
            }
        }
    }

    @Test func eachKindOfParentHasItsSampler() {
        let asked = Requests()
        func named(_ name: String) -> Sampler {
            Sampler(name) { request in
                _ = asked.sampler.sample(request)
                return SamplingResult(.recordAndSample, attributes: ["by": .string(name)])
            }
        }
        let log = SpanLog()
        let tracer = log.tracer {
            $0.sampler = .parentBased(
                root: named("root"), remoteSampled: named("remoteSampled"),
                remoteNotSampled: named("remoteNotSampled"), localSampled: named("localSampled"),
                localNotSampled: named("localNotSampled"))
        }
        for (name, parent) in Self.parents {
            tracer.startSpan(name, parent: parent).end()
            #expect(log[name]?.attributes == ["by": .string(name)])
        }
        #expect(asked.count == 5)
    }

    /// A parent without one of its ids is none.
    @Test func aParentThatNamesNoSpanIsNone() {
        let sampler = Sampler.parentBased(root: .alwaysOff, remoteSampled: .alwaysOn)
        #expect(decision(sampler, .parent(traceID: .invalid)) == .drop)
        #expect(decision(sampler, .parent(spanID: .invalid)) == .drop)
    }

    @Test func itsDescriptionTellsAllBranches() {
        #expect(
            Sampler.parentBased(root: .ratio(0.25)).description
                == "ParentBased{root:TraceIdRatioBased{0.250000},remoteParentSampled:AlwaysOnSampler,"
                + "remoteParentNotSampled:AlwaysOffSampler,localParentSampled:AlwaysOnSampler,"
                + "localParentNotSampled:AlwaysOffSampler}")
        #expect(
            Sampler.parentBased(
                root: .alwaysOn, remoteSampled: .alwaysOff, remoteNotSampled: .alwaysOn, localSampled: .alwaysOff,
                localNotSampled: .ratio(0.5)
            ).description
                == "ParentBased{root:AlwaysOnSampler,remoteParentSampled:AlwaysOffSampler,"
                + "remoteParentNotSampled:AlwaysOnSampler,localParentSampled:AlwaysOffSampler,"
                + "localParentNotSampled:TraceIdRatioBased{0.500000}}")
    }

    @Test func defaultsNeedNotBeAskedWhereThereIsAParent() {
        #expect(Sampler.parentBased(root: .ratio(0.5)).constant == .parentOrAsk)
        #expect(Sampler.parentBased(root: .alwaysOff).constant == .parentOrAsk)
        #expect(Sampler.parentBased(root: .alwaysOn).constant == .parentAlwaysOn)
        #expect(Sampler.parentBased(root: .ratio(1)).constant == .parentAlwaysOn)
        #expect(Sampler.parentBased(root: .ratio(0.5), localSampled: .alwaysOff).constant == nil)
        #expect(Sampler.parentBased(root: .alwaysOn, localNotSampled: .alwaysOn).constant == nil)
        #expect(Sampler.parentBased(root: .alwaysOn, remoteSampled: .alwaysOff).constant == nil)
        #expect(Sampler.parentBased(root: .alwaysOn, remoteNotSampled: .alwaysOn).constant == nil)
    }

    @Test func withDefaultsOnlySpansWithoutAParentAreAskedAbout() {
        let asked = Requests()
        let tracer = SpanLog().tracer { $0.sampler = .parentBased(root: asked.sampler) }
        for (_, parent) in Self.parents { tracer.startSpan("work", parent: parent).end() }
        #expect(asked.count == 1)
    }
}
