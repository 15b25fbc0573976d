import Testing
import VitalsMetrics
import VitalsOTLP
import VitalsTesting

@testable import Vitals

/// What the environment makes of a configuration.
@Suite struct ConfigurationVariableTests {
    @Test func withNothingSetMetricsAreFetchedAndNothingElseHappens() {
        let read = Said.configuration([:])
        #expect(read.configuration.endpoint?.host == "localhost")
        #expect(read.configuration.endpoint?.port == 9464)
        #expect(read.configuration.push == nil)
        #expect(read.configuration.console == nil)
        #expect(!read.configuration.isDisabled)
        #expect(read.configuration.metrics.exemplars == .traceBased)
        #expect(read.configuration.metrics.histograms == .byKind)
        #expect(read.configuration.effectiveViews.isEmpty)
        #expect(read.warnings == [])
    }

    @Test(
        arguments: [
            // Who listens to metrics: the exporters, an endpoint; fetched, pushed, shown.
            (nil, nil, true, false, false),
            (nil, "http://c", true, true, false),
            ("", "http://c", true, true, false),
            ("otlp", nil, false, true, false),
            ("otlp", "http://c", false, true, false),
            ("prometheus", "http://c", true, false, false),
            ("console", "http://c", false, false, true),
            ("otlp,prometheus,console", nil, true, true, true),
            (" OTLP , Prometheus ", nil, true, true, false),
            ("none", "http://c", false, false, false),
            (",", nil, true, false, false),
        ] as [(String?, String?, Bool, Bool, Bool)])
    func exportersAreJustThoseThatAreListed(
        exporters: String?, endpoint: String?, isExposed: Bool, isPushed: Bool, isShown: Bool
    ) {
        var variables: [String: String] = [:]
        variables["OTEL_METRICS_EXPORTER"] = exporters
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
        let read = Said.configuration(variables)
        #expect((read.configuration.endpoint != nil) == isExposed)
        #expect((read.configuration.push != nil) == isPushed)
        #expect((read.configuration.console != nil) == isShown)
        #expect(read.warnings == [])
    }

    @Test(arguments: [
        (
            "otlp,logging", [false, true, false],
            "in which \"logging\" is not otlp, prometheus, console or none: that part is ignored"
        ),
        (
            "zipkin", [true, false, false],
            "in which \"zipkin\" is not otlp, prometheus, console or none: that part is ignored"
        ),
        (
            "otlp/stdout", [true, false, false],
            "in which \"otlp/stdout\" is not otlp, prometheus, console or none: that part is ignored"
        ),
        ("none,otlp", [false, true, false], "which has none beside others: the others count"),
    ])
    func exportersThatNobodyKnowsAreReported(text: String, states: [Bool], warning: String) {
        let read = Said.configuration(["OTEL_METRICS_EXPORTER": text])
        let configuration = read.configuration
        #expect([configuration.endpoint != nil, configuration.push != nil, configuration.console != nil] == states)
        #expect(read.warnings == ["OTEL_METRICS_EXPORTER is \"\(text)\", \(warning)"])
    }

    @Test func theEndpointOfTheSignalAloneTurnsThePushOn() {
        let read = Said.configuration(["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c/m"])
        #expect(read.configuration.push?.otlp.endpoint == .exact("http://c/m"))
        #expect(read.configuration.endpoint != nil)
        #expect(Said.configuration(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"]).configuration.push == nil)
    }

    @Test func intervalAndTimeoutAreThoseOfPushAndConsole() {
        let on = ["OTEL_METRICS_EXPORTER": "otlp,console"]
        let plain = Said.configuration(on).configuration
        #expect(plain.push?.interval == .seconds(60))
        #expect(plain.push?.timeout == .seconds(30))
        #expect(plain.console?.interval == .seconds(10))
        #expect(plain.console?.timeout == .seconds(30))
        let set = Said.configuration(
            on.merging(["OTEL_METRIC_EXPORT_INTERVAL": "2500", "OTEL_METRIC_EXPORT_TIMEOUT": "0"]) { $1 })
        #expect(set.configuration.push?.interval == .milliseconds(2500))
        #expect(set.configuration.push?.timeout == .zero)
        #expect(set.configuration.console?.interval == .milliseconds(2500))
        #expect(set.configuration.console?.timeout == .zero)
        #expect(set.warnings == [])
        let bad = Said.configuration(
            on.merging(["OTEL_METRIC_EXPORT_INTERVAL": "1s", "OTEL_METRIC_EXPORT_TIMEOUT": "-1"]) { $1 })
        #expect(bad.configuration.push?.interval == .seconds(60))
        #expect(bad.configuration.console?.timeout == .seconds(30))
        #expect(
            bad.warnings == [
                "OTEL_METRIC_EXPORT_INTERVAL is \"1s\", which is no whole number of milliseconds from 1 to 2147483647: "
                    + "60000 (console: 10000) counts",
                "OTEL_METRIC_EXPORT_TIMEOUT is \"-1\", which is no whole number of milliseconds from 0 to 2147483647: "
                    + "30000 counts",
            ])
    }

    @Test(arguments: [
        ("cumulative", [false, false]), ("Delta", [true, true]), ("LOWMEMORY", [true, false]), ("x", [false, false]),
    ])
    func temporalityIsThatOfThePush(text: String, deltas: [Bool]) throws {
        let name = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
        let read = Said.configuration(["OTEL_METRICS_EXPORTER": "otlp,console", name: text])
        let push = try #require(read.configuration.push)
        #expect([push.temporality.isDelta(.counter), push.temporality.isDelta(.observableCounter)] == deltas)
        #expect(read.configuration.console?.temporality.isDelta(.counter) == false)
        #expect(
            read.warnings
                == (text == "x"
                    ? ["\(name) is \"x\", which is not cumulative, delta or lowmemory: cumulative counts"] : []))
    }

    @Test func whatIsOffIsNotComplainedAbout() {
        let read = Said.configuration([
            "OTEL_METRIC_EXPORT_INTERVAL": "x", "OTEL_EXPORTER_OTLP_TIMEOUT": "x", "OTEL_EXPORTER_OTLP_PROTOCOL": "x",
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "x", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "x",
        ])
        #expect(read.warnings == [])
    }

    @Test(
        arguments: [
            ("trace_based", .traceBased, nil), ("ALWAYS_ON", .alwaysOn, nil), ("always_off", .alwaysOff, nil),
            ("on", .traceBased, "which is not trace_based, always_on or always_off: trace_based counts"),
        ] as [(String, ExemplarFilter, String?)])
    func exemplarsAreFiltered(text: String, filter: ExemplarFilter, warning: String?) {
        let read = Said.configuration(["OTEL_METRICS_EXEMPLAR_FILTER": text])
        #expect(read.configuration.metrics.exemplars == filter)
        #expect(read.warnings == (warning.map { ["OTEL_METRICS_EXEMPLAR_FILTER is \"\(text)\", \($0)"] } ?? []))
    }

    @Test(
        arguments: [
            (["OTEL_SDK_DISABLED": "true"], true, nil),
            (["OTEL_SDK_DISABLED": "false"], false, nil),
            (
                ["OTEL_SDK_DISABLED": "1"], false,
                "OTEL_SDK_DISABLED is \"1\", which is neither true nor false: false counts"
            ),
            (["OTEL_ENABLED": "false"], true, nil),
            (["OTEL_ENABLED": "true"], false, nil),
            (["OTEL_ENABLED": "0"], false, "OTEL_ENABLED is \"0\", which is neither true nor false: true counts"),
            (["TELEMETRY_ENABLED": "FALSE"], true, nil),
            (["TELEMETRY_ENABLED": "false", "OTEL_ENABLED": "true"], true, nil),
            (["OTEL_SDK_DISABLED": "false", "OTEL_ENABLED": "false"], true, nil),
        ] as [([String: String], Bool, String?)])
    func eachOfThreeSwitchesTurnsEverythingOff(variables: [String: String], isDisabled: Bool, warning: String?) {
        let read = Said.configuration(variables)
        #expect(read.configuration.isDisabled == isDisabled)
        #expect(read.warnings == (warning.map { [$0] } ?? []))
    }

    @Test func theConsoleIsTurnedOnBesideWhatElseIsOn() {
        let alone = Said.configuration(["OTEL_CONSOLE_ENABLED": "true"])
        #expect(alone.configuration.console != nil)
        #expect(alone.configuration.endpoint != nil)
        #expect(Said.configuration(["OTEL_CONSOLE_ENABLED": "false"]).configuration.console == nil)
        let none = Said.configuration(["OTEL_CONSOLE_ENABLED": "true", "OTEL_METRICS_EXPORTER": "none"])
        #expect(none.configuration.console != nil)
        #expect(none.configuration.endpoint == nil)
        let bad = Said.configuration(["OTEL_CONSOLE_ENABLED": "yes"])
        #expect(bad.configuration.console == nil)
        #expect(bad.warnings == ["OTEL_CONSOLE_ENABLED is \"yes\", which is neither true nor false: false counts"])
    }

    @Test func whereMetricsAreFetched() {
        let set = Said.configuration([
            "OTEL_EXPORTER_PROMETHEUS_HOST": "0.0.0.0", "OTEL_EXPORTER_PROMETHEUS_PORT": "0",
        ])
        #expect(set.configuration.endpoint?.host == "0.0.0.0")
        #expect(set.configuration.endpoint?.port == 0)
        let bad = Said.configuration(["OTEL_EXPORTER_PROMETHEUS_PORT": "65536"])
        #expect(bad.configuration.endpoint?.port == 9464)
        #expect(
            bad.warnings == [
                "OTEL_EXPORTER_PROMETHEUS_PORT is \"65536\", which is no whole number from 0 to 65535: 9464 counts"
            ])
    }

    @Test(arguments: ["OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"])
    func aConfigurationFileIsNotSupportedAndThatIsSaid(name: String) {
        #expect(
            Said.configuration([name: "/etc/otel.yaml"]).warnings == [
                "\(name) is \"/etc/otel.yaml\", but a configuration file is not supported: the other variables and the "
                    + "program's code count"
            ])
    }

    @Test func whatTheProgramAssignsCounts() {
        var configuration = Said.configuration([
            "OTEL_METRICS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "a=1", "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        ]).configuration
        configuration.push?.otlp.headers["a"] = "2"
        configuration.push?.interval = .seconds(5)
        configuration.endpoint = EndpointConfiguration()
        #expect(configuration.push?.otlp.headers == ["a": "2"])
        #expect(configuration.push?.interval == .seconds(5))
        #expect(configuration.endpoint != nil)
    }
}
