import CVitals
import Vitals

/// The stream processor: reads the events of orders, and says for each five seconds how many people bought. A second
/// order of somebody who is in the window already changes nothing, and is counted as deduplicated.
///
/// The outbox forgets an event when the queue has it, so a process that is killed loses what waits in the queue and what
/// its open windows have counted: some buyers of the last seconds, never an order. An orderly end loses neither.
actor OrderStream {
    static let name = "orders"
    private static let window = "5s"
    private static let idleTime = Duration.seconds(2)
    /// How many messages are remembered: far more than the relay sends again when it could not note what it had sent.
    private static let memory = 10_000

    private let queue: EventQueue
    private let messaging: MessagingTelemetry
    private let telemetry: StreamProcessorTelemetry
    private let database: ShopDatabase
    private let tracer: Tracer
    private let tally: Tally
    private var windows = TumblingWindows(length: .seconds(5), lateness: .seconds(1))
    /// The ids of messages that were processed lately. A restart forgets them.
    private var known = BoundedCache<String, Void>(capacity: memory)
    private var lastArrival = vitals_monotonic_nanoseconds()

    init(
        _ queue: EventQueue, database: ShopDatabase, messaging: MessagingTelemetry, telemetry: StreamProcessorTelemetry,
        tracer: Tracer, tally: Tally
    ) {
        self.queue = queue
        self.database = database
        self.messaging = messaging
        self.telemetry = telemetry
        self.tracer = tracer
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
        // Waiting is no part of receiving: a quiet queue is not a slow one.
        while await queue.hasMessages() {
            let messages = try await messaging.receive(from: Self.name) { await queue.receive() }
            for message in messages { try await process(message) }
            await closeWindows()
        }
        // It may be storing a window.
        clock.cancel()
        _ = await clock.result
        for window in windows.closeAll() { await evaluate(window, .processingTime) }
    }

    /// Processes an event in the trace of the checkout that made it. Each ends as one of processed, dropped and
    /// deduplicated; one that is sent again is deduplicated, whatever became of it the first time.
    private func process(_ message: Envelope) async throws {
        lastArrival = vitals_monotonic_nanoseconds()
        try await messaging.process(message) { span in
            let isKnown = telemetry.state(.get) { known[message.id] != nil }
            guard !isKnown else {
                telemetry.deduplicated()
                tally.deduplicated.add()
                return
            }
            known.put((), for: message.id)
            guard let event = OrderPlaced(message.body) else {
                telemetry.dropped(.invalid)
                tally.dropped.add()
                return
            }
            let verdict = telemetry.state(.get) { windows.verdict(on: event) }
            if span.isRecording { span["shop.event.verdict"] = .string("\(verdict)") }
            switch verdict {
            case .new:
                telemetry.process(eventAt: event.began) {
                    telemetry.state(.put) { windows.add(event) }
                }
                tally.processed.add()
            case .duplicate:
                telemetry.deduplicated()
                tally.deduplicated.add()
            case .late:
                telemetry.dropped(.late)
                tally.dropped.add()
            }
            windows.advance(to: event.began)
        }
    }

    /// Without events time goes on as well.
    private func tick() async {
        let idle = vitals_monotonic_nanoseconds() &- lastArrival
        guard idle > Self.idleTime.nanoseconds else { return }
        windows.advance(to: vitals_unix_nanoseconds() &- Self.idleTime.nanoseconds)
        await closeWindows()
    }

    private func closeWindows() async {
        telemetry.watermark(at: windows.watermark)
        let due = windows.close()
        telemetry.opened(windows.openCount, of: Self.window)
        telemetry.remembered(windows.buyerCount + known.count)
        for window in due { await evaluate(window, .watermark) }
    }

    private func evaluate(_ window: TumblingWindows.Window, _ trigger: StreamProcessorTelemetry.Trigger) async {
        telemetry.triggered(Self.window, by: trigger)
        do {
            try await tracer.withSpan("store window") { _ in
                let summary = telemetry.aggregate("buyers") { WindowSummary(window) }
                try await telemetry.state(.checkpoint) { try await database.store(summary) }
            }
        } catch {
            Console.complain(
                "error: the window of \(window.began / 1_000_000_000), buyers: \(window.buyers.count), is lost: \(error)"
            )
        }
    }
}
