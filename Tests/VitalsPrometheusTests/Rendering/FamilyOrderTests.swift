import Testing
import VitalsMetrics
import VitalsPrometheus

@Suite struct FamilyOrderTests {
    private let registry = Registry.still()

    private static let formats = [Accept.text, Accept.openMetrics, Accept.utf8Text, Accept.protobuf]

    private func bytes(_ renderer: PrometheusRenderer, _ accept: String) throws -> [UInt8] {
        try renderer.render(accept: accept).copy
    }

    @Test func familiesAreSortedWhateverMeterDeclaresThem() throws {
        for (meter, names) in [("z", ["d", "a.x", "b"]), ("a", ["c", "a_y", "B", "a:z"])] {
            for name in names {
                let legal = name.replacing(":", with: "/")
                registry.meter(meter).gauge(legal).set(1, ["k": 2])
                registry.meter(meter).gauge(legal).set(1, ["k": 1])
            }
        }
        registry.meter("z").counter("a").add(1)
        registry.meter("a").histogram("a.w", buckets: []).record(1)
        let renderer = PrometheusRenderer(registry)
        let names = ["B", "a", "a_w", "a_x", "a_y", "a_z", "b", "c", "d"]
        #expect(try renderer.parsed(Accept.openMetrics).families.map(\.name) == names)
        #expect(try renderer.decoded().map(\.name) == names.map { $0 == "a" ? "a_total" : $0 })
    }

    @Test func renderingsOfOneStateAreTheSameBytes() throws {
        for meter in ["z", "a"] {
            let counter = registry.meter(meter).counter("orders")
            let sizes = registry.meter(meter).histogram("sizes", buckets: .exponential())
            for label in 0..<50 {
                counter.add(label, ["k": .int(label * 7 % 50)])
                sizes.record(Double(label), ["k": .int(label * 11 % 50)])
            }
        }
        let renderer = PrometheusRenderer(registry, resource: ["b": 1, "a": 2])
        let other = PrometheusRenderer(registry, resource: ["a": 2, "b": 1])
        for accept in Self.formats {
            let first = try bytes(renderer, accept)
            for _ in 0..<3 { #expect(try bytes(renderer, accept) == first) }
            #expect(try bytes(other, accept) == first)
        }
    }

    @Test func newFamiliesTakeTheirPlaces() throws {
        let renderer = PrometheusRenderer(registry, options: .bare)
        var declared: [String] = []
        for name in ["m", "z", "a", "q", "b"] {
            registry.meter("shop").gauge(name).set(1)
            declared.append(name)
            for accept in [Accept.text, Accept.openMetrics] {
                #expect(try renderer.parsed(accept).families.map(\.name) == declared.sorted())
            }
        }
    }

    @Test func anEmptyRegistryHasAValidBody() throws {
        let resource: Attributes = ["a": 1]
        let bare = PrometheusRenderer(registry)
        let full = PrometheusRenderer(registry, resource: resource)
        // Declared is not recorded.
        _ = registry.meter("shop").counter("orders")
        _ = registry.meter("shop").histogram("sizes").with(["k": 1])
        registry.meter("shop").observableGauge("depth") { _ in }
        for _ in 0..<2 {
            #expect(try bare.text() == "")
            #expect(try bare.text(Accept.openMetrics) == "# EOF\n")
            #expect(try bytes(bare, Accept.protobuf) == [])
            #expect(try full.parsed().families.map(\.name) == ["target_info"])
            #expect(try full.parsed(Accept.openMetrics).families.map(\.type) == ["info"])
            #expect(try full.decoded().map(\.name) == ["target_info"])
        }
        let packed = try bare.render(accept: Accept.text, acceptEncoding: "gzip")
        #expect(packed.isPacked)
        #expect(Gzip.unpack(packed.copy, atMost: 100) == [])
    }

    @Test func contentTypesFollowTheFormat() throws {
        let renderer = PrometheusRenderer(registry)
        let types = [
            (nil, "text", "text/plain; version=0.0.4; charset=utf-8"),
            (Accept.utf8Text, "text", "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8"),
            (
                Accept.openMetrics, "openmetrics",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            ),
            (
                Accept.protobuf, "protobuf",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            ),
        ]
        for (accept, format, type) in types {
            let exposition = try renderer.render(accept: accept)
            #expect(exposition.contentType == type)
            #expect(exposition.format == format)
            #expect(!exposition.isPacked)
        }
    }
}
