import Testing

@testable import VitalsInstrumentation

struct HTTPAddressTests {
    @Test(
        arguments: [
            ("http://example.com", "example.com", 80), ("https://example.com/", "example.com", 443),
            ("HTTPS://EXAMPLE.com?x", "example.com", 443), ("http://example.com:8080/a:b@c", "example.com", 8080),
            ("http://example.com:/a", "example.com", 80), ("http://u:p@example.com:81#f", "example.com", 81),
            ("http://u:p@ss@example.com", "example.com", 80), ("http://u@h", "h", 80),
            ("http://[::1]:8080/", "::1", 8080), ("https://[2001:DB8::1]", "2001:db8::1", 443),
            ("http://[fe80::1%25eth0]/", "fe80::1%25eth0", 80), ("http://127.0.0.1:65535", "127.0.0.1", 65535),
            ("http://h:0", "h", 0), ("http://h:00080", "h", 80), ("wss://h", "h", 443), ("ws://h", "h", 80),
            ("http://bücher.example", "bücher.example", 80), ("http://good\\@evil/", "evil", 80),
            ("ftp://h/", "h", nil), ("http://h?a@b", "h", 80),
            ("http://xn--bcher-kva.example", "xn--bcher-kva.example", 80),
        ] as [(String, String, Int?)])
    func itIsFoundInURLs(url: String, host: String, port: Int?) {
        let address = HTTPAddress(url: url)
        #expect(address?.host == host)
        #expect(address?.port == port)
    }

    @Test(arguments: [
        "", ":", "/", "//", "://", "http", "http:", "http:/", "http://", "http:///", "http://:80", "http://?",
        "http://#",
        "http://@", "http://u@", "http://u:p@:80", "http://h:65536", "http://h:99999", "http://h:123456", "http://h:-1",
        "http://h:+1", "http://h:8o", "http://h:80:80", "http://::1/", "http://[::1", "http://[]", "http://[::1]x",
        "http://[::1]:x", "http://[h]", "http://[::1/]", "http://]", "http://a b/", "http://a\nb", "http://a\u{0}b",
        "http://a\\b", "http://a<b>", "example.com", "example.com:80", "/orders/1", "//example.com/", "mailto:a@b",
        "1 http://h", "ht tp://h", "http//h", "é://h", "http:\\\\h", "http://[:::" + String(repeating: ":", count: 300),
        "http://" + String(repeating: "a", count: 256), "@\u{301}://",
    ])
    func garbageHasNone(url: String) {
        #expect(HTTPAddress(url: url) == nil)
        _ = Redaction.url(url)
    }

    @Test(
        arguments: [
            ("example.com", "http", "example.com", 80), ("example.com", "https", "example.com", 443),
            ("Example.com:8080", "http", "example.com", 8080), ("[::1]", "http", "::1", 80),
            ("[::1]:1", "http", "::1", 1),
            ("h", "", "h", nil), ("", "http", nil, nil), ("a@b", "http", nil, nil), ("a/b", "http", nil, nil),
            (":80", "http", nil, nil), ("h:x", "http", nil, nil),
        ] as [(String, String, String?, Int?)])
    func itIsFoundInHostHeaders(header: String, scheme: String, host: String?, port: Int?) {
        let address = HTTPAddress(header: header, scheme: scheme)
        #expect(address?.host == host)
        #expect(address?.port == port)
    }
    @Test func noTextTraps() {
        let pieces = [
            "http", "https", ":", "/", "//", "://", "@", "[", "]", "?", "#", "\\", "%", "%zz", "%41", "=", "&", ";",
            "80",
            "99999999999999999999", "-1", " ", "\n", "\u{0}", "\u{301}", "ä", "👍🏽", "token", "u:p", "::1", "h.example",
        ]
        var found = 0
        for _ in 0..<20_000 {
            let rest = (0..<Int.random(in: 0...9)).map { _ in pieces.randomElement() ?? "" }.joined()
            let text = (Bool.random() ? "http://" : "") + rest
            let address = HTTPAddress(url: text)
            if address != nil { found += 1 }
            #expect(address?.host.isEmpty != true, "\(text)")
            #expect((0...65_535).contains(address?.port ?? 0), "\(text)")
            let isShown = Redaction.url("http://u:hidden@h/" + text).contains("hidden")
            #expect(!isShown, "\(text)")
            _ = Redaction.url(text)
            _ = HTTPAddress(header: text, scheme: "http")
        }
        #expect(found > 0)
    }
}
