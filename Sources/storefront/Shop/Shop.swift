import Vitals
import VitalsSQLite

/// The shop with everything it needs, from start to shutdown.
final class Shop: Sendable {
    let endpoint: Endpoint
    let tally: Tally
    private let database: ShopDatabase
    private let client: HTTPClient
    private let relay: OutboxRelay
    private let queue: EventQueue
    private let relaying: Task<Void, Never>
    private let processing: Task<Void, any Error>

    /// - Parameter payment: Where the payment service is.
    init(_ options: ShopOptions, payment: String, telemetry: Telemetry) throws {
        let meter = telemetry.meter("storefront", version: VitalsVersion.current)
        let tracer = telemetry.tracer("storefront", version: VitalsVersion.current)
        let tally = Tally()
        _ = ProcessTelemetry(meter: meter)

        let database = try ShopDatabase(
            options.database, telemetry: DatabaseTelemetry(system: "sqlite", meter: meter, tracer: tracer))
        let messaging = MessagingTelemetry(system: "storefront", consumerGroup: "windows", meter: meter, tracer: tracer)
        let client = try HTTPClient(limit: 256)
        let payments = PaymentClient(
            payment, client: client,
            api: ExternalAPITelemetry(service: "payment.Payments", meter: meter, tracer: tracer),
            http: HTTPClientTelemetry(meter: meter, tracer: tracer))

        let capacity = 256
        let stream = StreamProcessorTelemetry(OrderStream.name, capacity: capacity, meter: meter)
        let queue = EventQueue(capacity: capacity, telemetry: stream)
        let orders = OrderStream(queue, database: database, messaging: messaging, telemetry: stream, tally: tally)
        let relay = OutboxRelay(messaging) {
            try await database.pendingMessages($0)
        } send: {
            try await queue.send($0)
        } sent: {
            try await database.removeMessages($0)
        }

        let routes = ShopRoutes(
            database: database,
            sessions: SessionStore(
                database, telemetry: CacheTelemetry("sessions", system: "memory", meter: meter, tracer: tracer)),
            checkout: Checkout(
                database, payments: payments, messaging: messaging, metrics: OrderMetrics(meter), tracer: tracer),
            tally: tally)
        endpoint = try ServiceEndpoint.open(port: options.port, meter: meter) { endpoint in
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

    /// Closes the port, lets requests finish, and sees all events to their end.
    func shutdown(until deadline: Deadline) {
        endpoint.shutdown(timeout: min(.seconds(2), deadline.left))
        client.shutdown()
        let drained = block(until: deadline) { [relaying, processing, relay, queue, database] in
            relaying.cancel()
            let isEmpty = await relay.drain(within: deadline.left)
            await queue.close()
            do { try await processing.value } catch { Console.complain("events were not processed: \(error)") }
            await database.close()
            return isEmpty
        }
        if drained != true { Console.complain("not all events were processed in time; they come after the next start") }
    }
}
