import CMicrohttpd
import VitalsMetrics

/// A connection of the server's.
///
/// Unchecked, because it is only used by the thread of the server, or while the server has it suspended.
struct HTTPConnection: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// A request and its answer.
final class Exchange: Sendable {
    private struct State {
        var body: [UInt8] = []
        var received = 0
        var isDispatched = false
        var answer: Answer?
        var suspended: HTTPConnection?
        var whenDone: (@Sendable () -> Void)?
    }

    let connection: Connection
    let method: String
    /// `1.0` or `1.1`.
    let version: String
    let headers: [(name: String, value: String)]
    let plan: Plan
    /// When its request line arrived.
    let began: UInt64
    private let state = Locked(State())

    init(
        _ connection: Connection, method: String, version: String, headers: [(name: String, value: String)],
        plan: Plan, began: UInt64
    ) {
        self.connection = connection
        self.method = method
        self.version = version
        self.headers = headers
        self.plan = plan
        self.began = began
    }

    var answer: Answer? { state.withLock { $0.answer } }
    var body: [UInt8] { state.withLock { $0.body } }
    var received: Int { state.withLock { $0.received } }

    func header(_ name: String) -> String? {
        headers.first { HeaderText.isSame($0.name, name) }?.value
    }

    /// Takes a piece of the body; keeps it unless there is more than `limit`.
    func receive(_ bytes: UnsafeRawBufferPointer, keepingUpTo limit: Int) {
        state.withLock { state in
            state.received += bytes.count
            if state.received > limit { state.body = [] } else { state.body.append(contentsOf: bytes) }
        }
    }

    var wasDispatched: Bool { state.withLock { $0.isDispatched } }

    /// True for the first who asks.
    func claimDispatch() -> Bool {
        state.withLock { state in
            defer { state.isDispatched = true }
            return !state.isDispatched
        }
    }

    /// Suspends the connection until there is an answer. False if there is one already: whoever wakes connections up
    /// has been here, and would not come again.
    func suspend(_ connection: HTTPConnection) -> Bool {
        state.withLock { state in
            guard state.answer == nil else { return false }
            MHD_suspend_connection(connection.pointer)
            state.suspended = connection
            return true
        }
    }

    /// Has `body` called when an answer is there, also if that is a timeout.
    func onAnswer(_ body: @escaping @Sendable () -> Void) {
        let isDone = state.withLock { state in
            guard state.answer == nil else { return true }
            state.whenDone = body
            return false
        }
        if isDone { body() }
    }

    /// Settles the answer, unless there is one, and wakes the connection if it waits. False if there was one.
    @discardableResult
    func resolve(_ answer: Answer) -> Bool {
        let (isFirst, whenDone) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard state.answer == nil else { return (false, nil) }
            state.answer = answer
            // Within the lock: nobody may resume it twice, and once it is resumed it may end at any time.
            if let suspended = state.suspended { MHD_resume_connection(suspended.pointer) }
            state.suspended = nil
            defer { state.whenDone = nil }
            return (true, state.whenDone)
        }
        if isFirst { connection.daemon.forget(self) }
        whenDone?()
        return isFirst
    }
}
