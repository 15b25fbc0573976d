import Testing
import VitalsTracing

@Suite struct BaggageTests {
    @Test func nothingIsInAnEmptyOne() {
        var baggage = Baggage()
        #expect(baggage.isEmpty && baggage.count == 0 && Array(baggage).isEmpty)
        #expect(baggage["a"] == nil && baggage.metadata(of: "a") == nil)
        baggage.remove("a")
        baggage["a"] = nil
        baggage.removeAll()
        #expect(baggage == [:])
    }

    @Test func entriesKeepTheOrderInWhichTheirNamesCame() {
        var baggage: Baggage = ["z": "1", "a": "2", "m": "3"]
        baggage["a"] = "4"
        baggage["b"] = "5"
        baggage["z"] = nil
        baggage["z"] = "6"
        #expect(baggage.map(\.name) == ["a", "m", "b", "z"])
        #expect(baggage.map(\.value) == ["4", "3", "5", "6"])
        #expect(baggage.count == 4)
    }

    @Test func anEntryHasMetadata() {
        var baggage = Baggage()
        baggage.set("1", for: "a", metadata: "ttl=60;private")
        baggage.set("2", for: "b")
        #expect(baggage["a"] == "1")
        #expect(baggage.metadata(of: "a") == "ttl=60;private")
        #expect(baggage.metadata(of: "b") == "")
        #expect(baggage.map(\.metadata) == ["ttl=60;private", ""])
        baggage["a"] = "3"
        #expect(baggage.metadata(of: "a") == "")
    }

    @Test func namesAreAnyTextButNone() {
        var baggage = Baggage()
        for name in ["a", "A", "ключ", " ", "a=b", "😀"] { baggage[name] = name }
        #expect(baggage.count == 6)
        #expect(baggage["a"] == "a" && baggage["A"] == "A")
        baggage[""] = "x"
        baggage.set("x", for: "")
        #expect(baggage.count == 6 && baggage[""] == nil)
    }

    @Test func entriesAreTakenOut() {
        var baggage: Baggage = ["a": "1", "b": "2"]
        let before = baggage
        baggage.remove("a")
        #expect(baggage == ["b": "2"])
        baggage.remove("b")
        #expect(baggage.isEmpty)
        baggage = before
        baggage.removeAll()
        #expect(baggage.isEmpty)
        #expect(before == ["a": "1", "b": "2"])
    }

    @Test func theOrderMakesNoDifference() {
        let one: Baggage = ["a": "1", "b": "2"]
        var other: Baggage = ["b": "2", "a": "1"]
        #expect(one == other && one.hashValue == other.hashValue)
        other.set("1", for: "a", metadata: "m")
        #expect(one != other)
        #expect(one != ["a": "1"] && ["a": "1"] != one && one != [:] && one != ["a": "1", "b": "3"])
    }

    @Test func mergingTakesTheOtherOfTwo() {
        var one: Baggage = ["a": "1", "b": "2"]
        one.set("2", for: "b", metadata: "m")
        var other: Baggage = ["c": "3"]
        other.set("4", for: "a", metadata: "n")
        let merged = one.merging(other)
        #expect(merged.map { "\($0.name)=\($0.value);\($0.metadata)" } == ["a=4;n", "b=2;m", "c=3;"])
        #expect(one.merging([:]) == one)
        #expect(Baggage().merging(one) == one)
    }

    @Test func aContextCarriesIt() {
        var context = Context()
        context.baggage = ["a": "1"]
        context.baggage["b"] = "2"
        #expect(context.baggage == ["a": "1", "b": "2"])
        context.baggage = [:]
        #expect(context.baggage.isEmpty)
    }
}
