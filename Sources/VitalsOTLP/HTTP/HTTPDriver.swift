import CCurl
import CVitals
import VitalsMetrics

/// The thread that drives all transfers of a transport. It starts with the first call and sleeps while there is none.
final class HTTPDriver: Sendable {
    private struct State {
        /// libcurl's engine, while the thread lives.
        var multi: UnsafeMutableRawPointer?
        /// Calls that the thread has not seen yet.
        var queue: [(HTTPCall, HTTPSettings)] = []
        /// All calls without an answer.
        var open: [ObjectIdentifier: HTTPCall] = [:]
        var isEnding = false
    }

    /// Connections that are kept for later calls.
    private static let mostIdleConnections = 8

    private let state = Locked(State())
    private let hasEnded = Waitable(false)

    /// Hands a call to the thread; otherwise says why not.
    func submit(_ call: HTTPCall, _ settings: HTTPSettings) -> ExportFailure? {
        state.withLock { state in
            if state.isEnding { return Self.ended(isAmbiguous: false) }
            if state.multi == nil {
                guard let multi = vitals_curl_multi_create(Self.mostIdleConnections) else {
                    return ExportFailure(kind: "system", "libcurl gets no memory or no descriptors", remedy: .later)
                }
                if let failure = start(multi) {
                    vitals_curl_multi_destroy(multi)
                    return failure
                }
                state.multi = multi
            }
            state.queue.append((call, settings))
            state.open[ObjectIdentifier(call)] = call
            if let multi = state.multi { vitals_curl_multi_wake(multi) }
            return nil
        }
    }

    /// Forgets a call that nobody waits for any more.
    func forget(_ call: HTTPCall) {
        state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(call)) }
    }

    /// Makes all calls give up at `deadline`.
    func hurry(to deadline: UInt64) {
        state.withLock { state in
            for call in state.open.values { call.hurry(to: deadline) }
            if let multi = state.multi { vitals_curl_multi_wake(multi) }
        }
    }

    /// Ends all calls and the thread. Resolving a name may keep the thread for longer than anybody should wait.
    func end(waiting: Bool) {
        let isRunning = state.withLock { state in
            state.isEnding = true
            if let multi = state.multi { vitals_curl_multi_wake(multi) }
            return state.multi != nil
        }
        guard waiting else { return }
        if isRunning { _ = hasEnded.wait(until: vitals_monotonic_nanoseconds() &+ 300_000_000) { $0 } }
        let calls = state.withLock { Array($0.open.values) }
        for call in calls { call.finish(.failed(Self.ended(isAmbiguous: true))) }
    }

    /// What calls get that come too late.
    static func ended(isAmbiguous: Bool) -> ExportFailure {
        ExportFailure(
            kind: "shutdown", "the exporter was shut down", remedy: .none, isAmbiguous: isAmbiguous)
    }

    private final class Errand {
        let driver: HTTPDriver
        let multi: UnsafeMutableRawPointer

        init(_ driver: HTTPDriver, _ multi: UnsafeMutableRawPointer) {
            self.driver = driver
            self.multi = multi
        }
    }

    private func start(_ multi: UnsafeMutableRawPointer) -> ExportFailure? {
        let errand = Unmanaged.passRetained(Errand(self, multi))
        let failure = vitals_thread_start(
            { context in
                let errand = Unmanaged<Errand>.fromOpaque(context).takeRetainedValue()
                errand.driver.drive(errand.multi)
            }, errand.toOpaque(), "vitals-http")
        guard failure != 0 else { return nil }
        errand.release()
        return ExportFailure(
            kind: "system", "the system has no thread for OTLP over HTTP (error \(failure))", remedy: .later)
    }

    private func drive(_ multi: UnsafeMutableRawPointer) {
        var transfers: [HTTPTransfer] = []
        while true {
            let (calls, isEnding) = state.withLock { state in
                defer { state.queue.removeAll() }
                return (state.queue, state.isEnding)
            }
            if isEnding {
                for (call, _) in calls { call.finish(.failed(Self.ended(isAmbiguous: false))) }
                break
            }
            for (call, settings) in calls {
                if let transfer = HTTPTransfer(call, settings, multi) { transfers.append(transfer) }
            }
            _ = vitals_curl_multi_perform(multi)
            var code = CURLE_OK
            while let handle = vitals_curl_multi_ended(multi, &code) {
                transfers.first { $0.handle == handle }?.end(with: code)
            }
            let now = vitals_monotonic_nanoseconds()
            var next = UInt64.max
            for transfer in transfers where !transfer.hasEnded {
                let deadline = transfer.call.deadline
                if deadline <= now { transfer.end(with: CURLE_OPERATION_TIMEDOUT) } else { next = min(next, deadline) }
            }
            transfers.removeAll { $0.hasEnded }
            // Rounded up, so that it does not come back just before the deadline.
            let wait = transfers.isEmpty ? Int32.max : Int32(clamping: (next - now) / 1_000_000 + 1)
            if vitals_curl_multi_poll(multi, wait) != CURLM_OK {
                for transfer in transfers { transfer.fail("system", "libcurl cannot wait for the network") }
                transfers.removeAll()
                // Without a wait this would turn round and round.
                vitals_sleep(100_000_000)
            }
        }
        for transfer in transfers { transfer.abandon() }
        transfers.removeAll()
        // From here on nobody wakes it.
        state.withLock { $0.multi = nil }
        vitals_curl_multi_destroy(multi)
        _ = hasEnded.update { $0 = true }
    }
}
