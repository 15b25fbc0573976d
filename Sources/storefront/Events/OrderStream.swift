import CVitals
import Vitals

/// The stream processor: reads the events of orders, and says for each five seconds how many people bought, and for how
/// much.
actor OrderStream {
    static let name = "orders"
    private static let idleTime = Duration.seconds(2)

    private let queue: EventQueue
    private let messaging: MessagingTelemetry
    private let telemetry: StreamProcessorTelemetry
    private let database: ShopDatabase
    private let tally: Tally
    private var windows = TumblingWindows(length: .seconds(5), lateness: .seconds(1))
    private var lastArrival = vitals_monotonic_nanoseconds()

    init(
        _ queue: EventQueue, database: ShopDatabase, messaging: MessagingTelemetry, telemetry: StreamProcessorTelemetry,
        tally: Tally
    ) {
        self.queue = queue
        self.database = database
        self.messaging = messaging
        self.telemetry = telemetry
        self.tally = tally
    }

    /// Processes events until the queue is closed and empty, and closes the last windows.
    func run() async throws {
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(500))
                await self.tick()
            }
        }
        defer { clock.cancel() }
        while true {
            let messages = try await messaging.receive(from: Self.name) { await queue.receive() }
            if messages.isEmpty { break }
            for message in messages { try await process(message) }
        }
        for window in windows.closeAll() { await evaluate(window) }
    }

    /// Each event belongs to the trace of the checkout that made it.
    private func process(_ message: Envelope) async throws {
        lastArrival = vitals_monotonic_nanoseconds()
        telemetry.received()
        try await messaging.process(message) { span in
            guard let event = OrderPlaced(message.body) else {
                telemetry.dropped(.invalid)
                tally.dropped.add()
                return
            }
            let verdict = telemetry.state("put") { windows.add(event) }
            switch verdict {
            case .counted:
                telemetry.processed(in: .nanoseconds(Int64(vitals_monotonic_nanoseconds() &- lastArrival)))
                tally.processed.add()
            case .duplicate:
                telemetry.deduplicated()
                tally.deduplicated.add()
            case .late:
                telemetry.dropped(.late)
                tally.dropped.add()
            }
            if span.isRecording { span["shop.event.verdict"] = "\(verdict)" }
            telemetry.watermark(at: windows.watermark)
        }
        await closeWindows()
    }

    /// Without events time goes on as well.
    private func tick() async {
        let idle = vitals_monotonic_nanoseconds() &- lastArrival
        guard idle > Self.idleTime.nanoseconds else { return }
        windows.advance(to: vitals_unix_nanoseconds() &- Self.idleTime.nanoseconds)
        telemetry.watermark(at: windows.watermark)
        await closeWindows()
    }

    private func closeWindows() async {
        for window in telemetry.state("delete", { windows.close() }) { await evaluate(window) }
    }

    private func evaluate(_ window: TumblingWindows.Window) async {
        telemetry.triggered(Self.name)
        let summary = telemetry.aggregate("revenue") { WindowSummary(window) }
        do {
            try await database.store(summary)
        } catch {
            Console.complain("the window of \(summary.began / 1_000_000_000) is lost: \(error)")
        }
    }
}
