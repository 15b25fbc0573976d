import CVitals
import Vitals

/// Makes an order of a cart: looks at the cart, charges the customer, places the order.
struct Checkout: Sendable {
    enum Outcome: Sendable, Equatable {
        case placed(OrderPlaced)
        case unknownCart
        case emptyCart
        case declined
        /// So many checkouts are under way already.
        case crowded(Int)
    }

    /// How many may be under way: a payment service that hangs leaves the other requests their room.
    private static let limit = 64

    private let database: ShopDatabase
    private let payments: PaymentClient
    private let messaging: MessagingTelemetry
    private let metrics: OrderMetrics
    private let tracer: Tracer
    private let tally: Tally
    private let room: Room

    init(
        _ database: ShopDatabase, payments: PaymentClient, messaging: MessagingTelemetry, metrics: OrderMetrics,
        tracer: Tracer, tally: Tally, limit: Int = Self.limit
    ) {
        self.database = database
        self.payments = payments
        self.messaging = messaging
        self.metrics = metrics
        self.tracer = tracer
        self.tally = tally
        room = Room(for: limit)
    }

    /// Throws if the database or the payment service cannot do its part; then there is no order. `OrderUnplaced` if the
    /// customer has paid all the same: somebody has to give the money back, which a real shop would do by itself.
    func run(_ cart: Int64) async throws -> Outcome {
        let began = vitals_unix_nanoseconds()
        guard room.enter() else {
            count(.crowded(room.size))
            return .crowded(room.size)
        }
        metrics.inFlight.add(1)
        tally.checkoutsBegun.add()
        defer {
            metrics.inFlight.add(-1)
            tally.checkoutsOver.add()
            room.leave()
        }
        do {
            let outcome = try await order(cart, began)
            count(outcome)
            return outcome
        } catch {
            metrics.refused[reason(error)].add(1)
            throw error
        }
    }

    private func order(_ id: Int64, _ began: UInt64) async throws -> Outcome {
        let cart = try await tracer.withSpan("validate cart") { span in
            let cart = try await database.cart(id)
            if span.isRecording, let cart { span["shop.cart.items"] = .int(cart.items) }
            return cart
        }
        guard let cart else { return .unknownCart }
        guard cart.items > 0 else { return .emptyCart }

        let key = "\(id)-\(began)"
        let answer = try await tracer.withSpan("charge") { span in
            if span.isRecording { span["shop.payment.method"] = .string(cart.paymentMethod) }
            return try await payments.charge(key: key, cents: cart.cents, method: cart.paymentMethod)
        }
        guard answer == .accepted else { return .declined }

        let order: OrderPlaced
        do {
            order = try await place(cart, began)
        } catch {
            Console.complain("error: the cart \(id) was paid with the key \(key), and could not be placed: \(error)")
            throw OrderUnplaced()
        }
        // Exactly once for each order that was committed, and inside the request's span, so that it leads to the trace.
        metrics.placed[cart.paymentMethod].add(1)
        metrics.value.record(Double(cart.cents) / 100)
        tally.orders.add()
        return .placed(order)
    }

    private func place(_ cart: Cart, _ began: UInt64) async throws -> OrderPlaced {
        try await tracer.withSpan("place order") { span in
            let order = try await database.place(cart, began: began) { [messaging] order in
                messaging.create(Envelope(id: "\(order.id)", destination: OrderStream.name, body: order.body))
            }
            if span.isRecording { span["shop.order.id"] = .int(Int(order.id)) }
            return order
        }
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case is PaymentUnavailable: "payment_unavailable"
        case is OrderUnplaced: "unplaced"
        case is CancellationError: "cancelled"
        default: "error"
        }
    }

    private func count(_ outcome: Outcome) {
        switch outcome {
        case .placed: break
        case .unknownCart: metrics.refused["unknown_cart"].add(1)
        case .emptyCart: metrics.refused["empty_cart"].add(1)
        case .declined: metrics.refused["declined"].add(1)
        case .crowded: metrics.refused["crowded"].add(1)
        }
    }
}

/// An order was paid and is not there.
struct OrderUnplaced: Error {}
