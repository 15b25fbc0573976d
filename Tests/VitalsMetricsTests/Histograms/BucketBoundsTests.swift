import Synchronization
import Testing
import VitalsTesting

@testable import VitalsMetrics

@Suite struct BucketBoundsTests {
    private static let standard: [Double] = [
        0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000,
    ]

    /// The bounds that a histogram declared with `buckets` works with, and how many conflicts were counted.
    private static func declare(_ buckets: Buckets?, unit: VitalsMetrics.Unit = .none) -> (
        bounds: [Double]?, conflicts: Int
    ) {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", unit: unit, buckets: buckets)
        histogram.record(1)
        return (reader.histogram("h")?.bounds, reader.registry.context.conflicts.load(ordering: .relaxed))
    }

    @Test(arguments: [
        [1, 1], [2, 1], [1, 2, 2], [1, 3, 2, 4], [0, -0.0], [.nan], [1, .nan], [.nan, 1], [1, .nan, 2],
        [-.infinity, 0], [1, .infinity, 2], [.infinity, .infinity], [1, .infinity, .infinity],
        (0...1024).map(Double.init),
    ])
    func invalidBoundsFallBackWithOneWarning(bounds: [Double]) {
        let declared = Self.declare(.explicit(bounds))
        #expect(declared.bounds == Self.standard)
        #expect(declared.conflicts == 1)
    }

    @Test func invalidBoundsWarnOnceHoweverOftenViewsAreSet() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: [2, 1])
        histogram.record(1)
        reader.registry.configure(views: [])
        reader.registry.configure(views: [View("other", name: "renamed")])
        #expect(reader.histogram("h")?.bounds == Self.standard)
        #expect(reader.histogram("h")?.count == 1)
        #expect(reader.registry.context.conflicts.load(ordering: .relaxed) == 1)
    }

    @Test func invalidBoundsAreReportedByTheRegistryItself() {
        let reader = InMemoryReader()
        reader.registry.observeItself()
        _ = reader.meter().histogram("h", buckets: [1, 1])
        #expect(reader.counter("vitals.instruments.conflicts") == 1)
    }

    @Test(arguments: [
        Buckets.exponential(maxSize: 1), .exponential(maxSize: 0), .exponential(maxSize: -1),
        .exponential(maxSize: 1025), .exponential(maxScale: 21), .exponential(maxScale: -11),
        .exponential(zeroThreshold: -1), .exponential(zeroThreshold: .nan), .exponential(zeroThreshold: .infinity),
    ])
    func invalidExponentialBucketsFallBackWithOneWarning(buckets: Buckets) {
        let declared = Self.declare(buckets)
        #expect(declared.bounds == Self.standard)
        #expect(declared.conflicts == 1)
    }

    @Test func aViewWithInvalidBoundsIsIgnoredWithOneWarning() {
        let reader = InMemoryReader(views: [View("h", aggregation: .histogram([3, 2]))])
        let histogram = reader.meter().histogram("h", buckets: [1, 2])
        histogram.record(1)
        #expect(reader.histogram("h")?.bounds == [1, 2])
        #expect(reader.registry.context.conflicts.load(ordering: .relaxed) == 1)
    }

    @Test func aTrailingInfinityIsLeftOut() {
        let declared = Self.declare([1, 2, .infinity])
        #expect(declared.bounds == [1, 2])
        #expect(declared.conflicts == 0)
    }

    @Test func onlyInfinityIsOneBucket() {
        let declared = Self.declare([.infinity])
        #expect(declared.bounds == [])
        #expect(declared.conflicts == 0)
    }

    @Test func asManyBoundsAsAllowedAreTaken() {
        let bounds = (0..<1024).map(Double.init)
        let declared = Self.declare(.explicit(bounds))
        #expect(declared.bounds == bounds)
        #expect(declared.conflicts == 0)
    }

    @Test func noBoundsStillCountAndSum() {
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: [])
        for value in [1.5, -4, 1e300, 0] { histogram.record(value) }
        histogram.record(-1e300)
        let point = reader.histogram("h")
        #expect(point?.bounds == [])
        #expect(point?.buckets == [5])
        #expect(point?.count == 5)
        #expect(point?.minimum == -1e300)
        #expect(point?.maximum == 1e300)
    }

    @Test func changingTheCallersArrayChangesNothing() {
        var bounds: [Double] = [1, 2, 3]
        let reader = InMemoryReader()
        let histogram = reader.meter().histogram("h", buckets: .explicit(bounds))
        bounds[0] = 100
        bounds.append(7)
        histogram.record(1)
        bounds.removeAll()
        #expect(reader.histogram("h")?.bounds == [1, 2, 3])
        #expect(reader.histogram("h")?.buckets == [1, 0, 0, 0])
    }

    @Test func secondsHaveTheirOwnDefault() {
        #expect(Self.declare(nil).bounds == Self.standard)
        let latency = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
        #expect(Self.declare(nil, unit: .seconds).bounds == latency)
        #expect(Self.declare(.latency).bounds == latency)
        #expect(Self.declare(.standard, unit: .seconds).bounds == Self.standard)
    }

    @Test func linearBoundsAreEquallyFarApart() {
        #expect(Self.declare(.linear(start: -2, width: 0.5, count: 5)).bounds == [-2, -1.5, -1, -0.5, 0])
        #expect(Self.declare(.linear(start: 1, width: 1, count: 1)).bounds == [1])
        #expect(Self.declare(.linear(start: 1, width: 1, count: 0)).bounds == [])
        #expect(Self.declare(.linear(start: 1, width: 1, count: -3)).bounds == [])
        // Each bound is one product and one sum, not the rounding errors of all before it.
        #expect(Self.declare(.linear(start: 0, width: 0.1, count: 11)).bounds?.last == 1)
    }

    @Test func geometricBoundsGrowByAFactor() {
        #expect(Self.declare(.geometric(start: 0.5, factor: 2, count: 5)).bounds == [0.5, 1, 2, 4, 8])
        #expect(Self.declare(.geometric(start: 3, factor: 10, count: 1)).bounds == [3])
        #expect(Self.declare(.geometric(start: 3, factor: 10, count: 0)).bounds == [])
        #expect(Self.declare(.geometric(start: -8, factor: 0.5, count: 3)).bounds == [-8, -4, -2])
    }

    @Test(arguments: [
        Buckets.linear(start: 1, width: 0, count: 3), .linear(start: 1, width: -1, count: 3),
        .linear(start: .nan, width: 1, count: 3), .linear(start: 1e300, width: 1, count: 3),
        .geometric(start: 0, factor: 2, count: 3), .geometric(start: 1, factor: 1, count: 2),
        .geometric(start: 1, factor: 0.5, count: 2), .geometric(start: 1e300, factor: 1e10, count: 3),
        .geometric(start: 1, factor: .nan, count: 2), .linear(start: 0, width: 1, count: 1025),
        .linear(start: 0, width: 1, count: .max), .geometric(start: 1, factor: 1.001, count: 1025),
    ])
    func generatorsThatMakeNoIncreasingBoundsFallBackWithOneWarning(buckets: Buckets) {
        let declared = Self.declare(buckets)
        #expect(declared.bounds == Self.standard)
        #expect(declared.conflicts == 1)
    }
}
