import Testing

@testable import storefront

@Suite struct ServiceAddressTests {
    @Test func addressesAreTakenApart() {
        let table: [(String, String, Int, String)] = [
            ("http://localhost:8081", "localhost", 8081, "http://localhost:8081"),
            ("http://localhost/", "localhost", 80, "http://localhost"),
            ("https://pay.example.com/v1/", "pay.example.com", 443, "https://pay.example.com/v1"),
            ("http://[::1]:9000", "[::1]", 9000, "http://[::1]:9000"),
            ("http://[::1]", "[::1]", 80, "http://[::1]"),
        ]
        for (text, host, port, url) in table {
            let address = ServiceAddress(text)
            #expect(address?.host == host, "\(text)")
            #expect(address?.port == port, "\(text)")
            #expect(address?.url == url, "\(text)")
        }
    }

    @Test func whatIsNoAddressIsNone() {
        for text in [
            "", "http://", "http:///x", "http://:80", "http://a:", "http://a:0", "http://a:65536", "http://a:b",
            "ftp://a",
            "localhost:8081", "http://a?b", "http://a#b", "http://a b", "http://user@a",
        ] {
            #expect(ServiceAddress(text) == nil, "\(text)")
        }
    }

    @Test func whoeverListensToEverybodyIsFoundOnThisMachine() {
        let table = [
            ("localhost", "http://localhost:80"), ("0.0.0.0", "http://localhost:80"), ("::", "http://localhost:80"),
            ("10.0.0.5", "http://10.0.0.5:80"), ("::1", "http://[::1]:80"),
        ]
        for (host, url) in table {
            #expect(ServiceAddress(host: host, port: 80).url == url, "\(host)")
            #expect(ServiceAddress(url) == ServiceAddress(host: host, port: 80), "\(host)")
        }
    }
}
