/// What a user wants to buy.
struct Cart: Sendable, Equatable {
    let id: Int64
    let buyer: Int64
    let paymentMethod: String
    let items: Int
    /// The price of everything.
    let cents: Int64
}
