import Testing
import VitalsMetrics
import VitalsTesting

@Suite struct LargeAttributesTests {
    let reader = InMemoryReader()
    let counter: Counter<Int>

    init() {
        counter = reader.meter().counter("large")
    }

    private static func one(_ key: String, _ value: AttributeValue) -> Attributes {
        Attributes([key: value])
    }

    private var points: [CollectedPoint] { reader.collect()["large"]?.points ?? [] }

    @Test(arguments: [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 255, 1000, 1016, 1024, 1025, 5000, 100_000])
    func valuesOfAnyLengthAreKept(_ length: Int) {
        let text = String(String(repeating: "0123456789abcdef", count: length / 16 + 1).prefix(length))
        for _ in 0..<2 { counter.add(1, ["text": .string(text)]) }
        #expect(points.count == 1)
        #expect(points.first?.int == 2)
        #expect(points.first?.attributes["text"] == .string(text))
    }

    @Test(arguments: [1, 7, 8, 9, 16, 17, 255, 1020, 1024, 4000, 65535])
    func keysOfAnyLengthAreKept(_ length: Int) {
        let key = String(repeating: "k", count: length)
        for _ in 0..<2 { counter.add(1, Self.one(key, 7)) }
        counter.add(1, Self.one(key, 8))
        #expect(points.count == 2)
        #expect(points.first?.attributes.first?.key == key)
        #expect(reader.collect()["large"]?[Self.one(key, 7)]?.int == 2)
    }

    @Test(arguments: ["a", "é", "日", "🙂"]) func aKeyThatIsTooLongIsCutBetweenCharacters(_ character: String) {
        for length in 65530...65535 {
            let start = String(repeating: "a", count: length)
            let labels = Self.one(start + character + "tail", 7)
            counter.add(1, labels)
            #expect(points.first?.attributes.first?.key.hasPrefix(start) == true)
            #expect(counter.remove(labels))
            _ = points
            counter.add(2, labels)
            #expect(points.map(\.int) == [2])
            #expect(counter.remove(labels))
        }
    }

    @Test(arguments: [8, 16, 17, 64, 1025, 3000])
    func aDifferenceAnywhereInAValueTellsSeriesApart(_ length: Int) {
        let places = Set([0, 1, 7, 8, 9, length / 2, length - 9, length - 8, length - 2, length - 1])
            .filter { $0 >= 0 && $0 < length }
        let plain = [UInt8](repeating: 0x61, count: length)
        counter.add(1, ["text": .string(String(decoding: plain, as: UTF8.self))])
        for place in places {
            var changed = plain
            changed[place] = 0x62
            counter.add(1, ["text": .string(String(decoding: changed, as: UTF8.self))])
        }
        #expect(points.count == places.count + 1)
        #expect(points.allSatisfy { $0.int == 1 })
    }

    @Test func aDifferenceAnywhereInALongKeyTellsSeriesApart() {
        let plain = [UInt8](repeating: 0x61, count: 1100)
        for place in [0, 7, 8, 550, 1090, 1099] {
            var changed = plain
            changed[place] = 0x62
            counter.add(1, Self.one(String(decoding: changed, as: UTF8.self), "x"))
        }
        #expect(points.count == 6)
    }

    @Test func keysThatShareTheirFirstEightBytesAreTakenInAnyOrder() {
        let keys = [
            "größenordnung", "größenordner", "größe", "größen", "größenx", "größeny.a", "größeny.b", "日本語の一",
            "日本語の二",
        ]
        for shift in keys.indices {
            let turned = keys[shift...] + keys[..<shift]
            counter.add(1, Attributes(turned.map { ($0, AttributeValue.string($0)) }))
        }
        counter.add(1, ["日本語の二": "b", "日本語の一": "a"])
        counter.add(1, ["日本語の一": "a", "日本語の二": "b"])
        #expect(points.map(\.int) == [9, 2])
        let sorted = points.first?.attributes.map(\.key) ?? []
        #expect(sorted == keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test func keysThatDifferInANulAreDifferentKeys() {
        counter.add(1, ["a": 1, "a\0": 2])
        counter.add(1, ["a\0": 2, "a": 1])
        counter.add(1, ["a\0": 1])
        counter.add(1, ["a": 1])
        #expect(points.map(\.int) == [2, 1, 1])
    }

    @Test func manyAttributesGiveOneSeriesInAnyOrder() {
        let pairs = (0..<200).map { ("attribute.\($0)", AttributeValue.int($0)) }
        counter.add(1, Attributes(pairs))
        counter.add(1, Attributes(pairs.reversed()))
        counter.add(1, Attributes(pairs + pairs))
        #expect(points.map(\.int) == [3])
        #expect(points.first?.attributes.count == 200)
        #expect(points.first?.attributes["attribute.137"] == 137)
    }

    @Test func oneValueAmongManyTellsSeriesApart() {
        let pairs = (0..<100).map { ("k\($0)", AttributeValue.string("v\($0)")) }
        for changed in stride(from: 0, to: 100, by: 9) {
            var others = pairs
            others[changed].1 = "other"
            counter.add(1, Attributes(others))
        }
        #expect(points.count == 12)
    }

    @Test func longArraysAreKept() {
        let texts = (0..<500).map { String(repeating: "x", count: $0 % 40) }
        counter.add(1, ["texts": .strings(texts), "ints": .ints(Array(0..<500))])
        counter.add(1, ["ints": .ints(Array(0..<500)), "texts": .strings(texts)])
        #expect(points.map(\.int) == [2])
        #expect(points.first?.attributes["texts"] == .strings(texts))
        #expect(points.first?.attributes["ints"] == .ints(Array(0..<500)))
    }
}
