import VitalsBytes
import VitalsMetrics
import VitalsOTLP
import VitalsTesting

/// A registry whose clock stands still until a test moves it, and an encoder of what it holds.
final class Encoding {
    let clock = ManualClock()
    let registry: Registry
    let reader: MetricReader
    private var encoder: MetricsEncoder

    init(
        _ temporality: Temporality = .cumulative, views: [View] = [], resource: Attributes = [:]
    ) {
        registry = Registry(clock: clock.clock)
        if !views.isEmpty { registry.configure(views: views) }
        registry.exemplarFilter = views.contains { $0.reservoir != nil } ? .alwaysOn : .alwaysOff
        reader = MetricReader(registry, temporality: temporality)
        encoder = MetricsEncoder(resource: resource)
    }

    var keptBytes: Int { encoder.keptBytes }

    /// A collection as bytes, and the number of points. The library's own metrics are left out.
    func collect() throws -> (bytes: [UInt8], points: Int) {
        defer { reader.commit() }
        return try collect(&encoder)
    }

    /// What an encoder that has seen nothing before makes of the next collection, which nobody acknowledges.
    func peek() throws -> [UInt8] {
        var fresh = MetricsEncoder(resource: [:])
        defer { reader.rollback() }
        return try collect(&fresh).bytes
    }

    private func collect(_ encoder: inout MetricsEncoder) throws -> (bytes: [UInt8], points: Int) {
        var out = ByteBuffer()
        encoder.begin(into: &out)
        try reader.collect { family in
            if family.scope.name != "vitals" { encoder.append(family, to: &out) }
        }
        let points = encoder.end(into: &out)
        return (Array(out.bytes), points)
    }
}

extension [UInt8] {
    /// Two digits a byte.
    var hex: String {
        let digits = Array<Character>("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The bytes that digits name; spaces and line breaks between them do not count.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// Exemplars that a test chose.
final class ChosenExemplars: ExemplarReservoir {
    private let exemplars: [Exemplar]

    init(_ exemplars: [Exemplar]) {
        self.exemplars = exemplars
    }

    func offer(_: Exemplar) {}
    func collect() -> [Exemplar] { exemplars }
}

/// Numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
