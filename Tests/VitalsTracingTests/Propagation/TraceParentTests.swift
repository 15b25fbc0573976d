import Testing

@testable import VitalsTracing

@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let ids = "\(trace)-\(span)"

    static let valid: [(header: String, flags: UInt8)] = [
        ("00-\(ids)-00", 0), ("00-\(ids)-01", 1), ("00-\(ids)-02", 2), ("00-\(ids)-03", 3),
        // Bits that nobody knows yet.
        ("00-\(ids)-04", 0), ("00-\(ids)-09", 1), ("00-\(ids)-ff", 3), ("00-\(ids)-fe", 2),
        // Blanks around it.
        (" 00-\(ids)-01", 1), ("00-\(ids)-01\t", 1), (" \t 00-\(ids)-01 \t ", 1),
        // Versions to come.
        ("01-\(ids)-01", 1), ("fe-\(ids)-00", 0), ("cc-\(ids)-01-", 1), ("cc-\(ids)-01-what-the-future", 1),
        ("01-\(ids)-03-\(ids)", 3),
    ]

    @Test(arguments: valid)
    func aValidHeaderNamesARemoteSpan(_ row: (header: String, flags: UInt8)) throws {
        let context = try #require(TraceParent.read(row.header))
        #expect(context.traceID.description == Self.trace)
        #expect(context.spanID.description == Self.span)
        #expect(context.flags.rawValue == row.flags)
        #expect(context.isRemote)
        #expect(context.traceState.isEmpty)
    }

    static let invalid = [
        "", " ", "-", "00", "00-", "foo",
        // The version.
        ".0-\(ids)-01", "0.-\(ids)-01", "0-\(ids)-01", "000-\(ids)-01", "FF-\(ids)-01", "ff-\(ids)-01",
        "ff-\(ids)-01-more", "0F-\(ids)-01", "xx-\(ids)-01", "00.\(ids)-01", "-\(ids)-01", "\(ids)-01",
        // More than version 00 has.
        "00-\(ids)-01.", "00-\(ids)-01-", "00-\(ids)-01-what-the-future", "00-\(ids)-010",
        // What a version to come may not be.
        "cc-\(ids)-01.what-the-future", "01-\(ids)-011", "01-\(ids)-01 -x", "01-\(ids)-0",
        // Ids of nothing.
        "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
        "01-\(trace)-\(String(repeating: "0", count: 16))-01",
        // The length of a part.
        "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span.dropLast())-01",
        "00-\(trace)-\(span)0-01", "00-\(trace.dropLast())-0\(span)-01", "00-0\(trace)-\(span.dropLast())-01",
        // What is no digit in lower case.
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-00F067AA0BA902B7-01", "00-\(trace.dropLast()).-\(span)-01",
        "00-.\(trace.dropFirst())-\(span)-01", "00-\(trace)-\(span.dropLast())g-01",
        "00-\(trace)-.\(span.dropFirst())-01",
        "00-\(trace.dropLast()) -\(span)-01",
        // The flags.
        "00-\(ids)-.0", "00-\(ids)-0.", "00-\(ids)-1", "00-\(ids)-001", "00-\(ids)-0A", "00-\(ids)-", "00-\(ids)",
        // The dashes.
        "00_\(ids)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", "00-\(trace)\(span)-01-",
        // Two at once, and what is not ASCII.
        "00-\(ids)-01,00-\(ids)-01", "00-\(trace.dropLast())é-\(span)-01", "00-\(ids)-é",
        "\u{A0}00-\(ids)-01",
    ]

    @Test(arguments: invalid)
    func anInvalidHeaderNamesNothing(_ header: String) {
        #expect(TraceParent.read(header) == nil)
    }

    @Test(arguments: [(0, "00"), (1, "01"), (2, "02"), (3, "03"), (4, "00"), (0xFF, "03")] as [(UInt8, String)])
    func theHeaderHasTheIDsAndTheKnownFlags(_ flags: UInt8, _ digits: String) {
        var context = Context()
        context.spanContext = SpanContext(
            traceID: TraceID(high: 1, low: 0xFEDC_BA98_7654_3210), spanID: SpanID(0xA),
            flags: TraceFlags(rawValue: flags))
        #expect(TraceParent.text(context) == "00-0000000000000001fedcba9876543210-000000000000000a-\(digits)")
    }

    @Test func aLaterVersionGoesOnAsTheKnownOne() throws {
        var context = Context()
        context.spanContext = try #require(TraceParent.read("cc-\(Self.ids)-07-what-the-future"))
        #expect(TraceParent.text(context) == "00-\(Self.ids)-03")
    }
}
