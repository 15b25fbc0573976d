import CMicrohttpd
import CVitals
import VitalsMetrics

/// One request and its answer. While somebody works on the answer, the connection is suspended; the first answer counts,
/// and it wakes the connection up.
final class Exchange: Sendable {
    private struct State {
        /// The suspended connection; zero if it is not.
        var suspended: UInt = 0
        var answer: Answer?
        var head: Head?
        var body: [UInt8] = []
        var isBodyTooLarge = false
    }

    /// What is known once the headers are there.
    struct Head: Sendable {
        let method: String
        let headers: [(name: String, value: String)]
        let remoteAddress: String

        /// The first header of a lowercase name.
        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name }?.value
        }
    }

    /// The path and the query, as they were sent.
    let uri: String
    /// Monotonic nanoseconds.
    let arrived = vitals_monotonic_nanoseconds()
    private let state = Locked(State())

    init(uri: String) {
        self.uri = uri
    }

    var path: String { String(uri.prefix { $0 != "?" }) }
    var query: Substring { uri.drop { $0 != "?" }.dropFirst() }

    var head: Head? {
        get { state.withLock { $0.head } }
        set { state.withLock { $0.head = newValue } }
    }

    var answer: Answer? { state.withLock { $0.answer } }
    var body: [UInt8] { state.withLock { $0.body } }

    /// Takes a part of the body. False if it is more than `limit` bytes by now.
    func append(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Bool {
        state.withLock { state in
            guard !state.isBodyTooLarge, state.body.count + bytes.count <= limit else {
                state.isBodyTooLarge = true
                state.body = []
                return false
            }
            state.body.append(contentsOf: bytes)
            return true
        }
    }

    /// Suspends the connection until there is an answer. Called by its daemon's thread.
    func suspend(_ connection: OpaquePointer) {
        MHD_suspend_connection(connection)
        state.withLock { $0.suspended = UInt(bitPattern: connection) }
    }

    /// Answers. Later answers are not heard.
    func finish(_ answer: Answer) {
        state.withLock { state in
            guard state.answer == nil else { return }
            state.answer = answer
            guard let connection = OpaquePointer(bitPattern: state.suspended) else { return }
            state.suspended = 0
            // Under the lock: once the connection goes on, it may end.
            MHD_resume_connection(connection)
        }
    }

    /// Whether somebody still has to answer.
    var isOpen: Bool { state.withLock { $0.answer == nil } }
}
