import CMicrohttpd
import CVitals
import Glibc
import VitalsMetrics

/// The open connections, and who has to go when there are too many.
///
/// A descriptor is shut down under the lock under which MHD's notice of its closing takes it out of the table, so it is
/// never another connection's by then.
final class ConnectionTable: Sendable {
    enum Phase: Sendable {
        /// For a request, or for the rest of one.
        case waiting
        /// Its request is being worked on.
        case working
        /// The client fetches the response.
        case sending(isScrape: Bool)
    }

    private struct Entry {
        let descriptor: Int32
        let address: String
        let daemon: Int
        var phase = Phase.waiting
        /// When the phase began, monotonic nanoseconds.
        var since: UInt64

        var isWaiting: Bool { if case .waiting = phase { true } else { false } }
        var isSending: Bool { if case .sending = phase { true } else { false } }
    }

    private let limits: EndpointLimits
    private let metrics: EndpointMetrics
    private let entries = Locked<[UInt: Entry]>([:])
    /// A connection that a slow reader holds may be cut for another scrape after this many nanoseconds.
    private static let patience: UInt64 = 1_000_000_000

    init(_ limits: EndpointLimits, _ metrics: EndpointMetrics) {
        self.limits = limits
        self.metrics = metrics
    }

    /// Takes a new connection, and makes room for it if there is none: the connection that has waited longest goes.
    func add(_ connection: UInt, _ descriptor: Int32, from address: String, daemon: Int) {
        let reason: RejectionReason? = entries.withLock { entries in
            let ofAddress = entries.values.reduce(0) { $0 + ($1.address == address ? 1 : 0) }
            var reason: RejectionReason?
            if ofAddress >= limits.connectionsPerAddress {
                reason = .connectionsPerAddress
            } else if entries.count >= limits.connections {
                reason = .connections
            }
            if let reason {
                let candidates = entries.filter {
                    $0.value.isWaiting && (reason == .connections || $0.value.address == address)
                }
                if let oldest = candidates.min(by: { $0.value.since < $1.value.since }) {
                    Self.cut(oldest.value)
                    entries[oldest.key] = nil
                } else {
                    _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
                }
            }
            entries[connection] = Entry(
                descriptor: descriptor, address: address, daemon: daemon, since: vitals_monotonic_nanoseconds())
            return reason
        }
        if let reason { metrics.reject(reason) }
        metrics.connections.add(1)
    }

    func remove(_ connection: UInt) {
        _ = entries.withLock { $0.removeValue(forKey: connection) }
        metrics.connections.add(-1)
    }

    func enter(_ phase: Phase, _ connection: UInt) {
        entries.withLock { entries in
            entries[connection]?.phase = phase
            entries[connection]?.since = vitals_monotonic_nanoseconds()
        }
    }

    /// How many responses are on their way, and to how many scrapers.
    func sendingScrapes() -> Int {
        entries.withLock { entries in
            entries.values.reduce(0) { if case .sending(isScrape: true) = $1.phase { $0 + 1 } else { $0 } }
        }
    }

    /// Cuts the scrape whose client has been fetching its response longest. False if none takes its time.
    func cutSlowestScrape() -> Bool {
        let now = vitals_monotonic_nanoseconds()
        return entries.withLock { entries in
            let slow = entries.filter {
                if case .sending(isScrape: true) = $0.value.phase {
                    now &- $0.value.since > Self.patience
                } else {
                    false
                }
            }
            guard let slowest = slow.min(by: { $0.value.since < $1.value.since }) else { return false }
            Self.cut(slowest.value)
            entries[slowest.key]?.phase = .working
            return true
        }
    }

    /// Cuts those that take too long to send a request, or to fetch a response, and those whose client has gone.
    func sweep() {
        let now = vitals_monotonic_nanoseconds()
        let idle = limits.idleTimeout.wholeNanoseconds
        let sending = limits.sendTimeout.wholeNanoseconds
        let (idled, slow) = entries.withLock { entries in
            var counts = (idle: 0, slow: 0)
            for (key, entry) in entries {
                let age = now &- min(entry.since, now)
                if entry.isWaiting, age > idle {
                    counts.idle += 1
                } else if entry.isSending, age > sending {
                    counts.slow += 1
                } else if entry.isWaiting, Self.hasLeft(entry) {
                    // Nobody was turned away.
                } else {
                    continue
                }
                Self.cut(entry)
                entries[key]?.since = now
            }
            return counts
        }
        for _ in 0..<idled { metrics.reject(.idle) }
        for _ in 0..<slow { metrics.reject(.slowReader) }
    }

    /// How many connections a daemon has, or how many of them are in the middle of something.
    func count(of daemon: Int, onlyBusy: Bool) -> Int {
        entries.withLock { entries in
            entries.values.reduce(0) { $0 + ($1.daemon == daemon && !(onlyBusy && $1.isWaiting) ? 1 : 0) }
        }
    }

    /// Whether the client has closed, and everything it sent is read.
    ///
    /// libmicrohttpd waits with epoll for edges. Where the last bytes and the end come together, it reads the bytes and
    /// does not hear of the end again, until the connection is cut for another reason.
    private static func hasLeft(_ entry: Entry) -> Bool {
        var byte: UInt8 = 0
        return recv(entry.descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    private static func cut(_ entry: Entry) {
        _ = Glibc.shutdown(entry.descriptor, Int32(SHUT_RDWR))
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what a clock can reach.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let whole = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return min(whole.overflow ? .max : whole.partialValue &+ UInt64(attoseconds / 1_000_000_000), 1 << 62)
    }
}
