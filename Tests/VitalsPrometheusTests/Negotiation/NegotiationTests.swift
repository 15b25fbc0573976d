import Testing
import VitalsPrometheus

private let text = "text/plain; version=0.0.4; charset=utf-8"
private let text1 = "text/plain; version=1.0.0; charset=utf-8; escaping="
private let open0 = "application/openmetrics-text; version=0.0.1; charset=utf-8"
private let open1 = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping="
private let proto = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
private let asked = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

@Suite struct NegotiationTests {
    static let knownScrapers: [(String, String)] = [
        // What Prometheus 3 sends, without and with native histograms.
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
                + "version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;"
                + "q=0.3,*/*;q=0.2",
            open1 + "allow-utf-8"
        ),
        (
            asked + ";q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;"
                + "q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            proto
        ),
        // What Prometheus 2 sends.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            open1 + "underscores"
        ),
        // What a browser sends, and what curl does.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", text),
        ("*/*", text),
    ]

    @Test(arguments: knownScrapers)
    func knownScrapersGetWhatTheyLikeBest(_ accept: String, _ contentType: String) {
        #expect(Negotiation.exposition(accept: accept).contentType == contentType)
    }

    static let types: [(String, String)] = [
        ("application/openmetrics-text", open0),
        ("application/openmetrics-text;version=0.0.1", open0),
        ("application/openmetrics-text;version=1.0.0", open1 + "underscores"),
        ("application/openmetrics-text;version=2.0.0", text),
        (
            "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.1",
            open1 + "underscores"
        ),
        ("application/openmetrics-text;version=1", text),
        ("application/*", open0),
        ("text/*", text),
        ("text/plain", text),
        ("text/plain;version=0.0.4;charset=iso-8859-1", text),
        ("text/plain;version=1.0.0", text1 + "underscores"),
        ("text/plain;version=7", text),
        (asked, proto),
        ("application/vnd.google.protobuf", text),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", text),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", text),
        (
            "application/vnd.google.protobuf;proto=other;encoding=delimited,text/plain;version=1.0.0;q=0.1",
            text1 + "underscores"
        ),
        ("image/png", text),
        ("", text),
    ]

    @Test(arguments: types)
    func theFormatDependsOnTypeAndParameters(_ accept: String, _ contentType: String) {
        #expect(Negotiation.exposition(accept: accept).contentType == contentType)
    }

    @Test func withoutAWishThereIsText() {
        #expect(Negotiation.exposition(accept: nil) == .text)
    }

    static let escapings: [(String, String, EscapingScheme)] = [
        ("text/plain;version=1.0.0;escaping=allow-utf-8", text1 + "allow-utf-8", EscapingScheme.allowUTF8),
        ("text/plain;version=1.0.0;escaping=dots", text1 + "dots", .dots),
        ("text/plain;version=1.0.0;escaping=\"values\"", text1 + "values", .values),
        ("text/plain;version=1.0.0;escaping=underscores", text1 + "underscores", .underscores),
        ("text/plain;version=1.0.0;escaping=rot13", text1 + "underscores", .underscores),
        ("application/openmetrics-text;version=1.0.0;escaping=values", open1 + "values", .values),
        // The clause that is chosen counts, not another one.
        ("image/png;escaping=dots,text/plain;version=1.0.0;q=0.5", text1 + "underscores", .underscores),
        // Formats before 1.0.0 know of no escaping.
        ("text/plain;version=0.0.4;escaping=allow-utf-8", text, .underscores),
        ("application/openmetrics-text;version=0.0.1;escaping=dots", open0, .underscores),
        ("*/*;escaping=allow-utf-8", text, .underscores),
        (asked + ";escaping=allow-utf-8", proto + "; escaping=allow-utf-8", .allowUTF8),
        (asked + ";escaping=underscores", proto + "; escaping=underscores", .underscores),
        (asked + ";escaping=rot13", proto, .underscores),
    ]

    @Test(arguments: escapings)
    func escapingIsThatOfTheChosenClause(_ accept: String, _ contentType: String, _ scheme: EscapingScheme) {
        let exposition = Negotiation.exposition(accept: accept)
        #expect(exposition.contentType == contentType)
        #expect(exposition.escaping == scheme)
    }

    static let qualities: [(String, String)] = [
        ("text/plain;q=0.5,application/openmetrics-text;q=0.6", open0),
        ("text/plain;q=0.6,application/openmetrics-text;q=0.5", text),
        ("text/plain;q=0.501,application/openmetrics-text;q=0.502", open0),
        ("text/plain;version=1.0.0,application/openmetrics-text", text1 + "underscores"),
        ("*/*,application/openmetrics-text", open0),
        ("text/*,application/openmetrics-text", open0),
        ("*/*,application/*", open0),
        ("application/openmetrics-text;q=0,text/plain;q=0.1", text),
        ("application/openmetrics-text;q=0.000", text),
        ("application/openmetrics-text;q=1.000,text/plain;q=1", open0),
        ("q=1;application/openmetrics-text", text),
        ("application/openmetrics-text;q=0.9;version=1.0.0,text/plain", text),
    ]

    @Test(arguments: qualities)
    func theHighestQualityWinsThenTheMoreSpecific(_ accept: String, _ contentType: String) {
        #expect(Negotiation.exposition(accept: accept).contentType == contentType)
    }

    @Test(
        arguments: [
            "1.1", "2", "-1", "0.1234", "1.001", ".5", "abc", "", "0,5", "NaN", "+1", "1e0", "0x1", "00.5", "1 1",
        ])
    func aClauseWithAnotherQualityIsSkipped(_ quality: String) {
        #expect(Negotiation.exposition(accept: "application/openmetrics-text;q=\(quality)") == .text)
    }

    static let syntax: [(String, String)] = [
        ("APPLICATION/OpenMetrics-Text;VERSION=1.0.0;Q=0.5;Escaping=Allow-UTF-8", open1 + "allow-utf-8"),
        (" \t application/openmetrics-text ; version = 1.0.0 ; q = 0.5 \t", open1 + "underscores"),
        ("application/openmetrics-text;version=\"1.0.0\"", open1 + "underscores"),
        ("application/openmetrics-text;version=\"1\\.0.0\"", open1 + "underscores"),
        ("application/openmetrics-text;;version=1.0.0;", open1 + "underscores"),
        (",, ,application/openmetrics-text,,", open0),
        ("x/y;a=\"b,application/openmetrics-text\",text/plain;version=1.0.0", text1 + "underscores"),
        ("x/y;a=\"\\\",\",application/openmetrics-text", open0),
        ("application/openmetrics-text;version=1.0.0;version=0.0.1", open1 + "underscores"),
        ("text/plain;version,application/openmetrics-text", open0),
        ("x/y z,application/openmetrics-text", open0),
        ("@,application/openmetrics-text", open0),
        ("x/y;a=\"b,application/openmetrics-text", text),
        ("x/y;a=\"b\\", text),
        ("\"", text), (";", text), ("=", text), ("text/plain;q", text), ("ü,application/openmetrics-text", open0),
        ("x\r\nX-Evil: 1", text),
    ]

    @Test(arguments: syntax)
    func clausesAreReadAsHTTPSays(_ accept: String, _ contentType: String) {
        #expect(Negotiation.exposition(accept: accept).contentType == contentType)
    }

    @Test func onlyTheBeginningOfAHugeHeaderIsLookedAt() {
        let wish = "application/openmetrics-text"
        let filler = String(repeating: "x", count: 4096)
        #expect(Negotiation.exposition(accept: "\(wish),\(filler)").contentType == open0)
        #expect(Negotiation.exposition(accept: "\(filler),\(wish)") == .text)
        // A clause that the limit cuts says something else than was meant.
        let cut = String(repeating: "x", count: 4096 - wish.utf8.count - 1)
        #expect(Negotiation.exposition(accept: "\(cut),\(wish);q=0") == .text)
        #expect(Negotiation.exposition(accept: "\(cut),\(wish)").contentType == open0)
        #expect(Negotiation.exposition(accept: "\(cut),\(wish),x").contentType == open0)
        #expect(Negotiation.exposition(accept: String(repeating: "x,", count: 63) + wish).contentType == open0)
        #expect(Negotiation.exposition(accept: String(repeating: "x,", count: 64) + wish) == .text)
    }

    @Test func formatsHaveNamesForLabels() {
        #expect(Exposition.text.label == "text")
        #expect(Exposition(.text1, escaping: nil).label == "text")
        #expect(Exposition(.openMetrics(isDraft: true), escaping: nil).label == "openmetrics")
        #expect(Exposition(.protobuf, escaping: nil).label == "protobuf")
    }

    static let encodings: [(String, Bool)] = [
        ("gzip", true), ("x-gzip", true), ("GZIP", true), ("gzip, deflate, br", true), ("deflate", false),
        ("gzip;q=0", false), ("gzip;q=0.000", false), ("gzip;q=0.001", true), ("identity", false), ("", false),
        ("*", true), ("*;q=0", false), ("*;q=0.5", true), ("gzip;q=0,*", false), ("*,identity;q=0.5", true),
        ("identity;q=1, gzip;q=0.5", false), ("identity;q=0.5, gzip;q=1", true), ("identity, gzip", true),
        ("identity;q=0.5, gzip;q=0.5", true), ("identity;q=0, gzip;q=0.1", true), ("*;q=0.5, gzip;q=0.2", false),
        ("gzip;q=0, x-gzip", false), ("gzip;q=x", false), ("gzip;q=2", false), ("gzipped", false), (",gzip", true),
    ]

    @Test(arguments: encodings)
    func gzipIsUsedWhereItIsWantedAtLeastAsMuch(_ accept: String, _ isAccepted: Bool) {
        #expect(Negotiation.acceptsGzip(accept) == isAccepted)
    }

    @Test func nobodyGetsGzipUnasked() {
        #expect(!Negotiation.acceptsGzip(nil))
    }
}
