import Testing

@testable import storefront

@Suite struct JSONTests {
    @Test func textIsQuoted() {
        let table = [
            ("", #""""#), ("Ada", #""Ada""#), (#"a"b\c"#, #""a\"b\\c""#), ("\n\u{0}\u{1F}", #""\u000a\u0000\u001f""#),
            ("é€😀", #""é€😀""#),
        ]
        for (text, quoted) in table { #expect(JSON.text(text) == quoted) }
    }
}
