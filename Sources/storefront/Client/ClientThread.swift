import CCurl
import VitalsMetrics

/// The thread that drives all requests of a client, and sleeps while there are none.
final class ClientThread: Sendable {
    private struct State {
        /// libcurl's engine, while the thread lives.
        var engine: UnsafeMutableRawPointer?
        /// Calls that the thread has not seen yet.
        var queue: [ClientCall] = []
        /// Calls that the thread has not let go of.
        var underWay = 0
        /// Whether a task has lost interest in its call.
        var hasForgotten = false
        var isStopping = false
    }

    /// How many connections are kept that nobody uses: what a moment of many requests needed is let go afterwards.
    private static let mostIdle = 4

    private let limit: Int
    private let state = Locked(State())

    init(limit: Int) throws(ClientUnavailable) {
        self.limit = limit
        guard let engine = vitals_curl_multi_create(min(limit, Self.mostIdle)) else {
            throw ClientUnavailable(reason: "no memory or no descriptors")
        }
        state.withLock { $0.engine = engine }
        // The thread keeps this object until it is told to stop.
        guard Worker("shop-http", { self.drive() }) != nil else {
            vitals_curl_multi_destroy(engine)
            throw ClientUnavailable(reason: "the system has no thread for it")
        }
    }

    /// Takes over a call; if that cannot be, the call has its answer.
    func submit(_ call: ClientCall) {
        let refusal: (any HTTPClientError)? = state.withLock { state in
            if state.isStopping { return ClientStopped() }
            guard state.underWay < limit else { return ClientBusy(limit: limit) }
            state.underWay += 1
            state.queue.append(call)
            if let engine = state.engine { vitals_curl_multi_wake(engine) }
            return nil
        }
        if let refusal { call.finish(.failure(refusal)) }
    }

    /// A call is over, and the thread may let go of it.
    func forget() {
        state.withLock { state in
            state.hasForgotten = true
            if let engine = state.engine { vitals_curl_multi_wake(engine) }
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopping = true
            if let engine = state.engine { vitals_curl_multi_wake(engine) }
        }
    }

    private func drive() {
        guard let engine = state.withLock({ $0.engine }) else { return }
        var transfers: [UnsafeMutableRawPointer: ClientTransfer] = [:]
        while true {
            let (calls, hasForgotten, isStopping) = state.withLock { state in
                defer {
                    state.queue.removeAll()
                    state.hasForgotten = false
                }
                return (state.queue, state.hasForgotten, state.isStopping)
            }
            for call in calls { begin(call, engine, &transfers) }
            if isStopping { break }
            _ = vitals_curl_multi_perform(engine)
            var code = CURLE_OK
            while let handle = vitals_curl_multi_ended(engine, &code) {
                // Its place is free before anybody hears of the answer, and wants it for the next request.
                remove(handle, engine, &transfers)?.end(with: code)
            }
            if hasForgotten {
                for (handle, transfer) in transfers where transfer.call.isOver {
                    _ = remove(handle, engine, &transfers)
                }
            }
            // libcurl comes back earlier if it has something to do.
            _ = vitals_curl_multi_poll(engine, 1000)
        }
        for handle in transfers.keys {
            remove(handle, engine, &transfers)?.call.finish(.failure(ClientStopped()))
        }
        // From here on nobody wakes it.
        state.withLock { $0.engine = nil }
        vitals_curl_multi_destroy(engine)
    }

    private func begin(
        _ call: ClientCall, _ engine: UnsafeMutableRawPointer,
        _ transfers: inout [UnsafeMutableRawPointer: ClientTransfer]
    ) {
        guard let transfer = ClientTransfer(call), vitals_curl_multi_add(engine, transfer.handle) == CURLM_OK else {
            call.finish(.failure(ClientUnavailable(reason: "no memory")))
            state.withLock { $0.underWay -= 1 }
            return
        }
        transfers[transfer.handle] = transfer
    }

    private func remove(
        _ handle: UnsafeMutableRawPointer, _ engine: UnsafeMutableRawPointer,
        _ transfers: inout [UnsafeMutableRawPointer: ClientTransfer]
    ) -> ClientTransfer? {
        _ = vitals_curl_multi_remove(engine, handle)
        state.withLock { $0.underWay -= 1 }
        return transfers.removeValue(forKey: handle)
    }
}
