import Testing

@testable import storefront

@Suite struct BoundedCacheTests {
    @Test func theOldestMakesRoom() {
        var cache = BoundedCache<Int, String>(capacity: 3)
        for number in 1...5 { cache.put("\(number)", for: number) }
        #expect((1...5).map { cache[$0] } == [nil, nil, "3", "4", "5"])
    }

    @Test func aValueCanBeReplaced() {
        var cache = BoundedCache<Int, String>(capacity: 2)
        cache.put("a", for: 1)
        cache.put("b", for: 2)
        cache.put("c", for: 1)
        #expect([cache[1], cache[2]] == ["c", "b"])
        cache.put("d", for: 3)
        #expect([cache[1], cache[2], cache[3]] == [nil, "b", "d"])
    }

    @Test func thereIsRoomForOneAtLeast() {
        var cache = BoundedCache<Int, Int>(capacity: 0)
        for number in 0..<10 { cache.put(number, for: number) }
        #expect(cache[9] == 9 && cache[8] == nil)
    }
}
