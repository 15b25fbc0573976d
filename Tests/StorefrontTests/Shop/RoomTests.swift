import Testing

@testable import storefront

@Suite struct RoomTests {
    @Test func whoLeavesMakesRoom() {
        let room = Room(for: 2)
        #expect(room.enter() && room.enter())
        #expect(!room.enter())
        #expect(!room.enter())
        room.leave()
        #expect(room.enter())
        #expect(!room.enter())
    }
}
