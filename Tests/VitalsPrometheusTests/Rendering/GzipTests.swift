import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct GzipTests {
    private let registry = Registry.still()

    @Test(arguments: [0, 1, 10, 3000])
    func unpackedItIsThePlainBody(_ series: Int) throws {
        let counter = registry.meter("shop").counter("orders")
        var limits = Limits()
        limits.cardinality = 10_000
        registry.configure(views: [], limits: limits)
        for label in 0..<series { counter.add(label, ["label.of.some.length": "value \(label)"]) }
        let renderer = PrometheusRenderer(registry, resource: ["a": 1])
        for accept in [Accept.text, Accept.openMetrics, Accept.protobuf] {
            // Buffers go round: each body has to be whole, whichever memory it was given.
            for _ in 0..<3 {
                let plain = try renderer.render(accept: accept)
                let packed = try renderer.render(accept: accept, acceptEncoding: "gzip")
                #expect(packed.isPacked && !plain.isPacked)
                #expect(packed.contentType == plain.contentType)
                #expect(packed.format == plain.format)
                #expect(Gzip.unpack(packed.copy, atMost: plain.bytes.count + 1) == plain.copy)
                if series == 3000 { #expect(packed.bytes.count * 4 < plain.bytes.count) }
            }
        }
    }

    static let codings: [(String?, Bool)] = [
        (nil, false), ("", false), ("gzip", true), ("gzip;q=0", false), ("identity", false), ("*", true),
        ("deflate, gzip;q=0.5", true), ("gzip;q=0.5, identity", false), ("br", false),
    ]

    @Test(arguments: codings)
    func isUsedIfItIsWanted(_ acceptEncoding: String?, _ isPacked: Bool) throws {
        registry.meter("shop").counter("orders").add(1)
        let renderer = PrometheusRenderer(registry)
        #expect(try renderer.render(acceptEncoding: acceptEncoding).isPacked == isPacked)
    }

    @Test func aBodyStaysAsItIsWhileOthersAreRendered() throws {
        let counter = registry.meter("shop").counter("orders")
        counter.add(1)
        let renderer = PrometheusRenderer(registry, options: .bare)
        var held: [RenderedExposition] = []
        for _ in 0..<6 {
            held.append(try renderer.render())
            counter.add(1)
        }
        for (index, exposition) in held.enumerated() {
            #expect(
                String(decoding: exposition.copy, as: UTF8.self)
                    == "# TYPE orders_total counter\norders_total \(index + 1)\n")
        }
    }
}
