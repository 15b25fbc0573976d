/// The event that tells of an order.
struct OrderPlaced: Sendable, Equatable {
    let id: Int64
    let buyer: Int64
    let cents: Int64
    /// When the customer began to check out, in unix nanoseconds: the time of the event.
    let began: UInt64

    init(id: Int64, buyer: Int64, cents: Int64, began: UInt64) {
        self.id = id
        self.buyer = buyer
        self.cents = cents
        self.began = began
    }

    /// Nil if the body of a message is no such event.
    init?(_ body: [UInt8]) {
        guard let fields = Fields(body), let id: Int64 = fields.number("order"),
            let buyer: Int64 = fields.number("buyer"),
            let cents: Int64 = fields.number("cents"), let began: UInt64 = fields.number("began")
        else { return nil }
        self.init(id: id, buyer: buyer, cents: cents, began: began)
    }

    var body: [UInt8] {
        Fields.bytes(["order": "\(id)", "buyer": "\(buyer)", "cents": "\(cents)", "began": "\(began)"])
    }
}
