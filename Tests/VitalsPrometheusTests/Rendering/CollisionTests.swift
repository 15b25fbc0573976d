import Testing
import VitalsMetrics
import VitalsPrometheus
import VitalsTesting

/// Instruments that would need the same names.
@Suite struct CollisionTests {
    private let registry = Registry.still()

    private static let everyFormat = [
        Accept.text, Accept.openMetrics, Accept.utf8Text, Accept.utf8OpenMetrics, Accept.text(.dots),
        Accept.openMetrics(.values),
    ]

    @Test func areReportedWhenTheyAreDeclared() async {
        await #expect(processExitsWith: .success) {
            let heard = Locked<[String]>([])
            Diagnostics.handle { level, message in heard.withLock { $0.append("\(level): \(message)") } }
            let registry = Registry.still()
            registry.observeItself()
            let meter = registry.meter("shop")
            _ = meter.histogram("foo")
            let renderer = PrometheusRenderer(registry, options: .bare)
            #expect(heard.withLock { $0 } == [])
            _ = meter.gauge("foo.count")
            let message = """
                warning: the gauge "foo.count" of scope "shop" is not exposed: in Prometheus it would need the name \
                "foo_count", which the histogram "foo" of scope "shop" has. Rename one of them, for example with a view.
                """
            #expect(heard.withLock { $0 } == [message])
            meter.gauge("foo.count").set(1)
            for accept in [Accept.text, Accept.openMetrics, Accept.text] {
                let parsed = try renderer.parsed(accept)
                #expect(parsed.value("vitals_instruments_conflicts_total") == 1)
                #expect(parsed["foo_count"] == nil)
            }
            #expect(heard.withLock { $0 } == [message])
        }
    }

    @Test func areReportedForWhatWasThereBeforeTheRenderer() {
        _ = registry.meter("shop").counter("foo")
        _ = registry.meter("shop").gauge("foo_total")
        #expect(registry.conflicts == 0)
        let renderer = PrometheusRenderer(registry)
        #expect(registry.conflicts == 1)
        _ = renderer
    }

    @Test func theFirstHasTheNameInEveryEscaping() throws {
        let meter = registry.meter("shop")
        // Sorted by name the others come first.
        meter.gauge("zoo.count").set(1)
        meter.histogram("zoo", buckets: []).record(2)
        meter.gauge("foo").set(3)
        meter.counter("Foo.x").add(4)
        registry.meter("bar").histogram("foo", buckets: []).record(5)
        for translation in [
            TranslationStrategy.noTranslation, .noUTF8EscapingWithSuffixes, .underscoreEscapingWithSuffixes,
        ] {
            let options = PrometheusOptions.with {
                $0.translation = translation
                $0.hasScopeLabels = false
            }
            let renderer = PrometheusRenderer(registry, options: options)
            for accept in Self.everyFormat {
                #expect(try renderer.parsed(accept).samples.map(\.value).sorted().contains(5) == false)
                #expect(try renderer.parsed(accept).samples.map(\.value).contains(3))
                #expect(try renderer.parsed(accept).samples.map(\.value).contains(4))
            }
        }
    }

    @Test func escapedNamesMeetWhereverEscapingMakesThemMeet() throws {
        registry.meter("shop").gauge("a.b").set(1)
        registry.meter("shop").histogram("a_b", buckets: []).record(2)
        let options = PrometheusOptions.with {
            $0.translation = .noTranslation
            $0.hasScopeLabels = false
        }
        let renderer = PrometheusRenderer(registry, options: options)
        // Those without UTF-8 names see one of them, and the rest see both.
        #expect(try renderer.parsed(Accept.text).families.map(\.name) == ["a_b"])
        #expect(try renderer.parsed(Accept.text)["a_b"]?.type == "gauge")
        #expect(try renderer.parsed(Accept.utf8Text).families.map(\.name) == ["a.b", "a_b"])
        #expect(registry.conflicts == 1)
    }

    @Test func metersShareABlockWithItsMetadataOnce() throws {
        registry.meter("b").counter("orders", unit: .bytes, description: "The first.").add(1)
        registry.meter("a").counter("orders", unit: .bytes, description: "Another.").add(2)
        registry.meter("a").counter("orders.bytes", unit: .none).add(4)
        let renderer = PrometheusRenderer(registry)
        #expect(
            try renderer.text(Accept.openMetrics) == """
                # TYPE orders_bytes counter
                # UNIT orders_bytes bytes
                # HELP orders_bytes The first.
                orders_bytes_total{otel_scope_name="b"} 1
                orders_bytes_total{otel_scope_name="a"} 2
                # EOF

                """)
    }

    @Test func theMetadataIsThatOfTheFirst() throws {
        let renderer = PrometheusRenderer(registry, options: .bare)
        let meter = registry.meter("shop")
        // A collection brings names with a dot before those with an underscore.
        meter.gauge("a_b", description: "The first.").set(1, ["k": 1])
        meter.gauge("a.b", description: "Another.").set(2, ["k": 2])
        meter.gauge("c_d").set(3, ["k": 1])
        meter.gauge("c.d", description: "Better than nothing.").set(4, ["k": 2])
        #expect(
            try renderer.text() == """
                # HELP a_b The first.
                # TYPE a_b gauge
                a_b{k="2"} 2
                a_b{k="1"} 1
                # HELP c_d Better than nothing.
                # TYPE c_d gauge
                c_d{k="2"} 4
                c_d{k="1"} 3

                """)
    }

    @Test func whoeverWasRefusedComesWhenTheFirstHasGone() throws {
        let meter = registry.meter("shop")
        let first = meter.histogram("foo", buckets: [])
        first.record(1)
        meter.gauge("foo").set(2)
        meter.upDownCounter("foo.count").add(3)
        let renderer = PrometheusRenderer(registry, options: .bare)
        // Where underscores are doubled `foo__count` is no sample of a histogram.
        let formats = [Accept.text, Accept.openMetrics, Accept.utf8Text, Accept.openMetrics(.values)]
        for accept in formats {
            #expect(try renderer.parsed(accept).families.map(\.type) == ["histogram"])
        }
        registry.configure(views: [View(InstrumentSelector(name: "foo", kind: .histogram), aggregation: .drop)])
        #expect(try renderer.text() == "# TYPE foo gauge\nfoo 2\n# TYPE foo_count gauge\nfoo_count 3\n")
        registry.configure(views: [View(InstrumentSelector(name: "foo", kind: .histogram), name: "bar")])
        first.record(1)
        for accept in formats {
            #expect(try renderer.parsed(accept).families.map(\.name) == ["bar", "foo", "foo_count"])
        }
        #expect(try renderer.decoded().map(\.name) == ["bar", "foo", "foo_count"])
    }

    /// Of several that waited for a name the one declared first gets it, in formats of before and after.
    @Test func thoseWhoWaitedComeInTheOrderOfTheirDeclaration() throws {
        let renderer = PrometheusRenderer(registry, options: .bare)
        let meter = registry.meter("shop")
        meter.counter("foo").add(1)
        meter.histogram("foo_created", buckets: []).record(2)
        meter.gauge("foo.created").set(3)
        #expect(try renderer.parsed().families.map(\.name) == ["foo_total"])
        registry.configure(views: [View(InstrumentSelector(kind: .counter), aggregation: .drop)])
        for accept in [Accept.text, Accept.openMetrics, Accept.text(.values)] {
            #expect(try renderer.parsed(accept).families.map(\.type) == ["histogram"])
        }
    }

    @Test func theResourceHasItsNamesAlways() throws {
        registry.meter("shop").gauge("target").set(1)
        registry.meter("shop").gauge("target.info").set(2)
        for resource in [Attributes(), ["a": 1]] {
            let renderer = PrometheusRenderer(registry, options: .bare, resource: resource)
            #expect(try renderer.parsed().samples.map(\.name) == (resource.isEmpty ? [] : ["target_info"]))
            #expect(try renderer.parsed(Accept.openMetrics).samples.count == resource.count)
        }
        #expect(registry.conflicts == 2)
    }

    @Test func kindsOfGaugesAndNumbersShareAFamily() throws {
        registry.meter("a").gauge("depth").set(1.5)
        registry.meter("b").upDownCounter("depth").add(2)
        registry.meter("c").observableGauge("depth", of: Int.self) { $0.observe(3) }
        let renderer = PrometheusRenderer(registry)
        #expect(try renderer.parsed(Accept.openMetrics)["depth"]?.samples.map(\.text) == ["1.5", "2", "3"])
    }

    @Test func bucketsOfTwoKindsShareAFamily() throws {
        registry.meter("a").histogram("sizes", buckets: [1, 2]).record(1)
        registry.meter("b").histogram("sizes", buckets: .exponential()).record(4)
        registry.meter("c").histogram("sizes", buckets: [5]).record(4)
        let renderer = PrometheusRenderer(registry)
        for accept in Self.everyFormat {
            #expect(try renderer.parsed(accept)["sizes"]?.samples.filter { $0.name == "sizes_count" }.count == 3)
        }
        #expect(try renderer.decoded().first?.metrics.map { $0.histogram?.schema } == [nil, 8, nil])
    }

    @Test func namesMayBeSwappedByViews() throws {
        let meter = registry.meter("shop")
        meter.histogram("a", buckets: []).record(1)
        meter.gauge("b").set(2)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try renderer.parsed().families.map(\.type) == ["histogram", "gauge"])
        registry.configure(views: [View("a", name: "b"), View("b", name: "a")])
        for accept in Self.everyFormat {
            let parsed = try renderer.parsed(accept)
            #expect(parsed.families.map(\.name) == ["a", "b"])
            #expect(parsed.families.map(\.type) == ["gauge", "histogram"])
        }
    }

    @Test func aLaterLongerDescriptionIsShown() throws {
        let meter = registry.meter("shop")
        meter.gauge("depth").set(1)
        let renderer = PrometheusRenderer(registry, options: .bare)
        #expect(try renderer.text() == "# TYPE depth gauge\ndepth 1\n")
        _ = meter.gauge("depth", description: "How deep.")
        #expect(try renderer.text() == "# HELP depth How deep.\n# TYPE depth gauge\ndepth 1\n")
    }
}
