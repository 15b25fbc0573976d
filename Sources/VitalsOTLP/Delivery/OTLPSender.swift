import CVitals
package import VitalsMetrics

/// Delivers messages: repeats what may succeed later, bounded in time, and says once when a peer is lost and once when it
/// is back.
package final class OTLPSender: Sendable {
    private struct State: Sendable {
        /// When the export has to be over, whatever its own time is.
        var end = UInt64.max
        /// Before this time the peer wants nothing.
        var pausedUntil: UInt64 = 0
        var isShutDown = false
        /// Exports in a row that failed.
        var failures = 0
        /// What was said last about items that a peer did not want.
        var lastWarning = ""
    }

    /// Where the messages go.
    package let title: String
    /// The way there.
    package let transport: any ExportTransport
    let signal: Signal
    private let timeout: UInt64
    private let headers: [String: String]
    private let headersProvider: OTLPConfiguration.HeadersProvider?
    private let metrics: DeliveryMetrics
    private let state = Waitable(State())

    /// A sender over `transport`, which reports on itself to `registry`.
    package init(
        _ configuration: OTLPConfiguration, _ transport: any ExportTransport, _ signal: Signal, registry: Registry
    ) {
        title = "OTLP to \(configuration.endpoint.shown)"
        self.transport = transport
        self.signal = signal
        timeout = configuration.timeout.nanoseconds == 0 ? 1 << 62 : configuration.timeout.nanoseconds
        headers = Self.lowercased(configuration.headers)
        headersProvider = configuration.headersProvider
        metrics = DeliveryMetrics(registry, signal, transport)
    }

    /// Sends a message with so many items until the peer took it, nothing more can be hoped for, or time is up.
    package func deliver(
        _ body: ExportBody, items: Int, until deadline: UInt64
    ) -> Result<ExportResponse, ExportFailure> {
        let began = vitals_monotonic_nanoseconds()
        metrics.began(items)
        let result = attempt(body, until: min(deadline, began &+ timeout))
        let took = vitals_monotonic_nanoseconds() &- began
        switch result {
        case .success(let response):
            metrics.delivered(items, rejected: response.rejected, status: transport.success, nanoseconds: took)
            noteSuccess(response)
        case .failure(let failure):
            // What is too large comes again in parts: that is neither lost nor a peer that is lost.
            let isTooLarge = failure.remedy == .smaller
            metrics.failed(items, counting: isTooLarge ? 0 : items, failure, nanoseconds: took)
            if !isTooLarge { noteFailure(failure) }
        }
        return result
    }

    /// Counts items that are too large for the peer.
    func countTooLarge(_ items: Int) {
        metrics.dropped(items, as: "too_large")
    }

    /// Counts items that the peer takes in no size now, and notes that it fails.
    func countRefused(_ items: Int, _ failure: ExportFailure) {
        metrics.dropped(items, as: failure.kind)
        noteFailure(failure)
    }

    /// Counts items that nobody tries to deliver, or in no other size, after others failed.
    func countUntried(_ items: Int, _ failure: ExportFailure) {
        metrics.dropped(items, as: failure.kind)
    }

    /// Says that something is lost, unless that was said last as well.
    func report(loss message: String) {
        warn(message, .error)
    }

    private func warn(_ message: String, _ level: Diagnostics.Level) {
        let isNew = state.update { state in
            defer { state.lastWarning = message }
            return state.lastWarning != message
        }
        if isNew == true { Diagnostics.log(level, "\(title): \(message)") }
    }

    private func attempt(_ body: ExportBody, until limit: UInt64) -> Result<ExportResponse, ExportFailure> {
        var backoff = Backoff()
        var hasAskedAgain = false
        var last: ExportFailure?
        while true {
            let now = vitals_monotonic_nanoseconds()
            let (end, pausedUntil, isShutDown) =
                state.update { (min(limit, $0.end), $0.pausedUntil, $0.isShutDown) } ?? (limit, 0, true)
            if isShutDown { return .failure(.isShutDown) }
            if now >= end { return .failure(last ?? .isLate) }
            if pausedUntil > now {
                guard pausedUntil < end else { return .failure(last ?? .isPaused) }
                pause(until: pausedUntil)
                continue
            }
            let request = ExportRequest(signal: signal, body: body, headers: currentHeaders(), deadline: end)
            switch transport.send(request) {
            case .accepted(let response): return .success(response)
            case .failed(let failure):
                last = failure
                switch failure.remedy {
                case .credentials where headersProvider != nil && !hasAskedAgain: hasAskedAgain = true
                case .later:
                    let resume = vitals_monotonic_nanoseconds() &+ (failure.throttle ?? 0) &+ backoff.next()
                    if failure.throttle != nil { _ = state.update { $0.pausedUntil = resume } }
                    guard resume < end else { return .failure(failure) }
                    pause(until: resume)
                default: return .failure(failure)
                }
            }
        }
    }

    /// Waits, unless the export is to be over before.
    private func pause(until time: UInt64) {
        _ = state.wait(until: time) { $0.isShutDown || $0.end < time }
    }

    /// Lets the export that is under way, and later ones, end by `deadline` without waiting to repeat; the greatest
    /// number lifts that, and what a peer asked to wait as well.
    package func hurry(to deadline: UInt64) {
        _ = state.update { state in
            state.end = deadline
            if deadline == .max { state.pausedUntil = 0 }
        }
        if deadline != .max { transport.hurry(to: deadline) }
    }

    /// Ends what is under way, and lets go of the connection.
    package func shutdown() {
        _ = state.update { $0.isShutDown = true }
        transport.shutdown()
    }

    private func currentHeaders() -> [(name: String, value: String)] {
        let provided = Self.lowercased(headersProvider?() ?? [:])
        return headers.merging(provided) { $1 }.map { (name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    private static func lowercased(_ headers: [String: String]) -> [String: String] {
        Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }
}

/// What is said about a peer.
extension OTLPSender {
    private func noteSuccess(_ response: ExportResponse) {
        let failures = state.update { state in
            defer { state.failures = 0 }
            return state.failures
        }
        if let failures, failures > 0 {
            Diagnostics.log(
                .info, "\(title): delivers again, after \(failures) export\(failures == 1 ? "" : "s") that failed")
        }
        guard response.rejected > 0 || !response.message.isEmpty else { return }
        let text = response.message.isEmpty ? "no reason was given" : "\"\(response.message)\""
        if response.rejected > 0 {
            warn("the peer rejects some \(signal.itemsInWords), which are not sent again: \(text)", .warning)
        } else {
            warn("the peer takes everything and warns: \(text)", .warning)
        }
    }

    private func noteFailure(_ failure: ExportFailure) {
        let failures = state.update { state in
            state.failures += 1
            return state.failures
        }
        guard failures == 1, !failure.isShutdown else { return }
        let wait = (failure.throttle ?? 0) / 1_000_000_000
        let asked = wait > 0 ? " It asks to wait \(wait) s." : ""
        let doubt = failure.isAmbiguous ? " It may have taken the last message all the same." : ""
        Diagnostics.log(
            .error,
            "\(title): nothing is delivered: \(failure).\(asked)\(doubt) \(signal.withoutPeer)")
    }
}

extension ExportFailure {
    /// Whether it only says that the exporter or its transport was shut down.
    var isShutdown: Bool { kind == Self.isShutDown.kind }
    /// The exporter was shut down.
    static let isShutDown = ExportFailure(kind: "shutdown", "the exporter was shut down", remedy: .none)
    /// There is no time left.
    static let isLate = ExportFailure(kind: "timeout", "there was no time left for an attempt", remedy: .later)
    /// The peer asked to wait for longer than the export may take.
    static let isPaused = ExportFailure(
        kind: "throttled", "the peer asked to wait, and the time is not over", remedy: .later)
}
