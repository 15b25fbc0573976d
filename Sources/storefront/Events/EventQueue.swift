import Vitals

/// The event bus: a queue between one sender and one receiver. Who sends to a full one waits, so nothing is dropped; but
/// it is a stand-in for a bus that keeps what it was given, as this one is gone when the process dies.
actor EventQueue {
    private let capacity: Int
    private let telemetry: StreamProcessorTelemetry
    private var messages: [Envelope] = []
    private var sender: CheckedContinuation<Void, Never>?
    private var receiver: CheckedContinuation<Void, Never>?
    private var isClosed = false

    init(capacity: Int, telemetry: StreamProcessorTelemetry) {
        self.capacity = capacity
        self.telemetry = telemetry
    }

    /// Puts a message at the end, when there is room.
    func send(_ message: Envelope) async throws {
        while messages.count >= capacity, !isClosed {
            await withCheckedContinuation { sender = $0 }
        }
        guard !isClosed else { throw QueueClosed() }
        telemetry.received()
        messages.append(message)
        telemetry.queued(messages.count)
        receiver?.resume()
        receiver = nil
    }

    /// Waits for messages; false if there will be none, because the queue is closed and empty.
    func hasMessages() async -> Bool {
        while messages.isEmpty, !isClosed {
            await withCheckedContinuation { receiver = $0 }
        }
        return !messages.isEmpty
    }

    /// Takes all messages that are there.
    func receive() -> [Envelope] {
        let received = messages
        messages = []
        telemetry.queued(0)
        sender?.resume()
        sender = nil
        return received
    }

    /// Takes no further messages.
    func close() {
        isClosed = true
        sender?.resume()
        sender = nil
        receiver?.resume()
        receiver = nil
    }
}

/// The queue takes no further messages: the shop is shutting down.
struct QueueClosed: Error {}
