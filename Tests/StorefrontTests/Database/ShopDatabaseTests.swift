import Testing
import Vitals
import VitalsSQLite

@testable import storefront

@Suite struct ShopDatabaseTests {
    private let bench = Bench()

    private func message(_ order: OrderPlaced) -> Envelope {
        Envelope(
            id: "\(order.id)", destination: "orders", headers: [("traceparent", "00-a-b-01")], body: order.body)
    }

    @Test func aNewDatabaseIsAlwaysTheSame() async throws {
        let database = try bench.database()
        let user = try await database.user(1)
        #expect(user?.json == "{\"id\":1,\"name\":\"Ada Baker\",\"email\":\"ada.baker@example.com\"}\n")
        #expect(try await database.user(Int64(Schema.users)) != nil)
        #expect(try await database.user(Int64(Schema.users) + 1) == nil)
        let session = try await database.session(1)
        #expect(session?.json == "{\"id\":1,\"user\":38,\"started_at\":1700000061}\n")
        #expect(try await database.session(Int64(Schema.sessions) + 1) == nil)
        let cart = Cart(id: 7, buyer: 172, paymentMethod: "paypal", items: 2, cents: 14498)
        #expect(try await database.cart(7) == cart)
        #expect(try await database.cart(0) == nil)
        #expect(try await database.cart(.max) == nil)
    }

    @Test func everyCartCanBePaid() async throws {
        let database = try bench.database()
        for id in 1...Int64(Schema.carts) {
            guard let cart = try await database.cart(id) else {
                Issue.record("there is no cart \(id)")
                return
            }
            #expect(cart.items > 0 && cart.cents > 0 && (1...Int64(Schema.users)).contains(cart.buyer))
        }
    }

    @Test func anOrderComesWithItsMessage() async throws {
        let database = try bench.database()
        guard let cart = try await database.cart(1) else {
            Issue.record("there is no cart")
            return
        }
        let first = try await database.place(cart, began: 17, message: message)
        let second = try await database.place(cart, began: 18, message: message)
        #expect(first == OrderPlaced(id: first.id, buyer: cart.buyer, cents: cart.cents, began: 17))
        let pending = try await database.pendingMessages(10)
        #expect(pending.map(\.id) == ["\(first.id)", "\(second.id)"])
        #expect(pending.map(\.destination) == ["orders", "orders"])
        #expect(pending.map { OrderPlaced($0.body) } == [first, second])
        #expect(pending.first?.headers.map(\.1) == ["00-a-b-01"])
        #expect(try await database.pendingMessages(1).count == 1)
        try await database.removeMessages(["\(first.id)", "nonsense"])
        #expect(try await database.pendingMessages(10).map(\.id) == ["\(second.id)"])
        try await database.removeMessages(["\(second.id)"])
        #expect(try await database.pendingMessages(10).isEmpty)
    }

    @Test func aRowOfTheOutboxThatIsNoMessageIsNotPassedOver() async throws {
        let database = try bench.database()
        guard let cart = try await database.cart(1) else {
            Issue.record("there is no cart")
            return
        }
        let order = try await database.place(cart, began: 17, message: message)
        _ = try await database.sqliteRows("UPDATE outbox SET body = 'text'")
        let error = await #expect(throws: UnreadableMessage.self) { try await database.pendingMessages(10) }
        #expect(error?.description.contains("\(order.id)") == true)
    }

    @Test func whatIsStoredSurvives() async throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/shop.sqlite"
        let database = try bench.database(file)
        guard let cart = try await database.cart(1) else {
            Issue.record("there is no cart")
            return
        }
        let order = try await database.place(cart, began: 17, message: message)
        await database.close()
        await #expect(throws: SQLiteError.self) { try await database.user(1) }
        let again = try bench.database(file)
        #expect(try await again.pendingMessages(10).compactMap { OrderPlaced($0.body) } == [order])
        #expect(try await again.user(2)?.name == "Ada Carter")
        await again.close()
    }

    @Test func aWindowThatWasCutByARestartIsAddedTo() async throws {
        let database = try bench.database()
        var windows = TumblingWindows(length: .seconds(5), lateness: .zero)
        windows.add(OrderPlaced(id: 1, buyer: 1, cents: 200, began: 5_000_000_000))
        for window in windows.closeAll() {
            try await database.store(WindowSummary(window))
            try await database.store(WindowSummary(window))
        }
        let rows = try await database.sqliteRows("SELECT began_at, buyers, cents FROM windows")
        #expect(rows == [[.integer(5), .integer(2), .integer(400)]])
    }

    @Test func aFileThatIsNoDatabaseIsAnErrorWithItsName() throws {
        let error = #expect(throws: (any Error).self) { try bench.database("/nowhere/shop.sqlite") }
        #expect("\(error as Any)".contains("/nowhere/shop.sqlite"))
    }
}

extension ShopDatabase {
    func sqliteRows(_ statement: String) throws -> [SQLiteDatabase.Row] { try sqlite.run(statement) }
}
