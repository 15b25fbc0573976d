import Synchronization
import Vitals
import VitalsSQLite

/// The shop with everything it needs, from start to shutdown.
final class Shop: Sendable {
    private static let queueCapacity = 256

    let endpoint: Endpoint
    let tally: Tally
    private let database: ShopDatabase
    private let client: HTTPClient
    private let relay: OutboxRelay
    private let queue: EventQueue
    private let relaying: Task<Void, Never>
    private let processing: Task<Void, any Error>
    private let isOpen = Atomic(true)

    /// Opens its database, which may wait for others that use it.
    static func openDatabase(_ options: ShopOptions, meter: Meter, tracer: Tracer) throws -> ShopDatabase {
        try tracer.withSpan("open database") { _ in
            do {
                return try ShopDatabase(
                    options.database,
                    telemetry: DatabaseTelemetry(system: "sqlite", namespace: "shop", meter: meter, tracer: tracer))
            } catch let error as SQLiteError {
                throw StartError(description: "the database: \(error); the option is --database")
            }
        }
    }

    /// - Parameter payment: Where the payment service is.
    init(
        _ options: ShopOptions, database: ShopDatabase, payment: ServiceAddress, meter: Meter, tracer: Tracer
    ) throws {
        let tally = Tally()
        let client = try HTTPClient(limit: 256)
        let payments = PaymentClient(
            payment.url, client: client,
            api: ExternalAPITelemetry(
                service: "payment.Payments", address: payment.host, port: payment.port, meter: meter, tracer: tracer),
            http: HTTPClientTelemetry(meter: meter, tracer: tracer))
        let messaging = MessagingTelemetry(system: "storefront", consumerGroup: "windows", meter: meter, tracer: tracer)

        let stream = StreamProcessorTelemetry(OrderStream.name, capacity: Self.queueCapacity, meter: meter)
        let queue = EventQueue(capacity: Self.queueCapacity, telemetry: stream)
        let orders = OrderStream(
            queue, database: database, messaging: messaging, telemetry: stream, tracer: tracer, tally: tally)
        let relay = OutboxRelay(messaging) {
            try await database.pendingMessages($0)
        } send: {
            try await queue.send($0)
        } sent: { ids in
            try await tracer.withSpan("forget sent messages") { _ in try await database.removeMessages(ids) }
        }

        let routes = ShopRoutes(
            database: database,
            sessions: SessionStore(
                database, telemetry: CacheTelemetry("sessions", system: "memory", meter: meter, tracer: tracer)),
            checkout: Checkout(
                database, payments: payments, messaging: messaging, metrics: OrderMetrics(meter), tracer: tracer,
                tally: tally),
            tally: tally)
        endpoint = try ServiceEndpoint.open(port: options.port, host: options.host, meter: meter) { endpoint in
            try routes.add(to: endpoint, HTTPServerTelemetry(meter: meter, tracer: tracer))
        }
        self.database = database
        self.client = client
        self.queue = queue
        self.relay = relay
        self.tally = tally
        relaying = Task { await relay.run(every: .milliseconds(100)) }
        processing = Task { try await orders.run() }
    }

    /// Throws when the shop takes no requests.
    @Sendable func checkReadiness() throws {
        guard isOpen.load(ordering: .relaxed) else { throw ShopClosed() }
    }

    /// Closes the port, and lets requests finish for two seconds at most.
    func close() {
        isOpen.store(false, ordering: .relaxed)
        endpoint.shutdown(timeout: .seconds(2))
        client.shutdown()
    }

    /// After it was closed: sees all orders and their events to the end. False if there was no time for all of them.
    func drain(until deadline: Deadline) async -> Bool {
        // Whose payment was accepted gets the order, even if nobody waits for the answer. Payments that had no answer
        // when the client was shut down are given up: the payment service may have charged them, or not.
        while tally.checkoutsOver.value < tally.checkoutsBegun.value, !deadline.isOver {
            _ = try? await Task.sleep(for: .milliseconds(2))
        }
        relaying.cancel()
        // The rest of the time is for the windows, which nothing keeps.
        let isEmpty = await relay.drain(within: deadline.left / 2)
        await queue.close()
        do { try await processing.value } catch { Console.complain("events were not processed: \(error)") }
        await database.close()
        return isEmpty
    }
}

/// The shop takes no requests any more.
struct ShopClosed: Error, CustomStringConvertible {
    let description = "the shop is closing"
}
