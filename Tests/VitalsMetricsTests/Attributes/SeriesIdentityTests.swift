import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct SeriesIdentityTests {
    let reader = InMemoryReader()
    let counter: Counter<Int>

    init() {
        counter = reader.meter().counter("identity")
    }

    private var points: [CollectedPoint] { reader.collect()["identity"]?.points ?? [] }

    private func value(_ attributes: Attributes) -> Int? {
        reader.collect()["identity"]?[attributes]?.int
    }

    @Test func theOrderOfAttributesDoesNotMatter() {
        counter.add(1, ["a": 1, "b": "two", "c": true])
        counter.add(1, ["c": true, "b": "two", "a": 1])
        counter.add(1, ["b": "two", "a": 1, "c": true])
        counter.add(1, Attributes(["c": true, "a": 1, "b": "two"] as [String: AttributeValue]))
        #expect(points.count == 1)
        #expect(value(["a": 1, "b": "two", "c": true]) == 4)
    }

    @Test func keysInEveryPermutationGiveOneSeries() {
        let keys = ["k", "key", "key.one", "key.one.and.more", "kez"]
        var count = 0
        Self.permute(keys, 0) { permutation in
            count += 1
            counter.add(1, Attributes(permutation.map { ($0, AttributeValue.string("value of \($0)")) }))
            counter.add(1, Self.literal(permutation))
        }
        #expect(count == 120)
        #expect(points.count == 1)
        #expect(points.first?.int == 240)
        #expect(points.first?.attributes.map(\.key) == ["k", "key", "key.one", "key.one.and.more", "kez"])
    }

    @Test func theLastOfDuplicateKeysWins() {
        counter.add(1, ["a": "first", "a": "second"])
        counter.add(1, ["b": 1, "a": "first", "b": 2, "a": "second", "b": 1])
        counter.add(1, ["a": "a", "a": 1])
        #expect(value(["a": "second"]) == 1)
        #expect(value(["a": "second", "b": 1]) == 1)
        #expect(value(["a": 1]) == 1)
        #expect(points.count == 3)
    }

    @Test func theLastOfDuplicateLongKeysWins() {
        counter.add(1, ["http.request.method": "GET", "http.request.method": "PUT", "http.request.size": 1])
        counter.add(1, ["http.request.size": 1, "http.request.method": "PUT"])
        #expect(points.count == 1)
        #expect(value(["http.request.method": "PUT", "http.request.size": 1]) == 2)
    }

    @Test func theEmptySetIsASeries() {
        counter.add(1)
        counter.add(1, [:])
        counter.add(1, Attributes())
        counter.with([:]).add(1)
        counter.add(10, ["a": "b"])
        #expect(value([:]) == 4)
        #expect(points.count == 2)
    }

    @Test func typesTellSeriesApart() {
        let values: [AttributeValue] = [
            "1", 1, 1.0, true, "true", "1.0", .strings(["1"]), .ints([1]), .doubles([1]), .bools([true]),
        ]
        for (number, value) in values.enumerated() { counter.add(number + 1, ["a": value]) }
        #expect(points.count == values.count)
        for (number, value) in values.enumerated() {
            #expect(self.value(["a": value]) == number + 1, "\(value)")
        }
    }

    @Test func theWordsOfAValueDoNotTellItsType() {
        // The same 64 bits.
        counter.add(1, ["a": .int(0x3FF0_0000_0000_0000)])
        counter.add(2, ["a": .double(1)])
        counter.add(4, ["a": .bool(false)])
        counter.add(8, ["a": .int(0)])
        counter.add(16, ["a": ""])
        #expect(points.map(\.int).reduce(0) { $0 + ($1 ?? 0) } == 31)
        #expect(points.count == 5)
    }

    @Test func arraysAreValuesWithOrderAndLength() {
        let arrays: [AttributeValue] = [
            .strings([]), .ints([]), .bools([]), .doubles([]), .strings([""]), .strings(["", ""]),
            .strings(["a", "b"]), .strings(["b", "a"]), .strings(["ab"]), .strings(["a", "b", ""]),
            .ints([1, 2]), .ints([2, 1]), .ints([1, 2, 0]), .bools([true]), .bools([true, false]),
            .doubles([1, 2]), .doubles([1, 2, 0]),
        ]
        for round in 1...2 {
            for array in arrays { counter.add(1, ["list": array]) }
            #expect(points.count == arrays.count)
            #expect(points.allSatisfy { $0.int == round })
        }
        for array in arrays { #expect(value(["list": array]) == 2, "\(array)") }
    }

    @Test func anEmptyKeyIsLeftOut() {
        counter.add(1, ["": "x", "a": "b"])
        counter.add(1, ["a": "b"])
        counter.add(1, ["a": "b", "": 1])
        counter.add(1, ["": "x"])
        #expect(value(["a": "b"]) == 3)
        #expect(value([:]) == 1)
        #expect(points.count == 2)
    }

    @Test func anEmptyValueIsAValue() {
        counter.add(1, ["a": ""])
        counter.add(2, ["a": "", "b": ""])
        counter.add(4)
        #expect(value(["a": ""]) == 1)
        #expect(value(["a": "", "b": ""]) == 2)
        #expect(value([:]) == 4)
    }

    @Test func valuesDoNotRunIntoEachOther() {
        counter.add(1, ["a": "xy", "b": "z"])
        counter.add(2, ["a": "x", "b": "yz"])
        counter.add(4, ["a": "x\0", "b": "yz"])
        counter.add(8, ["a": "x", "b": "\0yz"])
        counter.add(16, ["ab": "x"])
        counter.add(32, ["a": "b", "x": ""])
        #expect(points.count == 6)
        #expect(value(["a": "x\0", "b": "yz"]) == 4)
    }

    @Test func zeroAndNotANumberNameOneSeriesEach() {
        counter.add(1, ["a": 0.0])
        counter.add(1, ["a": -0.0])
        counter.add(1, ["b": .double(.nan)])
        counter.add(1, ["b": .double(-.nan)])
        counter.add(1, ["b": .double(Double(nan: 77, signaling: false))])
        #expect(points.compactMap(\.int).sorted() == [2, 3])
        #expect(value(["b": .double(.nan)]) == 3)
    }

    @Test func spellingsOfOneCharacterAreDifferentBytes() {
        counter.add(1, ["a": "é"])
        counter.add(2, ["a": "e\u{301}"])
        counter.add(4, ["é": 1])
        counter.add(8, ["e\u{301}": 1])
        #expect(points.count == 4)
        #expect(value(["a": "é"]) == 1)
        #expect(value(["a": "e\u{301}"]) == 2)
        #expect(value(["é": 1]) == 4)
        #expect(value(["e\u{301}": 1]) == 8)
    }

    /// Pairs in the order of a literal, which nobody has sorted yet.
    private static func literal(_ keys: [String]) -> Attributes {
        func value(_ place: Int) -> AttributeValue { .string("value of \(keys[place])") }
        return [
            keys[0]: value(0), keys[1]: value(1), keys[2]: value(2), keys[3]: value(3), keys[4]: value(4),
        ]
    }

    private static func permute(_ keys: [String], _ from: Int, _ body: ([String]) -> Void) {
        guard from < keys.count - 1 else { return body(keys) }
        for place in from..<keys.count {
            var next = keys
            next.swapAt(from, place)
            permute(next, from + 1, body)
        }
    }
}
