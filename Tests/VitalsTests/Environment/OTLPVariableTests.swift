import Testing
import VitalsOTLP

@testable import Vitals

/// What `OTEL_EXPORTER_OTLP_*` makes of a push.
@Suite struct OTLPVariableTests {
    private func otlp(
        _ variables: [String: String], _ signal: Signal = .metrics, isAsked: Bool = true
    ) -> (settings: OTLPConfiguration?, warnings: [String]) {
        let said = Said()
        let full = Dictionary(
            uniqueKeysWithValues: variables.map { ("OTEL_EXPORTER_OTLP_\($0.key)", $0.value) })
        return (said.environment(full).otlp(signal, isAsked: isAsked), said.warnings)
    }

    @Test func nothingSaidIsTheDefaultOfOpenTelemetry() throws {
        let settings = try #require(otlp([:]).settings)
        #expect(settings.transport == .httpProtobuf)
        #expect(settings.endpoint == .base("http://localhost:4318"))
        #expect(settings.headers == [:])
        #expect(settings.compression == .none)
        #expect(settings.timeout == .seconds(10))
        #expect(settings.tls == OTLPSecurity())
        #expect(otlp([:], isAsked: false).settings == nil)
    }

    @Test(
        arguments: [
            ("grpc", .grpc, "http://localhost:4317"),
            ("GRPC", .grpc, "http://localhost:4317"),
            ("http/protobuf", .httpProtobuf, "http://localhost:4318"),
            ("http/json", .httpJSON, "http://localhost:4318"),
        ] as [(String, OTLPTransport, String)])
    func theProtocolDecidesTheDefaultEndpoint(text: String, transport: OTLPTransport, endpoint: String) {
        let read = otlp(["PROTOCOL": text])
        #expect(read.settings?.transport == transport)
        #expect(read.settings?.endpoint == .base(endpoint))
        #expect(read.warnings == [])
    }

    @Test func theGeneralEndpointIsABaseAndThatOfASignalIsExact() {
        #expect(otlp(["ENDPOINT": "http://c:4318/x"]).settings?.endpoint == .base("http://c:4318/x"))
        #expect(otlp(["METRICS_ENDPOINT": "http://m:1/y"]).settings?.endpoint == .exact("http://m:1/y"))
        let both = ["ENDPOINT": "http://c:4318", "METRICS_ENDPOINT": "http://m:1/y"]
        #expect(otlp(both).settings?.endpoint == .exact("http://m:1/y"))
        #expect(otlp(both, .traces).settings?.endpoint == .base("http://c:4318"))
    }

    @Test(arguments: ["collector:4317", "http://c", "https://c:1/ignored", "unix:/run/c.sock", "[::1]:4317"])
    func anEndpointOfGRPCNeedsNoScheme(text: String) {
        let read = otlp(["ENDPOINT": text, "PROTOCOL": "grpc"], isAsked: false)
        #expect(read.settings?.endpoint == .base(text))
        #expect(read.warnings == [])
    }

    @Test(arguments: [
        ("collector:4318", "collector:4318", "which has neither http:// nor https://, as OTLP over HTTP needs"),
        ("unix:/run/c.sock", "unix:/run/c.sock", "which has neither http:// nor https://, as OTLP over HTTP needs"),
        ("ftp://c", "ftp://c", "which cannot be used: its scheme is neither http nor https"),
        ("http://", "http://", "which cannot be used: it names no host"),
        ("http://c:99999", "http://c:99999", "which cannot be used: its port is no number from 1 to 65535"),
        ("http://a b", "http://a b", "which cannot be used: it contains blanks or control characters"),
        (
            "http://me:secret@c", "http://***@c",
            "which cannot be used: it contains a user name; credentials go into a header, as in authorization=Basic%20..."
        ),
        ("me:secret@c d", "***@c d", "which cannot be used: it contains blanks or control characters"),
    ])
    func anEndpointThatCannotBeUsedIsAsGoodAsNone(text: String, shown: String, problem: String) {
        let asked = otlp(["ENDPOINT": text])
        #expect(asked.settings?.endpoint == .base("http://localhost:4318"))
        #expect(
            asked.warnings == ["OTEL_EXPORTER_OTLP_ENDPOINT is \"\(shown)\", \(problem): http://localhost:4318 counts"])

        let unasked = otlp(["METRICS_ENDPOINT": text], isAsked: false)
        #expect(unasked.settings == nil)
        #expect(
            unasked.warnings == ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is \"\(shown)\", \(problem): nothing is pushed"])

        let other = otlp(["METRICS_ENDPOINT": text, "ENDPOINT": "http://c"], isAsked: false)
        #expect(other.settings?.endpoint == .base("http://c"))
        #expect(
            other.warnings == [
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is \"\(shown)\", \(problem): OTEL_EXPORTER_OTLP_ENDPOINT counts"
            ])
    }

    @Test func theVariablesOfASignalBeatTheGeneralOnes() throws {
        let general = [
            "PROTOCOL": "http/json", "HEADERS": "a=1,b=2", "COMPRESSION": "none", "TIMEOUT": "1", "CERTIFICATE": "/ca",
            "CLIENT_KEY": "/key", "CLIENT_CERTIFICATE": "/cert", "INSECURE": "true",
        ]
        let settings = try #require(otlp(general).settings)
        #expect(settings.transport == .httpJSON)
        #expect(settings.headers == ["a": "1", "b": "2"])
        #expect(settings.compression == .none)
        #expect(settings.timeout == .milliseconds(1))
        #expect(settings.tls.authorityFile == "/ca")
        #expect(settings.tls.keyFile == "/key")
        #expect(settings.tls.certificateFile == "/cert")
        #expect(settings.tls.isInsecure)
        for (signal, name) in [(Signal.metrics, "METRICS"), (.traces, "TRACES")] {
            let own = [
                "\(name)_PROTOCOL": "grpc", "\(name)_HEADERS": "c=3", "\(name)_COMPRESSION": "GZIP",
                "\(name)_TIMEOUT": "0", "\(name)_CERTIFICATE": "/ca2", "\(name)_CLIENT_KEY": "/key2",
                "\(name)_CLIENT_CERTIFICATE": "/cert2", "\(name)_INSECURE": "false",
            ]
            let read = otlp(general.merging(own) { $1 }, signal)
            let settings = try #require(read.settings)
            #expect(settings.transport == .grpc)
            #expect(settings.headers == ["c": "3"])
            #expect(settings.compression == .gzip)
            #expect(settings.timeout == .zero)
            #expect(settings.tls.authorityFile == "/ca2")
            #expect(settings.tls.keyFile == "/key2")
            #expect(settings.tls.certificateFile == "/cert2")
            #expect(!settings.tls.isInsecure)
            #expect(read.warnings == [])
        }
    }

    @Test(arguments: [
        ("PROTOCOL", "http", "which is not grpc, http/protobuf or http/json", "http/protobuf"),
        ("COMPRESSION", "zstd", "which is not gzip or none", "none"),
        ("TIMEOUT", "10s", "which is no whole number of milliseconds from 0 to 2147483647", "10000"),
    ])
    func aBadValueIsReportedWithWhatCounts(suffix: String, text: String, problem: String, standard: String) {
        let general = otlp([suffix: text])
        #expect(general.warnings == ["OTEL_EXPORTER_OTLP_\(suffix) is \"\(text)\", \(problem): \(standard) counts"])
        let own = otlp(["METRICS_\(suffix)": text])
        #expect(own.warnings == ["OTEL_EXPORTER_OTLP_METRICS_\(suffix) is \"\(text)\", \(problem): \(standard) counts"])
        let good = ["PROTOCOL": "grpc", "COMPRESSION": "gzip", "TIMEOUT": "77"]
        let both = otlp(good.merging(["METRICS_\(suffix)": text]) { $1 })
        #expect(
            both.warnings == [
                "OTEL_EXPORTER_OTLP_METRICS_\(suffix) is \"\(text)\", \(problem): OTEL_EXPORTER_OTLP_\(suffix) counts"
            ])
        #expect(both.settings?.transport == .grpc)
        #expect(both.settings?.compression == .gzip)
        #expect(both.settings?.timeout == .milliseconds(77))
    }

    @Test func theObsoleteNamesOfTheInsecureFlagAreHonoured() {
        #expect(otlp(["METRIC_INSECURE": "true"]).settings?.tls.isInsecure == true)
        #expect(otlp(["METRIC_INSECURE": "true"], .traces).settings?.tls.isInsecure == false)
        #expect(otlp(["SPAN_INSECURE": "true"], .traces).settings?.tls.isInsecure == true)
        #expect(otlp(["METRIC_INSECURE": "true", "METRICS_INSECURE": "false"]).settings?.tls.isInsecure == false)
        #expect(otlp(["METRIC_INSECURE": "false", "INSECURE": "true"]).settings?.tls.isInsecure == false)
        let bad = otlp(["METRICS_INSECURE": "1", "INSECURE": "true"])
        #expect(bad.settings?.tls.isInsecure == false)
        #expect(
            bad.warnings == [
                "OTEL_EXPORTER_OTLP_METRICS_INSECURE is \"1\", which is neither true nor false: false counts"
            ])
    }

    @Test func noWarningShowsAHeader() {
        let read = otlp(["HEADERS": "secret,a=%secret", "METRICS_HEADERS": "Bearer secret=secret;secret"])
        #expect(read.warnings.count == 1)
        #expect(read.warnings.allSatisfy { !$0.contains("secret") })
        #expect(read.settings?.headers == [:])
    }
}
