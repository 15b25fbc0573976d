import CVitals
import VitalsMetrics

extension Sampler {
    /// Records so many spans a second; after a pause those of one second may come at once.
    ///
    /// It does not look at the parent: as `.parentBased(root: .rateLimited(perSecond: 10))` it limits the traces that
    /// begin here.
    public static func rateLimited(perSecond rate: Double) -> Sampler {
        rateLimited(perSecond: rate) { vitals_monotonic_nanoseconds() }
    }

    /// With a clock of nanoseconds that never goes back.
    static func rateLimited(perSecond rate: Double, now: @escaping @Sendable () -> UInt64) -> Sampler {
        let valid = rate > 0 ? rate : 0
        if valid != rate {
            Diagnostics.log(
                .warning,
                "a sampler was to record \(rate) spans a second: it records none; say how many, or 0 for none")
        }
        let description = "RateLimitingSampler{\(valid)}"
        if valid == 0 || valid >= RateLimit.highest { return .constant(valid > 0, description) }
        let limit = RateLimit(perSecond: valid)
        return Sampler(description) { _ in
            SamplingResult(limit.take(at: Int64(clamping: now())) ? .recordAndSample : .drop)
        }
    }
}
