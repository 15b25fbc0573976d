import Vitals

/// The event bus: a queue between one sender and one receiver. Who sends to a full one waits, so nothing is dropped.
actor EventQueue {
    let capacity: Int
    private var messages: [Envelope] = []
    private var sender: CheckedContinuation<Void, Never>?
    private var receiver: CheckedContinuation<Void, Never>?
    private var isClosed = false
    /// Is told how many messages wait.
    private let onCount: @Sendable (Int) -> Void

    init(capacity: Int, onCount: @escaping @Sendable (Int) -> Void) {
        self.capacity = capacity
        self.onCount = onCount
    }

    /// Puts a message at the end, when there is room.
    func send(_ message: Envelope) async throws {
        while messages.count >= capacity, !isClosed {
            await withCheckedContinuation { sender = $0 }
        }
        guard !isClosed else { throw QueueClosed() }
        messages.append(message)
        onCount(messages.count)
        receiver?.resume()
        receiver = nil
    }

    /// Takes all messages, when there are any; none when the queue is closed and empty.
    func receive() async -> [Envelope] {
        while messages.isEmpty, !isClosed {
            await withCheckedContinuation { receiver = $0 }
        }
        let received = messages
        messages = []
        onCount(0)
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
