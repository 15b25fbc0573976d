import Testing
import VitalsMetrics
import VitalsPrometheus
import VitalsTesting

@Suite struct LabelTests {
    private let registry = Registry.still()
    private var meter: Meter { registry.meter("shop") }

    private func lines(
        _ name: String, _ options: PrometheusOptions = .bare, resource: Attributes = [:], _ accept: String = Accept.text
    ) throws -> [String] {
        try PrometheusRenderer(registry, options: options, resource: resource).parsed(accept).lines(name)
    }

    /// Values and how they are written in text.
    static let values: [(AttributeValue, String)] = [
        ("plain", "plain"), ("\\", #"\\"#), ("\"", #"\""#), ("\n", #"\n"#), ("a\\nb", #"a\\nb"#),
        ("\r\t\u{1}", "\r\t\u{1}"), ("ü€😀", "ü€😀"), ("e\u{301}", "e\u{301}"), (" ", " "), ("}", "}"), (",=", ",="),
        (true, "true"), (-5, "-5"), (1.5, "1.5"), (2.0, "2"), (.double(.nan), "NaN"), (.double(.infinity), "Infinity"),
        (.strings(["a", "b\"c"]), #"[\"a\",\"b\\\"c\"]"#), (.ints([1, 2]), "[1,2]"), (.ints([]), "[]"),
    ]

    @Test(arguments: values)
    func valuesAreEscaped(_ value: AttributeValue, _ written: String) throws {
        meter.gauge("depth").set(1, ["k": value])
        let renderer = PrometheusRenderer(registry, options: .bare)
        let body = "depth{k=\"\(written)\"} 1"
        #expect(Array(try renderer.text().utf8) == Array("# TYPE depth gauge\n\(body)\n".utf8))
        #expect(
            Array(try renderer.text(Accept.openMetrics).utf8) == Array("# TYPE depth gauge\n\(body).0\n# EOF\n".utf8))
        #expect(try renderer.decoded().first?.metrics.first?.labels == ["k": value.description])
    }

    @Test func longAndManyLabels() throws {
        let long = String(repeating: "x\n\"", count: 3400)
        meter.gauge("long").set(1, ["k": .string(long)])
        let many = Attributes((0..<64).map { ("key\($0 / 10)\($0 % 10)", .int($0)) })
        meter.gauge("many").set(1, many)
        let parsed = try PrometheusRenderer(registry, options: .bare).parsed()
        #expect(parsed["long"]?.samples.first?.label("k") == long)
        let expected = (0..<64).map { ParsedExposition.Label(name: "key\($0 / 10)\($0 % 10)", value: "\($0)") }
        #expect(parsed["many"]?.samples.first?.labels == expected)
    }

    /// Attributes, and what they are as labels of a counter and of a histogram's count.
    static let keys: [(Attributes, String, String)] = [
        (["a.b": "1", "a_b": "2", "a-b": "3"], "a_b=3;1;2", "a_b=3;1;2"),
        (["a.b": "", "a_b": "2"], "a_b=2", "a_b=2"),
        (["le": "1"], "le=1", "exported_le=1"),
        (["le": "1", "exported_le": "2"], "exported_le=2,le=1", "exported_le=2;1"),
        (["__name__": "x"], "_name_=x", "_name_=x"),
        (["quantile": "0.5"], "quantile=0.5", "quantile=0.5"),
        (["0": "x"], "key_0=x", "key_0=x"),
        (["a:b": "x"], "a_b=x", "a_b=x"),
        (["": "x"], "", ""),
        (["k": ""], "", ""),
        (["k": .strings([])], "k=[]", "k=[]"),
    ]

    @Test(arguments: keys)
    func keysBecomeLegalNames(_ attributes: Attributes, _ counter: String, _ histogram: String) throws {
        meter.counter("orders").add(1, attributes)
        meter.histogram("sizes", buckets: []).record(1, attributes)
        for accept in [Accept.text, Accept.openMetrics] {
            #expect(try lines("orders_total", accept) == ["\(counter) 1"])
            #expect(try lines("sizes_count", accept) == ["\(histogram) 1"])
        }
    }

    private func lines(_ name: String, _ accept: String) throws -> [String] {
        try lines(name, .bare, resource: [:], accept)
    }

    @Test func reservedNamesUnderNoTranslation() throws {
        let options = PrometheusOptions.with {
            $0.translation = .noTranslation
            $0.hasScopeLabels = false
        }
        meter.histogram("sizes", buckets: []).record(1, ["le": "1", "__name__": "x", "a.b": "1", "a_b": "2"])
        #expect(
            try lines("sizes_count", options, Accept.utf8Text) == ["a.b=1,a_b=2,exported_le=1,key__name__=x 1"])
        #expect(try lines("sizes_count", options, Accept.text) == ["a_b=1;2,exported_le=1,key__name__=x 1"])
    }

    private func lines(_ name: String, _ options: PrometheusOptions, _ accept: String) throws -> [String] {
        try lines(name, options, resource: [:], accept)
    }

    @Test func scopesAndResources() throws {
        let meter = registry.meter(
            "shop", version: "1.2", schemaURL: "https://x/1", attributes: ["tier": 1, "name": "clash", "empty": ""])
        meter.counter("orders").add(1, ["otel.scope.name": "mine", "region": "eu"])
        let resource: Attributes = ["region": "us", "host.name": "h", "empty": ""]
        var options = PrometheusOptions()
        // Where keys meet they are joined in the order of the keys; equal keys in that of series, scope, resource.
        let scope =
            "otel_scope_name=mine;shop,otel_scope_version=1.2,otel_scope_schema_url=https://x/1,otel_scope_tier=1"
        #expect(try lines("orders_total", options, resource: resource) == ["region=eu,\(scope) 1"])
        options.resourceLabels = .only(["host.name", "empty"])
        #expect(
            try lines("orders_total", options, resource: resource) == ["region=eu,\(scope),host_name=h 1"])
        // A resource's attribute that the series has too.
        options.resourceLabels = .without(["empty"])
        #expect(
            try lines("orders_total", options, resource: resource) == ["\(scope),host_name=h,region=eu;us 1"])
        options.hasScopeLabels = false
        options.resourceLabels = .only([])
        #expect(try lines("orders_total", options, resource: resource) == ["otel_scope_name=mine,region=eu 1"])
        #expect(try lines("target_info", options, resource: resource) == ["host_name=h,region=us 1"])
    }

    @Test func theTargetIsShownIfThereIsSomethingToSay() throws {
        let off = PrometheusOptions.with { $0.hasTargetInfo = false }
        let formats: [(String, String, String)] = [
            (Accept.text, "", "# HELP target_info Target metadata\n# TYPE target_info gauge\ntarget_info{a=\"1\"} 1\n"),
            (
                Accept.openMetrics, "# EOF\n",
                "# TYPE target info\n# HELP target Target metadata\ntarget_info{a=\"1\"} 1\n# EOF\n"
            ),
        ]
        for (accept, empty, full) in formats {
            #expect(try PrometheusRenderer(registry).text(accept) == empty)
            #expect(try PrometheusRenderer(registry, resource: ["k": ""]).text(accept) == empty)
            #expect(try PrometheusRenderer(registry, options: off, resource: ["a": 1]).text(accept) == empty)
            #expect(try PrometheusRenderer(registry, resource: ["a": 1]).text(accept) == full)
        }
        #expect(try PrometheusRenderer(registry).decoded().isEmpty)
        #expect(try PrometheusRenderer(registry, resource: ["k": ""]).decoded().isEmpty)
        #expect(try PrometheusRenderer(registry, resource: ["a": 1]).decoded().map(\.name) == ["target_info"])
    }
}
