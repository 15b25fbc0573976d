import Testing
import VitalsMetrics
import VitalsPrometheus

/// What an independent decoder reads in Prometheus' protobuf.
@Suite struct ProtobufTests {
    private static let created = "1520430000+123000000"
    private static let ids = ["trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"]

    @Test func showsEveryKindOfInstrument() throws {
        let registry = Registry.still()
        let meter = registry.meter("shop", version: "1.2")
        meter.counter("orders", unit: .bytes, description: "Orders \"accepted\".\nAll.").add(
            3, ["pay.by": "c\"a\\r\nd"])
        meter.counter("time", of: Double.self).add(0.5)
        meter.upDownCounter("level").add(-2)
        meter.gauge("depth").set(.nan)
        let renderer = PrometheusRenderer(registry, resource: ["service.name": "shop", "empty": ""])
        let families = try renderer.decoded()
        #expect(families.map(\.name) == ["target_info", "depth", "level", "orders_bytes_total", "time_total"])
        #expect(families.map(\.kind) == [.gauge, .gauge, .gauge, .counter, .counter])
        #expect(families.map(\.help) == ["Target metadata", nil, nil, "Orders \"accepted\".\nAll.", nil])
        #expect(families.map(\.unit) == [nil, nil, nil, "bytes", nil])
        let scope = ["otel_scope_name": "shop", "otel_scope_version": "1.2"]
        #expect(families[0].metrics[0].labels == ["service_name": "shop"])
        #expect(families[0].metrics[0].value == 1)
        #expect(families[1].metrics[0].value?.isNaN == true)
        #expect(families[2].metrics[0].value == -2)
        #expect(families[2].metrics[0].labels == scope)
        #expect(families[3].metrics[0].value == 3)
        #expect(families[3].metrics[0].labels == scope.merging(["pay_by": "c\"a\\r\nd"]) { $1 })
        #expect(families[3].metrics[0].created == Self.created)
        #expect(families[4].metrics[0].value == 0.5)
        #expect(families.map { $0.metrics[0].created != nil } == [false, false, false, true, true])
    }

    @Test func bytesAreTheseAndNoOthers() throws {
        let registry = Registry.still()
        registry.meter("shop").gauge("a", description: "h").set(1, ["k": "v"])
        let renderer = PrometheusRenderer(registry, options: .bare)
        let body = try renderer.render(accept: Accept.protobuf)
        #expect(
            body.copy == [
                29, 0x0A, 1, 0x61, 0x12, 1, 0x68, 0x18, 1,
                0x22, 19, 0x0A, 6, 0x0A, 1, 0x6B, 0x12, 1, 0x76, 0x12, 9, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F,
            ])
    }

    @Test func histogramsHaveCumulativeBucketsAndInfinity() throws {
        let registry = Registry.still()
        let histogram = registry.meter("shop").histogram("sizes", unit: .bytes, buckets: [-1, 0.5, 10])
        for value in [-1, 0.5, 0.25, 10, 11, 12] { histogram.record(value) }
        let metric = try #require(try PrometheusRenderer(registry).decoded().first?.metrics.first)
        let point = try #require(metric.histogram)
        #expect(point.count == 6)
        #expect(point.sum == 32.75)
        #expect(metric.created == Self.created)
        #expect(point.buckets.map(\.bound) == [-1, 0.5, 10, .infinity])
        #expect(point.buckets.map(\.count) == [1, 3, 4, 6])
        // Nothing that would make a scraper take it for a native one.
        #expect(point.schema == nil && point.zeroThreshold == nil && point.zeroCount == nil)
        #expect(point.positive.spans.isEmpty && point.negative.spans.isEmpty)
    }

    @Test func exemplarsOfCountersAndBuckets() throws {
        let late = Exemplar(7, at: 1_520_430_000_100_000_001, ["user.id": "x"], in: nil)
        let kept = [Exemplar(0.25), Exemplar(0.125, at: 1), late, Exemplar(.nan)]
        let views = ["orders", "sizes", "wide", "depth"].map { KeptExemplars.view(InstrumentSelector(name: $0), kept) }
        let registry = Registry.still(views)
        let meter = registry.meter("shop")
        meter.counter("orders").add(3)
        meter.gauge("depth").set(3)
        for name in ["sizes", "wide"] {
            let histogram = meter.histogram(name, buckets: name == "sizes" ? [1] : .exponential())
            histogram.record(0.25)
            histogram.record(7)
        }
        let families = try PrometheusRenderer(registry, options: .bare).decoded()
        func metric(_ name: String) throws -> DecodedMetric {
            try #require(families.first { $0.name == name }?.metrics.first)
        }
        let counter = try metric("orders_total").exemplar
        #expect(counter?.value == 7)
        #expect(counter?.labels == ["user_id": "x"])
        #expect(counter?.time == "1520430000+100000001")
        #expect(try metric("depth").exemplar == nil)

        let classic = try #require(try metric("sizes").histogram)
        #expect(classic.bucketExemplars[1]?.labels == Self.ids)
        #expect(classic.bucketExemplars[1]?.value == 0.25)
        #expect(classic.bucketExemplars[1]?.time == "1520430000+0")
        #expect(classic.bucketExemplars[.infinity]?.labels == ["user_id": "x"])
        #expect(classic.exemplars.isEmpty)

        let wide = try #require(try metric("wide").histogram)
        #expect(wide.bucketExemplars.mapValues(\.value) == [0.25: 0.25, 8: 7])
        // All that have a number, the oldest first, each with its time.
        #expect(wide.exemplars.map(\.value) == [0.125, 0.25, 7])
        #expect(wide.exemplars.map(\.time) == ["0+1", "1520430000+0", "1520430000+100000001"])
    }

    @Test func longMessagesHaveTheRightLengths() throws {
        let registry = Registry.still()
        let counter = registry.meter("shop").counter("orders")
        for size in [0, 1, 100, 120, 127, 128, 1000, 16_380, 20_000] {
            counter.add(size, ["label": .string("v" + String(repeating: "x", count: size))])
        }
        let metrics = try #require(try PrometheusRenderer(registry).decoded().first?.metrics)
        #expect(metrics.map { Double(($0.labels["label"]?.count ?? 0) - 1) } == metrics.map(\.value))
        #expect(metrics.count == 9)
    }

    @Test(arguments: [EscapingScheme.allowUTF8, .underscores, .dots, .values])
    func namesFollowTheScheme(_ scheme: EscapingScheme) throws {
        let registry = Registry.still()
        registry.meter("shop").counter("foo.bar").add(1, ["lab.el": "v"])
        let options = PrometheusOptions.with {
            $0.translation = .noUTF8EscapingWithSuffixes
            $0.hasScopeLabels = false
        }
        let renderer = PrometheusRenderer(registry, options: options, resource: ["a.b": 1])
        let families = try renderer.decoded("\(Accept.protobuf);escaping=\(scheme.token)")
        let names: [EscapingScheme: [String]] = [
            .allowUTF8: ["target_info", "a.b", "foo.bar_total", "lab.el"],
            .underscores: ["target_info", "a_b", "foo_bar_total", "lab_el"],
            .dots: ["target__info", "a_dot_b", "foo_dot_bar__total", "lab_dot_el"],
            .values: ["target_info", "U__a_2e_b", "U__foo_2e_bar__total", "U__lab_2e_el"],
        ]
        #expect(families.flatMap { [$0.name] + $0.metrics[0].labels.keys } == names[scheme])
    }
}
