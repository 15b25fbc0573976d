import VitalsBytes
import VitalsMetrics
import VitalsOTLP
import VitalsTesting

/// A registry whose clock stands still until a test moves it, what an encoder makes of it.
final class Encoding {
    /// 1700000000 s, on the wire `00 00 7a f7 1e 90 97 17`... as little endian.
    let clock = ManualClock()
    let registry: Registry
    let reader: MetricReader
    private var encoder: MetricsEncoder

    init(
        _ temporality: Temporality = .cumulative, views: [View] = [], resource: Attributes = [:],
        limits: Limits = Limits()
    ) {
        registry = Registry(limits: limits, clock: clock.clock)
        if !views.isEmpty { registry.configure(views: views, limits: limits) }
        registry.exemplarFilter = views.contains { $0.reservoir != nil } ? .alwaysOn : .alwaysOff
        reader = MetricReader(registry, temporality: temporality)
        encoder = MetricsEncoder(resource: resource)
    }

    var keptBytes: Int { encoder.keptBytes }

    /// A collection as bytes, and the number of points. The library's own metrics are left out.
    func collect(committing: Bool = true) throws -> (bytes: [UInt8], points: Int) {
        var out = ByteBuffer()
        encoder.begin(into: &out)
        try reader.collect { family in
            if !family.scope.name.hasPrefix("vitals") { encoder.append(family, to: &out) }
        }
        if committing { reader.commit() } else { reader.rollback() }
        let points = encoder.end(into: &out)
        return (Array(out.bytes), points)
    }

    func hex() throws -> String { try collect().bytes.hex }
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
