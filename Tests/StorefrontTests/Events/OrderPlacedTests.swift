import Testing

@testable import storefront

@Suite struct OrderPlacedTests {
    @Test func anEventIsReadAsItWasWritten() {
        let event = OrderPlaced(id: .max, buyer: 2, cents: -3, began: .max)
        #expect(OrderPlaced(event.body) == event)
    }

    @Test func whatIsNoEventIsNone() {
        let table = [
            "", "order=1", "order=1&buyer=2&cents=3", "order=1&buyer=2&cents=3&began=-4",
            "order=1&buyer=2&cents=x&began=4",
            "order=99999999999999999999&buyer=2&cents=3&began=4", "order", "&&&", "=1&buyer=2&cents=3&began=4",
        ]
        for text in table { #expect(OrderPlaced(Array(text.utf8)) == nil, "\(text)") }
        #expect(OrderPlaced([0xFF, 0xFE]) == nil)
    }
}
