import CVitals
import Synchronization
import Testing
import VitalsMetrics
import VitalsTesting

@testable import VitalsTracing

@Suite struct RateLimitedSamplerTests {
    private let clock = ManualClock()

    private func sampler(_ rate: Double) -> Sampler {
        .rateLimited(perSecond: rate) { [clock] in clock.now }
    }

    /// How many of `attempts` spans are sampled now.
    private func sampled(_ sampler: Sampler, of attempts: Int = 1000) -> Int {
        let request = SamplingRequest(parent: Context(), traceID: .random(), name: "work")
        return (0..<attempts).count { _ in sampler.sample(request).decision == .recordAndSample }
    }

    @Test(arguments: [(1.0, 1), (10, 10), (2.5, 2), (0.5, 1), (0.01, 1), (1e-300, 1), (300, 300)])
    func atOnceThereAreThoseOfOneSecondButAtLeastOne(rate: Double, expected: Int) {
        #expect(sampled(sampler(rate)) == expected)
    }

    @Test func permitsComeEvenly() {
        let sampler = sampler(10)
        #expect(sampled(sampler) == 10)
        clock.advance(by: .milliseconds(99))
        #expect(sampled(sampler) == 0)
        clock.advance(by: .milliseconds(1))
        #expect(sampled(sampler) == 1)
        clock.advance(by: .milliseconds(350))
        #expect(sampled(sampler) == 3)
        clock.advance(by: .milliseconds(50))
        #expect(sampled(sampler) == 1)
    }

    @Test func aPauseSavesNoMoreThanASecond() {
        let sampler = sampler(10)
        #expect(sampled(sampler) == 10)
        clock.advance(by: .seconds(3600))
        #expect(sampled(sampler) == 10)
        #expect(sampled(sampler) == 0)
    }

    @Test func fewerThanOneASecondAreFarApart() {
        let sampler = sampler(0.1)
        #expect(sampled(sampler) == 1)
        clock.advance(by: .milliseconds(9_999))
        #expect(sampled(sampler) == 0)
        clock.advance(by: .milliseconds(1))
        #expect(sampled(sampler) == 1)
        clock.advance(by: .seconds(100))
        #expect(sampled(sampler) == 1)
    }

    @Test(arguments: [3.0, 7, 1000, 12_345])
    func overALongTimeTheRateIsKept(rate: Double) {
        let sampler = sampler(rate)
        _ = sampled(sampler, of: 20_000)
        var count = 0
        for _ in 0..<1000 {
            clock.advance(by: .milliseconds(10))
            count += sampled(sampler, of: 200)
        }
        #expect(abs(Double(count) - 10 * rate) <= 1 + 0.001 * rate)
    }

    @Test(arguments: [0.0, 1, 5_000_000_000_000_000_000])
    func itStartsFullWhateverTheClockShows(nanoseconds: Double) {
        let sampler = Sampler.rateLimited(perSecond: 10) { UInt64(nanoseconds) }
        #expect(sampled(sampler) == 10)
    }

    @Test func manyThreadsShareThePermits() async {
        let sampler = sampler(1000)
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { sampled(sampler, of: 5000) } }
            return await group.reduce(0, +)
        }
        #expect(count == 1000)
    }

    @Test func theSystemsClockIsTheMonotonicOne() {
        let sampler = Sampler.rateLimited(perSecond: 1000)
        #expect(sampled(sampler, of: 10) == 10)
        let request = SamplingRequest(parent: Context(), traceID: .random(), name: "work")
        let end = vitals_monotonic_nanoseconds() + 10_000_000_000
        // Exhausted, and filled again.
        while sampler.sample(request).decision == .recordAndSample, vitals_monotonic_nanoseconds() < end {}
        while sampler.sample(request).decision == .drop, vitals_monotonic_nanoseconds() < end {}
        #expect(vitals_monotonic_nanoseconds() < end)
    }

    @Test func itsDescriptionTellsTheRate() {
        #expect(Sampler.rateLimited(perSecond: 2.5).description == "RateLimitingSampler{2.5}")
        #expect(Sampler.rateLimited(perSecond: 100).description == "RateLimitingSampler{100.0}")
    }

    @Test func ratesThatAreNoLimitOrNothingNeedNotBeAsked() {
        #expect(Sampler.rateLimited(perSecond: 0).constant == .alwaysOff)
        #expect(Sampler.rateLimited(perSecond: .infinity).constant == .alwaysOn)
        #expect(Sampler.rateLimited(perSecond: 1e9).constant == .alwaysOn)
    }

    @Test func ratesThatAreNoneAreReported() async {
        await #expect(processExitsWith: .success) {
            let heard = Heard()
            #expect(Sampler.rateLimited(perSecond: -3).constant == .alwaysOff)
            #expect(Sampler.rateLimited(perSecond: .nan).constant == .alwaysOff)
            #expect(heard.lines.count == 2)
            #expect(heard.lines.first?.hasPrefix("warning: a sampler was to record -3.0 spans a second") == true)
            _ = Sampler.rateLimited(perSecond: 0)
            _ = Sampler.rateLimited(perSecond: 5)
            #expect(heard.lines.count == 2)
        }
    }
}
