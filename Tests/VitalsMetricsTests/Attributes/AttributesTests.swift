import Testing
import VitalsMetrics

@Suite struct AttributesTests {
    @Test func setsWithTheSameContentAreEqualAndHashAlike() {
        let first: Attributes = ["a": 1, "b": "x"]
        let second = Attributes([("b", "y"), ("a", 1), ("b", "x")] as [(String, AttributeValue)])
        #expect(first == second)
        #expect(Set([first, second]).count == 1)
        #expect(first != ["a": 1])
        #expect(first != ["a": 1.0, "b": "x"])
        #expect(first != ["a": "1", "b": "x"])
    }

    @Test func equalityAgreesWithTheSeriesThatAreNamed() {
        let nan: Attributes = ["a": .double(.nan)]
        #expect(nan == ["a": .double(-.nan)])
        #expect(Set([nan, ["a": .double(-.nan)]]).count == 1)
        #expect(["a": .doubles([.nan, 0])] as Attributes == ["a": .doubles([-.nan, -0.0])])
        #expect(["a": 0.0] as Attributes == ["a": -0.0])
        #expect(["a": "é"] as Attributes != ["a": "e\u{301}"])
        #expect(["a": .strings(["é"])] as Attributes != ["a": .strings(["e\u{301}"])])
        #expect(["é": 1] as Attributes != ["e\u{301}": 1])
    }

    @Test func pairsComeInTheOrderOfTheirKeysBytes() {
        let attributes: Attributes = ["b": 1, "ä": 2, "a": 3, "B": 4, "aa": 5, "": 6]
        #expect(attributes.map(\.key) == ["B", "a", "aa", "b", "ä"])
        #expect(attributes.count == 5)
        #expect(attributes[0].value == 4)
    }

    @Test func aSetOfOnlyAnEmptyKeyIsEmpty() {
        let attributes: Attributes = ["": "x"]
        #expect(attributes.isEmpty)
        #expect(attributes == [:])
        #expect(Attributes().isEmpty)
    }

    @Test func valuesCanBeReadAndChangedByKey() {
        var attributes: Attributes = ["a": 1]
        attributes["b"] = "x"
        attributes["a"] = 2
        #expect(attributes == ["a": 2, "b": "x"])
        attributes["a"] = nil
        attributes["none"] = nil
        #expect(attributes == ["b": "x"])
        #expect(attributes["a"] == nil)
    }

    @Test func inAMergeTheOtherSetCounts() {
        let merged = (["a": 1, "b": 1] as Attributes).merging(["b": 2, "c": 3])
        #expect(merged == ["a": 1, "b": 2, "c": 3])
        #expect(merged.merging([:]) == merged)
        #expect(([:] as Attributes).merging(merged) == merged)
    }

    @Test func aFilterKeepsSomeKeys() {
        #expect((["c": 1, "a": 2, "b": 3] as Attributes).filter { $0 != "b" } == ["a": 2, "c": 1])
    }

    private static let texts: [(AttributeValue, String)] = [
        ("text", "text"), (true, "true"), (false, "false"), (-7, "-7"), (1.0, "1"), (0.5, "0.5"), (1e21, "1e+21"),
        (.double(.nan), "NaN"), (.double(.infinity), "Infinity"), (.double(-.infinity), "-Infinity"),
        (.strings([]), "[]"), (.strings(["a", "q\"\\\n\u{1}"]), #"["a","q\"\\\n\u0001"]"#),
        (.bools([true, false]), "[true,false]"), (.ints([1, -2]), "[1,-2]"),
        (.doubles([1, .nan, -.infinity]), #"[1,"NaN","-Infinity"]"#),
    ]

    @Test(arguments: texts) func aValueHasAPlainText(_ value: AttributeValue, _ text: String) {
        #expect(value.description == text)
    }
}
