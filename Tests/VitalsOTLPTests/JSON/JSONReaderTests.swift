import Testing

@testable import VitalsOTLP

@Suite("Answers in JSON")
struct JSONReaderTests {
    private func response(_ text: String) -> ExportResponse? {
        Array(text.utf8).withUnsafeBytes { ExportResponse(json: $0) }
    }

    private func status(_ text: String) -> RPCStatus? {
        Array(text.utf8).withUnsafeBytes { RPCStatus(json: $0) }
    }

    @Test(
        "Responses are read",
        arguments: [
            ("{}", 0, ""), (" {\n} ", 0, ""), ("null", 0, ""), (#"{"partialSuccess":null}"#, 0, ""),
            (#"{"partialSuccess":{}}"#, 0, ""), (#"{"partialSuccess":{"rejectedDataPoints":"12"}}"#, 12, ""),
            (#"{"partialSuccess":{"rejectedSpans":12}}"#, 12, ""),
            (#"{"partialSuccess":{"rejectedLogRecords":1.2e1}}"#, 12, ""),
            (#"{"partialSuccess":{"rejectedDataPoints":"-5"}}"#, 0, ""),
            (#"{"partialSuccess":{"rejectedDataPoints":"many"}}"#, 0, ""),
            (#"{"partialSuccess":{"rejectedDataPoints":99999999999999999999}}"#, 0, ""),
            (#"{"partialSuccess":{"rejectedDataPoints":{"a":[1]},"errorMessage":7}}"#, 0, ""),
            (#"{"x":[1,{"y":[true,false,null,-0.5e-3,"}"]}],"partialSuccess":{"errorMessage":"warn"}}"#, 0, "warn"),
            (#"{"partialSuccess":{"errorMessage":"\"\\\/\b\f\n\r\té😀"}}"#, 0, "\"\\/\u{8}\u{C}\n\r\té😀"),
            (#"{"partialSuccess":{"errorMessage":"\u00e9\uD83D\uDE00\ud83d\u0041\uDE00"}}"#, 0, "é😀\u{FFFD}A\u{FFFD}"),
        ])
    func readsResponse(_ text: String, _ rejected: Int, _ message: String) {
        #expect(response(text) == ExportResponse(rejected: rejected, message: message))
    }

    @Test(
        "What is no JSON is nothing",
        arguments: [
            "", " ", "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "{} {}", "[1,]",
            "[,]",
            "[1", "\"", "\"\\", "\"\\u12\"", "\"\\uD83D\\", "\"\\x\"", "\"\n\"", "tru", "truex", "nul", "01", "-", "1.",
            "1e",
            ".5", "+1", "NaN", "'a'", "<html>", "\u{FEFF}{}", String(repeating: "[", count: 1_000_000),
            String(repeating: "{\"a\":", count: 100_000),
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        ])
    func refuses(_ text: String) {
        #expect(response(text) == nil)
        #expect(status(text) == nil)
    }

    @Test(
        "Statuses are read",
        arguments: [
            ("{}", RPCStatus()), (#"{"code":14,"message":"busy"}"#, RPCStatus(code: 14, message: "busy")),
            (#"{"code":99999999999,"message":["no"]}"#, RPCStatus()),
            (#"{"details":[]}"#, RPCStatus()), (#"{"details":{"@type":"x/google.rpc.RetryInfo"}}"#, RPCStatus()),
            (
                #"{"details":[{"@type":"t/google.rpc.BadRequest"},{"retryDelay":"2s","@type":"t/google.rpc.RetryInfo"}]}"#,
                RPCStatus(retryDelay: 2_000_000_000)
            ),
            (#"{"details":[{"@type":"t/google.rpc.RetryInfo"}]}"#, RPCStatus(retryDelay: 0)),
            (
                #"{"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"0.000000001s"}]}"#,
                RPCStatus(retryDelay: 1)
            ),
            (
                #"{"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"1e300s"}]}"#,
                RPCStatus(retryDelay: 86_400_000_000_000)
            ),
            (#"{"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"-3s"}]}"#, RPCStatus(retryDelay: 0)),
            (#"{"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"nans"}]}"#, RPCStatus(retryDelay: 0)),
        ])
    func readsStatus(_ text: String, _ expected: RPCStatus) {
        #expect(status(text) == expected)
    }
}
