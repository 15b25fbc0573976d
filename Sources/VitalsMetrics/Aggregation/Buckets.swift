/// The buckets of a histogram.
public struct Buckets: Sendable, Hashable {
    enum Layout: Sendable, Hashable {
        case explicit([Double])
        case exponential(maxSize: Int, maxScale: Int, zeroThreshold: Double)
    }

    let layout: Layout

    /// Upper bounds that suit durations in seconds, from 5 ms to 10 s.
    public static let latency = Buckets.explicit([
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ])

    /// The default bounds of OpenTelemetry, from 0 to 10,000.
    public static let standard = Buckets.explicit([
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000,
    ])

    /// Buckets with these inclusive upper bounds, and one more above the last. The bounds must increase; a trailing
    /// infinity may be left out or given.
    public static func explicit(_ bounds: [Double]) -> Buckets {
        Buckets(layout: .explicit(bounds))
    }

    /// `count` bounds from `start` on, each `width` above the one before.
    public static func linear(start: Double, width: Double, count: Int) -> Buckets {
        explicit((0..<max(0, min(count, longest + 1))).map { start + Double($0) * width })
    }

    /// `count` bounds from `start` on, each `factor` times the one before.
    public static func geometric(start: Double, factor: Double, count: Int) -> Buckets {
        var bounds: [Double] = []
        var next = start
        for _ in 0..<max(0, min(count, longest + 1)) {
            bounds.append(next)
            next *= factor
        }
        return explicit(bounds)
    }

    /// Exponential buckets that adapt to what is recorded: at most `maxSize` on each side of zero, of the finest
    /// resolution that fits. Magnitudes up to `zeroThreshold` count as zero.
    public static func exponential(maxSize: Int = 160, maxScale: Int = 20, zeroThreshold: Double = 0) -> Buckets {
        Buckets(layout: .exponential(maxSize: maxSize, maxScale: maxScale, zeroThreshold: zeroThreshold))
    }

    /// More bounds than this are not taken. Generators make one more at most, so that what asks for too many is refused
    /// as a whole and not cut in silence.
    static let longest = 1024

    /// What a histogram works with: nil, with the reason, where the buckets make no sense.
    func settled() -> Result<StreamAggregation, InvalidBuckets> {
        switch layout {
        case .explicit(var bounds):
            if bounds.last == .infinity { bounds.removeLast() }
            if bounds.count > Self.longest {
                return .failure(InvalidBuckets(reason: "more than \(Self.longest) bounds are not taken"))
            }
            if let bound = bounds.first(where: { !$0.isFinite }) {
                return .failure(InvalidBuckets(reason: "the bound \(bound) is not finite"))
            }
            for index in bounds.indices.dropFirst() where !(bounds[index - 1] < bounds[index]) {
                let pair = "\(bounds[index - 1]), \(bounds[index])"
                return .failure(InvalidBuckets(reason: "the bounds \(pair) do not increase"))
            }
            return .success(.explicit(.sharing(bounds)))
        case .exponential(let maxSize, let maxScale, let zeroThreshold):
            guard maxSize >= 2, maxSize <= Self.longest else {
                return .failure(InvalidBuckets(reason: "a size of \(maxSize) is not within 2…\(Self.longest)"))
            }
            guard maxScale >= -10, maxScale <= ExponentialScale.highest else {
                return .failure(InvalidBuckets(reason: "a scale of \(maxScale) is not within -10…20"))
            }
            guard zeroThreshold.isFinite, zeroThreshold >= 0 else {
                return .failure(InvalidBuckets(reason: "the zero threshold \(zeroThreshold) is not a finite width"))
            }
            return .success(
                .exponential(
                    ExponentialShape(maxSize: maxSize, maxScale: maxScale, zeroThreshold: zeroThreshold)))
        }
    }
}

extension Buckets: ExpressibleByArrayLiteral {
    /// Buckets with these inclusive upper bounds.
    public init(arrayLiteral bounds: Double...) {
        self = .explicit(bounds)
    }
}

/// Why buckets were refused.
struct InvalidBuckets: Error {
    let reason: String
}
