/// How the exemplars of a stream are chosen.
public struct ReservoirChoice: Sendable {
    let make: @Sendable (_ bounds: [Double]) -> any ExemplarReservoir

    /// A fixed number of measurements, each one of a collection with the same chance. Zero keeps none.
    public static func fixedSize(_ size: Int) -> ReservoirChoice {
        ReservoirChoice { _ in FixedSizeReservoir(size: size) }
    }

    /// The last measurement in each bucket of an explicit histogram.
    public static let perBucket = ReservoirChoice { BucketReservoir(bounds: $0) }

    /// A reservoir of one's own for each series; it is given the bounds of the histogram, if it is one.
    public static func custom(
        _ make: @escaping @Sendable (_ bounds: [Double]) -> any ExemplarReservoir
    ) -> ReservoirChoice {
        ReservoirChoice(make: make)
    }

    static func fitting(_ aggregation: StreamAggregation) -> ReservoirChoice {
        switch aggregation {
        case .explicit(let bounds) where bounds.count > 0: .perBucket
        case .exponential(let shape): .fixedSize(min(20, shape.maxSize))
        default: .fixedSize(1)
        }
    }
}
