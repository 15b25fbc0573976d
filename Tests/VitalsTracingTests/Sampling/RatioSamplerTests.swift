import CVitals
import Testing
import VitalsMetrics

@testable import VitalsTracing

@Suite struct RatioSamplerTests {
    private func isSampled(_ sampler: Sampler, _ traceID: TraceID, parent: Context = Context()) -> Bool {
        sampler.sample(SamplingRequest(parent: parent, traceID: traceID, name: "work")).decision == .recordAndSample
    }

    /// The algorithm that services of other languages share: the last eight bytes without their lowest bit, below a bound.
    @Test(
        arguments: [
            (0.5, 0x7FFF_FFFF_FFFF_FFFF, true), (0.5, 0x8000_0000_0000_0000, false),
            (0.5, 0x8000_0000_0000_0001, false),
            (0.25, 0x3FFF_FFFF_FFFF_FFFF, true), (0.25, 0x4000_0000_0000_0000, false),
            (0.1, 0x1999_9999_9999_99FF, true),
            (0.1, 0x1999_9999_9999_9A00, false), (0.000001, 0, true), (0.999999, .max, false), (0x1p-63, 1, true),
            (0x1p-63, 2, false), (0x1p-64, 0, false), (1, .max, true), (0, 0, false),
        ] as [(Double, UInt64, Bool)])
    func theIDOfTheTraceDecides(ratio: Double, low: UInt64, expected: Bool) {
        for high in [0, 1, UInt64.max] {
            #expect(isSampled(.ratio(ratio), TraceID(high: high, low: low)) == expected)
        }
    }

    @Test func itIsTheSameForEveryTraceInEveryService() {
        for _ in 0..<1000 {
            let trace = TraceID.random()
            let decisions = [0.01, 0.1, 0.3, 0.9].map { isSampled(.ratio($0), trace) }
            #expect([0.01, 0.1, 0.3, 0.9].map { isSampled(.ratio($0), trace) } == decisions)
            // What a smaller share records a larger one records too.
            #expect(decisions == decisions.sorted { !$0 && $1 })
        }
    }

    @Test func theShareIsThatOfRandomTraces() {
        let sampler = Sampler.ratio(0.25)
        let count = (0..<40_000).count { _ in isSampled(sampler, .random()) }
        // Nine standard deviations.
        #expect(abs(count - 10_000) < 800)
    }

    @Test func aParentMakesNoDifference() {
        let trace = TraceID(high: 1, low: .max)
        let sampler = Sampler.ratio(0.5)
        for flags in [TraceFlags.sampled, []] {
            #expect(!isSampled(sampler, trace, parent: .parent(traceID: trace, flags: flags)))
        }
    }

    @Test(
        arguments: [
            (0.0001, "0.000100"), (1, "1.000000"), (0, "0.000000"), (0.5, "0.500000"), (0.1, "0.100000"),
            (0.123456789, "0.123456789"), (1e-7, "0.0000001"), (2.5e-5, "0.000025"), (1.25e-10, "0.000000000125"),
            (1.0 / 3, "0.3333333333333333"), (-1, "0.000000"), (7, "1.000000"), (.infinity, "1.000000"),
            (-.infinity, "0.000000"), (.nan, "1.000000"), (-0.0, "0.000000"),
        ] as [(Double, String)])
    func itsDescriptionTellsTheShare(ratio: Double, expected: String) {
        #expect(Sampler.ratio(ratio).description == "TraceIdRatioBased{\(expected)}")
    }

    @Test func wholeSharesNeedNotBeAsked() {
        #expect(Sampler.ratio(1).constant == .alwaysOn)
        #expect(Sampler.ratio(0).constant == .alwaysOff)
        #expect(Sampler.ratio(0.5).constant == nil)
    }

    @Test func sharesThatAreNoneAreCorrectedAndReported() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            #expect(Sampler.ratio(-0.5).constant == .alwaysOff)
            #expect(Sampler.ratio(1.5).constant == .alwaysOn)
            #expect(Sampler.ratio(.nan).constant == .alwaysOn)
            #expect(heard.lines.count == 3)
            #expect(heard.lines.first == "warning: a sampler's ratio of -0.5 is not from 0 to 1: 0.0 counts")
            _ = Sampler.ratio(0)
            _ = Sampler.ratio(1)
            _ = Sampler.ratio(0.5)
            #expect(heard.lines.count == 3)
        }
    }

    @Test func onSpansWithAParentItWarnsOnce() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            let tracer = SpanLog().tracer { $0.sampler = .ratio(0.5) }
            tracer.startSpan("root").end()
            #expect(heard.lines == [])
            for _ in 0..<10 { tracer.startSpan("child", parent: .parent()).end() }
            #expect(heard.lines.count == 1)
            #expect(
                heard.lines[0].hasPrefix("warning: TraceIdRatioBased{0.500000} decides on spans that have a parent"))

            let parentBased = SpanLog().tracer { $0.sampler = .parentBased(root: .ratio(0.5)) }
            for flags in [TraceFlags.sampled, []] {
                parentBased.startSpan("child", parent: .parent(flags: flags)).end()
            }
            #expect(heard.lines.count == 1)
        }
    }
}
