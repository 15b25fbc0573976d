import Testing
import VitalsMetrics
import VitalsPrometheus

/// Names under every strategy and scheme, as whole expositions.
@Suite struct QuotedNameTests {
    static let strategies: [(String, TranslationStrategy)] = [
        ("escaping with suffixes", .underscoreEscapingWithSuffixes),
        ("escaping without suffixes", .underscoreEscapingWithoutSuffixes),
        ("UTF-8 with suffixes", .noUTF8EscapingWithSuffixes), ("no translation", .noTranslation),
    ]

    private static func renderer(_ strategy: TranslationStrategy) -> PrometheusRenderer {
        let registry = Registry.still()
        let meter = registry.meter("shop")
        meter.counter("foo.bar", unit: .bytes, description: "Help \"me\".").add(3, ["lab.el": "v", "plain": "w"])
        let renderer = PrometheusRenderer(
            registry,
            options: .with {
                $0.translation = strategy
                $0.hasScopeLabels = false
            }, resource: ["service.name": "x"])
        return renderer
    }

    /// For each strategy and scheme: the name of the sample, the name in OpenMetrics' metadata, and the labels.
    static let names: [(TranslationStrategy, EscapingScheme, String, String, String, String)] = [
        (
            .underscoreEscapingWithSuffixes, .underscores, "foo_bar_bytes_total", "foo_bar_bytes", "lab_el",
            "service_name"
        ),
        (.underscoreEscapingWithSuffixes, .allowUTF8, "foo_bar_bytes_total", "foo_bar_bytes", "lab_el", "service_name"),
        (
            .underscoreEscapingWithSuffixes, .dots, "foo__bar__bytes__total", "foo__bar__bytes_", "lab__el",
            "service__name"
        ),
        (.underscoreEscapingWithSuffixes, .values, "foo_bar_bytes_total", "foo_bar_bytes", "lab_el", "service_name"),
        (.underscoreEscapingWithoutSuffixes, .underscores, "foo_bar", "", "lab_el", "service_name"),
        (.underscoreEscapingWithoutSuffixes, .allowUTF8, "foo_bar", "", "lab_el", "service_name"),
        (.underscoreEscapingWithoutSuffixes, .dots, "foo__bar", "", "lab__el", "service__name"),
        (.underscoreEscapingWithoutSuffixes, .values, "foo_bar", "", "lab_el", "service_name"),
        (.noUTF8EscapingWithSuffixes, .underscores, "foo_bar_bytes_total", "foo_bar_bytes", "lab_el", "service_name"),
        (
            .noUTF8EscapingWithSuffixes, .allowUTF8, #""foo.bar_bytes_total""#, #""foo.bar_bytes""#, #""lab.el""#,
            #""service.name""#
        ),
        (
            .noUTF8EscapingWithSuffixes, .dots, "foo_dot_bar__bytes__total", "foo_dot_bar__bytes_", "lab_dot_el",
            "service_dot_name"
        ),
        (
            .noUTF8EscapingWithSuffixes, .values, "U__foo_2e_bar__bytes__total", "U__foo_2e_bar__bytes_",
            "U__lab_2e_el", "U__service_2e_name"
        ),
        (.noTranslation, .underscores, "foo_bar", "", "lab_el", "service_name"),
        (.noTranslation, .allowUTF8, #""foo.bar""#, "", #""lab.el""#, #""service.name""#),
        (.noTranslation, .dots, "foo_dot_bar", "", "lab_dot_el", "service_dot_name"),
        (.noTranslation, .values, "U__foo_2e_bar", "", "U__lab_2e_el", "U__service_2e_name"),
    ]

    private static func line(_ name: String, _ labels: String) -> String {
        name.hasPrefix("\"") ? "{\(name),\(labels)}" : "\(name){\(labels)}"
    }

    @Test(arguments: names)
    func ofText(
        _ strategy: TranslationStrategy, _ scheme: EscapingScheme, _ sample: String, _: String, _ label: String,
        _ service: String
    ) throws {
        // The metric of the resource has a classic name, which `dots` rewrites nevertheless.
        let target = scheme == .dots ? "target__info" : "target_info"
        #expect(
            try Self.renderer(strategy).text(Accept.text(scheme)) == """
                # HELP \(target) Target metadata
                # TYPE \(target) gauge
                \(target){\(service)="x"} 1
                # HELP \(sample) Help "me".
                # TYPE \(sample) counter
                \(Self.line(sample, #"\#(label)="v",plain="w""#)) 3

                """)
    }

    @Test(arguments: names)
    func ofOpenMetrics(
        _ strategy: TranslationStrategy, _ scheme: EscapingScheme, _ sample: String, _ family: String,
        _ label: String, _ service: String
    ) throws {
        let target = scheme == .dots ? "target_" : "target"
        // Without `_total` there are no counters, and the unit is not the name's end.
        let family = family.isEmpty ? sample : family
        let type = family == sample ? "unknown" : "counter"
        let isUnitLast = family.hasSuffix("_bytes") || family.hasSuffix("_bytes\"")
        let unit = isUnitLast ? "# UNIT \(family) bytes\n" : ""
        #expect(
            try Self.renderer(strategy).text(Accept.openMetrics(scheme)) == """
                # TYPE \(target) info
                # HELP \(target) Target metadata
                \(target)_info{\(service)="x"} 1
                # TYPE \(family) \(type)
                \(unit)# HELP \(family) Help \\"me\\".
                \(Self.line(sample, #"\#(label)="v",plain="w""#)) 3
                # EOF

                """)
    }

    @Test func quotedHistogramsAndSeriesWithoutLabels() throws {
        let registry = Registry.still()
        let meter = registry.meter("shop")
        meter.histogram("order.duration", unit: .seconds, description: "How long.", buckets: [1]).record(0.5)
        meter.gauge("queue.depth").set(2)
        let options = PrometheusOptions.with {
            $0.translation = .noUTF8EscapingWithSuffixes
            $0.hasScopeLabels = false
            $0.hasCreatedSamples = true
        }
        let renderer = PrometheusRenderer(registry, options: options)
        #expect(
            try renderer.text(Accept.utf8OpenMetrics) == """
                # TYPE "order.duration_seconds" histogram
                # UNIT "order.duration_seconds" seconds
                # HELP "order.duration_seconds" How long.
                {"order.duration_seconds_bucket",le="1.0"} 1
                {"order.duration_seconds_bucket",le="+Inf"} 1
                {"order.duration_seconds_sum"} 0.5
                {"order.duration_seconds_count"} 1
                {"order.duration_seconds_created"} 1520430000.123
                # TYPE "queue.depth" gauge
                {"queue.depth"} 2.0
                # EOF

                """)
        #expect(
            try renderer.text(Accept.utf8Text) == """
                # HELP "order.duration_seconds" How long.
                # TYPE "order.duration_seconds" histogram
                {"order.duration_seconds_bucket",le="1"} 1
                {"order.duration_seconds_bucket",le="+Inf"} 1
                {"order.duration_seconds_sum"} 0.5
                {"order.duration_seconds_count"} 1
                # TYPE "queue.depth" gauge
                {"queue.depth"} 2

                """)
    }

    @Test func namesOfViewsAreEscapedInTheirQuotes() throws {
        let registry = Registry.still([View("depth", name: "a\"b\\c\nd ü")])
        registry.meter("shop").gauge("depth").set(1, ["k\"\\\né": "v"])
        let options = PrometheusOptions.with {
            $0.translation = .noTranslation
            $0.hasScopeLabels = false
        }
        #expect(
            try PrometheusRenderer(registry, options: options).text(Accept.utf8Text) == """
                # TYPE "a\\"b\\\\c\\nd ü" gauge
                {"a\\"b\\\\c\\nd ü","k\\"\\\\\\né"="v"} 1

                """)
        #expect(
            try PrometheusRenderer(registry, options: options).text() == """
                # TYPE a_b_c_d__ gauge
                a_b_c_d__{k____="v"} 1

                """)
    }
}
