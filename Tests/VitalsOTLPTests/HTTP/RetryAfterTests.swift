import Testing

@testable import VitalsOTLP

@Suite("The field Retry-After")
struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:30 GMT, and half a second.
    private static let now: UInt64 = 784_111_770_500_000_000
    private static let day: UInt64 = 86_400_000_000_000

    @Test(
        "Seconds and dates in all three forms are understood",
        arguments: [
            ("0", 0), ("7", 7_000_000_000), ("007", 7_000_000_000), (" 7\t", 7_000_000_000), ("86400", day),
            ("86401", day), ("99999999999999999999999", day), (String(repeating: "9", count: 500), day),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 6_500_000_000), ("Sunday, 06-Nov-94 08:49:37 GMT", 6_500_000_000),
            ("Sun Nov  6 08:49:37 1994", 6_500_000_000), ("Mon Nov 07 08:49:30 1994", day - 500_000_000),
            ("Sun, 06 Nov 1994 08:49:30 GMT", 0), ("Sat, 05 Nov 1994 08:49:37 GMT", 0),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 01 Jan 1904 00:00:00 GMT", 0),
            ("Fri, 31 Dec 9999 23:59:60 GMT", day), ("Friday, 06-Nov-26 00:00:00 GMT", day),
            ("Friday, 06-Nov-70 00:00:00 GMT", 0), ("Thu, 29 Feb 1996 00:00:00 GMT", day),
        ])
    func understands(_ text: String, _ nanoseconds: UInt64) {
        #expect(RetryAfter.nanoseconds(text, now: Self.now) == nanoseconds)
    }

    @Test(
        "Dates are counted right",
        arguments: [
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Thu, 01 Jan 1970 00:00:01 GMT", 1),
        ] as [(String, UInt64)])
    func counts(_ text: String, _ seconds: UInt64) {
        #expect(RetryAfter.nanoseconds(text, now: (seconds - 1) * 1_000_000_000) == 1_000_000_000)
    }

    @Test(
        "Anything else is nothing",
        arguments: [
            "", " ", "-1", "+1", "1.5", "1s", "0x1", "soon", "٧", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET", "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun  Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49 GMT", ",", "Sun,",
        ])
    func refuses(_ text: String) {
        #expect(RetryAfter.nanoseconds(text, now: Self.now) == nil)
    }
}
