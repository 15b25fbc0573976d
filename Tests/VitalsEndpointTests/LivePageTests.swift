import Testing
import VitalsEndpoint

@Suite struct LivePageTests {
    private let page = String(decoding: LivePage.html, as: UTF8.self)

    @Test(arguments: ["script", "style"])
    func thePolicyNamesTheHashOfTheOne(tag: String) throws {
        let parts = elements(tag)
        #expect(parts.count == 1)
        let hash = base64(SHA256.hash(Array(try #require(parts.first).utf8)))
        #expect(
            LivePage.contentSecurityPolicy.contains("\(tag)-src 'sha256-\(hash)';"),
            "live.html was changed: run scripts/page-hashes.py")
    }

    @Test func thePolicyForbidsEverythingElse() {
        #expect(LivePage.contentSecurityPolicy.hasPrefix("default-src 'none'; "))
        #expect(!LivePage.contentSecurityPolicy.contains("unsafe"))
        #expect(!LivePage.contentSecurityPolicy.contains("*"))
    }

    /// The address of the SVG name space is a name, and is never fetched.
    @Test func thePageRefersToNothingOutside() {
        let text = page.replacing("http://www.w3.org/2000/svg", with: "")
        for outside in [
            "http://", "https://", "src=", "url(", "@import", "@font-face", "<iframe", "<object", "import(",
        ] {
            #expect(!text.contains(outside), "\(outside)")
        }
        for reference in text.split(separator: "href=").dropFirst() {
            #expect(reference.hasPrefix("\"data:"))
        }
    }

    @Test func thePageHasNothingThatThePolicyWouldStop() {
        let markup = elements("script", "style").reduce(page) { $0.replacing($1, with: "") }
        for stopped in [" style=", " onclick=", " onload=", " onerror=", "javascript:"] {
            #expect(!markup.contains(stopped), "\(stopped)")
        }
        for stopped in ["eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"] {
            #expect(!page.contains(stopped), "\(stopped)")
        }
    }

    @Test func sha256IsThatOfTheStandard() {
        #expect(base64(SHA256.hash(Array("abc".utf8))) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
        #expect(
            base64(SHA256.hash(Array(repeating: 0x61, count: 119)))
                == "MeulHDE6XAgiat8Y1KNZz9/Y0ugWsT9K+VL36mWE3Ps=")
    }

    /// What stands between the tags.
    private func elements(_ tags: String...) -> [Substring] {
        tags.flatMap { tag in
            page.split(separator: "<\(tag)>", omittingEmptySubsequences: false).dropFirst().map { rest in
                rest.split(separator: "</\(tag)>", maxSplits: 1, omittingEmptySubsequences: false)[0]
            }
        }
    }
}

private func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for at in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[at...].prefix(3)
        let word = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(group.count > $1 ? bytes[at + $1] : 0) }
        for digit in 0..<4 {
            text.append(digit <= group.count ? digits[Int(word >> (18 - 6 * UInt32(digit)) & 63)] : "=")
        }
    }
    return text
}
