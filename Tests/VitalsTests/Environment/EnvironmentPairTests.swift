import Testing
import VitalsMetrics

@testable import Vitals

/// Lists of `key=value`.
@Suite struct EnvironmentPairTests {
    @Test(
        arguments: [
            ("a=b", ["a": "b"]),
            ("a=b,c=d", ["a": "b", "c": "d"]),
            (" a = b , c\t=\td ", ["a": "b", "c": "d"]),
            ("Authorization=Basic%20YTpi==", ["authorization": "Basic YTpi=="]),
            ("Authorization=Bearer x.y-z", ["authorization": "Bearer x.y-z"]),
            ("a=%2C%3D%3b%25", ["a": ",=;%"]),
            ("a=1,A=2", ["a": "2"]),
            ("a=", ["a": ""]),
            (",a=b,,", ["a": "b"]),
            ("!#$%&'*+-.^_`|~09azAZ=x", ["!#$%&'*+-.^_`|~09azaz": "x"]),
        ] as [(String, [String: String])])
    func headersAreDecoded(text: String, headers: [String: String]) {
        let said = Said()
        #expect(said.environment(["H": text]).headers("H") == headers)
        #expect(said.warnings == [])
    }

    @Test(arguments: [
        ("secret", "has no \"=\""),
        ("=secret", "has nothing before its \"=\""),
        (" =secret", "has nothing before its \"=\""),
        ("Bearer secret=", "has a character before its \"=\" that no name of a header has"),
        ("sécret=a", "has a character before its \"=\" that no name of a header has"),
        ("a=secret;ttl=5", "has a \";\" in its value, which is written %3B"),
        ("a=secret%0D%0AHost: b", "has a value with a control character or one that is not ASCII"),
        ("a=secret%00", "has a value with a control character or one that is not ASCII"),
        ("a=sécret", "has a value with a control character or one that is not ASCII"),
        ("a=secret%", "has a \"%\" without two hexadecimal digits; the sign itself is written %25"),
        ("a=secret%4", "has a \"%\" without two hexadecimal digits; the sign itself is written %25"),
        ("a=%secret", "has a \"%\" without two hexadecimal digits; the sign itself is written %25"),
        ("a=secret%FF", "has percent-encoded bytes that are no UTF-8"),
    ])
    func aMalformedHeaderIsReportedByItsPlaceOnlyAndLeftOut(member: String, problem: String) {
        let said = Said()
        #expect(said.environment(["H": "one=1,\(member),three=3"]).headers("H") == ["one": "1", "three": "3"])
        #expect(said.warnings == ["H: member 2 \(problem); it is left out"])
    }

    @Test func headersOfWhichNoneCanBeUsedAreNoHeaders() {
        let said = Said()
        #expect(said.environment(["H": "secret,secret"]).headers("H") == [:])
        #expect(said.warnings.count == 2)
    }

    @Test(
        arguments: [
            ("team=shop", ["team": "shop"]),
            ("team=shop,region=eu", ["team": "shop", "region": "eu"]),
            (" team = shop ,", ["team": "shop"]),
            ("a%2Cb=c%3Dd%20e", ["a,b": "c=d e"]),
            ("name=K%C3%B6ln,raw=Köln", ["name": "Köln", "raw": "Köln"]),
            ("empty=", ["empty": ""]),
            ("a=1,a=2", ["a": "2"]),
            ("a=x;y", ["a": "x;y"]),
        ] as [(String, Attributes)])
    func resourceAttributesAreDecodedAndAreTexts(text: String, attributes: Attributes) {
        let said = Said()
        #expect(said.environment(["R": text]).resourceAttributes("R") == attributes)
        #expect(said.warnings == [])
    }

    @Test(arguments: [
        ("team", "has no \"=\""),
        ("=shop", "has nothing before its \"=\""),
        ("team=a=b", "has a second \"=\", which is written %3D"),
        ("team=%", "has a \"%\" without two hexadecimal digits; the sign itself is written %25"),
        ("te%zzam=x", "has a \"%\" without two hexadecimal digits; the sign itself is written %25"),
        ("team=%C3", "has percent-encoded bytes that are no UTF-8"),
    ])
    func oneErrorDiscardsAllResourceAttributes(member: String, problem: String) {
        let said = Said()
        let text = "good=1,\(member),better=2"
        #expect(said.environment(["R": text]).resourceAttributes("R").isEmpty)
        #expect(said.warnings == ["R is \"\(text)\", whose member 2 \(problem): nothing of it counts"])
    }
}
