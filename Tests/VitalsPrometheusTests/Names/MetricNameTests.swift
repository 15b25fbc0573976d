import Testing
import VitalsMetrics

@testable import VitalsPrometheus

/// An instrument, a strategy, and the names that come of it.
struct NameCase: CustomTestStringConvertible, Sendable {
    let name: String
    let unit: Unit
    let kind: MetricName.Kind
    let strategy: TranslationStrategy
    let sample: String
    let family: String
    let word: String

    init(
        _ name: String, _ unit: Unit, _ kind: MetricName.Kind, _ sample: String, family: String? = nil,
        word: String = "", _ strategy: TranslationStrategy = .underscoreEscapingWithSuffixes
    ) {
        self.name = name
        self.unit = unit
        self.kind = kind
        self.strategy = strategy
        self.sample = sample
        self.family = family ?? sample
        self.word = word
    }

    var testDescription: String { "\(name) in \(unit.symbol) → \(sample)" }

    func check() {
        let names = MetricName(name: name, unit: unit, kind: kind, strategy: strategy)
        #expect(names.sample == sample)
        #expect(names.family == family)
        #expect(names.unit == word)
        #expect(names.isCounterSuffixed == (family != sample))
    }
}

@Suite struct MetricNameTests {
    @Test(arguments: [
        NameCase(
            "http.server.request.duration", "s", .histogram, "http_server_request_duration_seconds", word: "seconds"),
        NameCase("http.server.active_requests", "{request}", .upDown, "http_server_active_requests"),
        NameCase(
            "process.cpu.time", "s", .counter, "process_cpu_time_seconds_total", family: "process_cpu_time_seconds",
            word: "seconds"),
        NameCase("system.memory.utilization", "1", .gauge, "system_memory_utilization_ratio"),
        NameCase("net.io", "By/s", .gauge, "net_io_bytes_per_second", word: "bytes_per_second"),
        NameCase("foo.bar", "By", .counter, "foo_bar_bytes_total", family: "foo_bar_bytes", word: "bytes"),
        NameCase("requests", "1", .counter, "requests_total", family: "requests"),
        NameCase("in.flight", "1", .upDown, "in_flight"),
        NameCase("share", "1", .histogram, "share"),
    ])
    func theExamplesOfTheSpecification(_ example: NameCase) { example.check() }

    @Test(arguments: [
        NameCase("a..b", "", .gauge, "a_b"),
        NameCase("a__b", "", .gauge, "a_b"),
        NameCase("a._-/b", "", .gauge, "a_b"),
        NameCase("a.", "", .gauge, "a"),
        NameCase("a:b", "", .gauge, "a:b"),
        NameCase("größe", "", .gauge, "gr_e"),
        NameCase("1st.try", "", .gauge, "_1st_try"),
        NameCase("_1st_try", "", .gauge, "_1st_try"),
        NameCase("", "", .gauge, "_"),
        NameCase("...", "", .histogram, "_"),
        NameCase("", "", .counter, "__total", family: "_"),
    ])
    func illegalCharactersBecomeOneUnderscore(_ example: NameCase) { example.check() }

    @Test(arguments: [
        NameCase("request.seconds", "s", .histogram, "request_seconds", word: "seconds"),
        NameCase("seconds.spent", "s", .gauge, "seconds_spent"),
        NameCase("foo.seconds", "s", .counter, "foo_seconds_total", family: "foo_seconds", word: "seconds"),
        NameCase("milliseconds", "s", .gauge, "milliseconds_seconds", word: "seconds"),
        NameCase("seconds", "s", .gauge, "seconds"),
        NameCase("io.bytes_per_second", "By/s", .gauge, "io_bytes_per_second", word: "bytes_per_second"),
        NameCase("io.bytes", "By/s", .gauge, "io_bytes_per_second", word: "bytes_per_second"),
        NameCase("bytes.read", "By/s", .gauge, "bytes_read_per_second"),
        NameCase("cpu.ratio", "1", .gauge, "cpu_ratio"),
        NameCase("ratio.cpu", "1", .gauge, "cpu_ratio"),
        NameCase("ratio", "1", .gauge, "ratio"),
    ])
    func theUnitIsNotAppendedTwice(_ example: NameCase) { example.check() }

    @Test(arguments: [
        NameCase("requests.total", "", .counter, "requests_total", family: "requests"),
        NameCase(
            "requests_total", "s", .counter, "requests_seconds_total", family: "requests_seconds", word: "seconds"),
        NameCase("total.requests", "", .counter, "requests_total", family: "requests"),
        NameCase("a.total.b", "", .counter, "a_b_total", family: "a_b"),
        NameCase("total", "", .counter, "total_total", family: "total"),
        NameCase("total_total", "", .counter, "total_total", family: "total"),
        NameCase("subtotal", "", .counter, "subtotal_total", family: "subtotal"),
        NameCase("memory.total", "By", .gauge, "memory_total_bytes", word: "bytes"),
        NameCase("memory.total", "By", .upDown, "memory_total_bytes", word: "bytes"),
    ])
    func totalStandsAtTheEndAndOnce(_ example: NameCase) { example.check() }

    @Test(arguments: [
        NameCase("foo.bar", "By", .counter, "foo_bar", .underscoreEscapingWithoutSuffixes),
        NameCase("foo.total", "By", .counter, "foo_total", family: "foo", .underscoreEscapingWithoutSuffixes),
        NameCase("total.foo", "", .counter, "total_foo", .underscoreEscapingWithoutSuffixes),
        NameCase("use", "1", .gauge, "use", .underscoreEscapingWithoutSuffixes),
        NameCase("foo.seconds", "s", .gauge, "foo_seconds", word: "seconds", .underscoreEscapingWithoutSuffixes),
        NameCase("9.lives", "", .gauge, "_9_lives", .underscoreEscapingWithoutSuffixes),
    ])
    func withoutSuffixesOnlyCharactersChange(_ example: NameCase) { example.check() }

    @Test(arguments: [
        NameCase(
            "foo.bar", "By", .counter, "foo.bar_bytes_total", family: "foo.bar_bytes", word: "bytes",
            .noUTF8EscapingWithSuffixes),
        NameCase("a..b-c", "s", .gauge, "a..b-c_seconds", word: "seconds", .noUTF8EscapingWithSuffixes),
        NameCase("foo.total", "", .counter, "foo_total", family: "foo", .noUTF8EscapingWithSuffixes),
        NameCase(
            "foo.total.bar", "", .counter, "foo.total.bar_total", family: "foo.total.bar", .noUTF8EscapingWithSuffixes),
        NameCase("subtotal", "", .counter, "subtotal_total", family: "subtotal", .noUTF8EscapingWithSuffixes),
        NameCase("a:total", "", .counter, "a:total_total", family: "a:total", .noUTF8EscapingWithSuffixes),
        NameCase("total", "", .counter, "total_total", family: "total", .noUTF8EscapingWithSuffixes),
        NameCase("foo.seconds", "s", .gauge, "foo.seconds", .noUTF8EscapingWithSuffixes),
        NameCase("cpu.ratio", "1", .gauge, "cpu_ratio", .noUTF8EscapingWithSuffixes),
        NameCase("ratio", "1", .gauge, "ratio", .noUTF8EscapingWithSuffixes),
        NameCase("1größe", "s", .gauge, "1größe_seconds", word: "seconds", .noUTF8EscapingWithSuffixes),
        NameCase("", "", .gauge, "_", .noUTF8EscapingWithSuffixes),
        NameCase("foo.bar", "By", .counter, "foo.bar", .noTranslation),
        NameCase("foo_total", "By", .counter, "foo_total", family: "foo", .noTranslation),
        NameCase("foo.total", "By", .counter, "foo.total", .noTranslation),
        NameCase("_total", "", .counter, "_total", .noTranslation),
        NameCase("foo_total", "", .gauge, "foo_total", .noTranslation),
        NameCase("", "", .gauge, "_", .noTranslation),
    ])
    func withoutEscapingTheNameStays(_ example: NameCase) { example.check() }

    static let unitWords: [(String, String)] = [
        ("d", "days"), ("h", "hours"), ("min", "minutes"), ("s", "seconds"), ("ms", "milliseconds"),
        ("us", "microseconds"), ("µs", "microseconds"), ("μs", "microseconds"), ("ns", "nanoseconds"),
        ("By", "bytes"), ("KiBy", "kibibytes"), ("MiBy", "mebibytes"), ("GiBy", "gibibytes"), ("TiBy", "tebibytes"),
        ("kBy", "kilobytes"), ("KBy", "kilobytes"), ("MBy", "megabytes"), ("GBy", "gigabytes"), ("TBy", "terabytes"),
        ("m", "meters"), ("V", "volts"), ("A", "amperes"), ("J", "joules"), ("W", "watts"), ("g", "grams"),
        ("Cel", "celsius"), ("Hz", "hertz"), ("%", "percent"), ("1", ""), ("", ""),
        ("By/s", "bytes_per_second"), ("m/m", "meters_per_minute"), ("1/h", "per_hour"), ("By/d", "bytes_per_day"),
        ("By/w", "bytes_per_week"), ("By/mo", "bytes_per_month"), ("By/y", "bytes_per_year"),
        ("{request}", ""), ("{request}/s", "per_second"), ("By{sent}", "bytes"), ("{a/b}/s", "per_second"),
        ("By/{request}", "bytes"), ("By/", "bytes"), ("/", ""), ("{open", ""), ("s}", "seconds"), ("a{b}c{d}", "ac"),
        (" s ", "seconds"), ("By / s", "bytes_per_second"), ("widgets", "widgets"), ("m/s2", "meters_per_s2"),
        ("big widgets!", "big_widgets"), ("🙂", ""), ("a:b", "a_b"), ("By/parsec", "bytes_per_parsec"),
    ]

    @Test(arguments: unitWords)
    func unitsHaveWords(_ symbol: String, _ words: String) {
        #expect(UnitWords(Unit(symbol)).suffix == words)
    }

    static let escapedNames: [(EscapingScheme, String, String, String)] = [
        (EscapingScheme.allowUTF8, "foo.bar_bytes_total", "foo.bar_bytes", "bytes"),
        (.underscores, "foo_bar_bytes_total", "foo_bar_bytes", "bytes"),
        // The family of OpenMetrics is the sample without `_total`, so its own last underscore is half of a pair.
        (.dots, "foo_dot_bar__bytes__total", "foo_dot_bar__bytes_", ""),
        (.values, "U__foo_2e_bar__bytes__total", "U__foo_2e_bar__bytes_", ""),
    ]

    @Test(arguments: escapedNames)
    func escapingAppliesAfterTranslation(_ scheme: EscapingScheme, _ sample: String, _ family: String, _ unit: String) {
        let names = MetricName(name: "foo.bar", unit: "By", kind: .counter, strategy: .noUTF8EscapingWithSuffixes)
            .escaped(scheme)
        #expect(names.sample == sample)
        #expect(names.family == family)
        #expect(names.unit == unit)
        #expect(names.isCounterSuffixed)
    }

    static let unitSuffixes: [(String, String, String, String)] = [
        ("foo.bar", "s", "foo_dot_bar__seconds", "seconds"), ("a", "By/s", "a__bytes__per__second", ""),
    ]

    @Test(arguments: unitSuffixes)
    func theUnitIsNamedOnlyWhereItIsASuffix(_ name: String, _ unit: String, _ family: String, _ word: String) {
        let names = MetricName(name: name, unit: Unit(unit), kind: .gauge, strategy: .noUTF8EscapingWithSuffixes)
            .escaped(.dots)
        #expect(names.family == family)
        #expect(names.unit == word)
    }
}
