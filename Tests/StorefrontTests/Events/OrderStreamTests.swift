import Testing
import Vitals
import VitalsSQLite

@testable import storefront

@Suite struct OrderStreamTests {
    private let bench = Bench()

    /// Lets a processor see these messages to their end, and gives what it stored.
    private func process(_ messages: [Envelope], _ tally: Tally) async throws -> [SQLiteDatabase.Row] {
        let database = try bench.database()
        let telemetry = StreamProcessorTelemetry(OrderStream.name, meter: bench.meter)
        let queue = EventQueue(capacity: messages.count, telemetry: telemetry)
        let stream = OrderStream(
            queue, database: database,
            messaging: MessagingTelemetry(system: "storefront", meter: bench.meter, tracer: bench.tracer),
            telemetry: telemetry, tracer: bench.tracer, tally: tally)
        for message in messages { try await queue.send(message) }
        await queue.close()
        try await stream.run()
        return try await database.sqliteRows("SELECT began_at, buyers FROM buyers_by_window ORDER BY began_at")
    }

    private func message(_ id: Int64, buyer: Int64, seconds: UInt64) -> Envelope {
        let event = OrderPlaced(id: id, buyer: buyer, cents: 100, began: seconds * 1_000_000_000)
        return Envelope(id: "\(id)", destination: OrderStream.name, body: event.body)
    }

    @Test func eachEventEndsAsOneThing() async throws {
        let invalid = Envelope(id: "9", destination: OrderStream.name)
        // (what the case is, the messages, processed, dropped, deduplicated, the windows)
        let table: [(String, [Envelope], Int, Int, Int, [SQLiteDatabase.Row])] = [
            (
                "two buyers", [message(1, buyer: 1, seconds: 5), message(2, buyer: 2, seconds: 6)], 2, 0, 0,
                [[.integer(5), .integer(2)]]
            ),
            (
                "a buyer twice in a window", [message(1, buyer: 1, seconds: 5), message(2, buyer: 1, seconds: 6)],
                1, 0, 1, [[.integer(5), .integer(1)]]
            ),
            (
                "a buyer in two windows", [message(1, buyer: 1, seconds: 5), message(2, buyer: 1, seconds: 10)],
                2, 0, 0, [[.integer(5), .integer(1)], [.integer(10), .integer(1)]]
            ),
            (
                "one that is late comes again",
                [
                    message(1, buyer: 1, seconds: 50), message(2, buyer: 2, seconds: 5),
                    message(2, buyer: 2, seconds: 5),
                ], 1, 1, 1, [[.integer(50), .integer(1)]]
            ),
            (
                "one comes again when its window is closed",
                [
                    message(1, buyer: 1, seconds: 5), message(2, buyer: 2, seconds: 50),
                    message(1, buyer: 1, seconds: 5),
                ], 2, 0, 1, [[.integer(5), .integer(1)], [.integer(50), .integer(1)]]
            ),
            ("one that nobody understands comes again", [invalid, invalid], 0, 1, 1, []),
        ]
        for (name, messages, processed, dropped, deduplicated, windows) in table {
            let tally = Tally()
            #expect(try await process(messages, tally) == windows, "\(name)")
            let counts = [tally.processed.value, tally.dropped.value, tally.deduplicated.value]
            #expect(counts == [processed, dropped, deduplicated], "\(name)")
        }
    }
}
