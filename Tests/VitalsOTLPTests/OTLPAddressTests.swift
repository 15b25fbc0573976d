import Testing

@testable import VitalsOTLP

@Suite("The address of a peer")
struct OTLPAddressTests {
    @Test(
        "Addresses are taken apart",
        arguments: [
            ("http://localhost:4317", "http", "localhost", 4317, ""),
            ("https://c.example/mycol/", "https", "c.example", nil, "/mycol/"),
            ("HTTP://c", "http", "c", nil, ""),
            ("collector:4317", nil, "collector", 4317, ""),
            ("collector", nil, "collector", nil, ""),
            ("http://[::1]:4318/x", "http", "::1", 4318, "/x"),
            ("[fe80::1%25eth0]", nil, "fe80::1%25eth0", nil, ""),
            ("http://c:/p?q=1", "http", "c", nil, "/p?q=1"),
            ("unix:/run/c.sock", "unix", "", nil, "/run/c.sock"),
            ("unix:///run/c.sock", "unix", "", nil, "/run/c.sock"),
        ] as [(String, String?, String, Int?, String)])
    func parses(_ text: String, _ scheme: String?, _ host: String, _ port: Int?, _ path: String) throws {
        let address = try OTLPAddress(text)
        #expect(address.scheme == scheme)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.path == path)
    }

    @Test(
        "What is no address is refused with the reason",
        arguments: [
            "", "http://", "ftp://c", "http://c:0", "http://c:65536", "http://c:+1", "http://c:4x", "::1", "[::1",
            "[::1]x",
            "http://u:p@c", "http://c d", "unix:run", "unix:", "http://c\n",
        ])
    func refuses(_ text: String) {
        #expect(throws: OTLPError.self) { try OTLPAddress(text) }
    }

    @Test(
        "Messages show no secret of an address",
        arguments: [
            ("http://c:4318/v1?token=s", "http://c:4318/v1"), ("http://u:p@c:1", "http://***@c:1"), ("u:p@c", "***@c"),
            ("http://a@b:p@c", "http://***@c"), ("unix:/run/c.sock", "unix:/run/c.sock"),
        ])
    func shown(_ text: String, _ expected: String) {
        #expect(OTLPEndpoint.base(text).shown == expected)
        #expect(OTLPError.endpoint(text, "no").description.contains("\"\(expected)\""))
    }
}
