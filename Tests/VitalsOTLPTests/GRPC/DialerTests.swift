import CVitals
import Glibc
import Testing

@testable import VitalsOTLP

@Suite("Connecting to one of several addresses", .timeLimit(.minutes(1)))
struct DialerTests {
    /// An address where connections are neither accepted nor refused, as its queue is full.
    private final class BlackHole {
        let address: PeerAddress
        private var sockets: [Int32] = []

        init?() {
            guard let (listener, port) = ScriptedPeer.listen(.ipv4, queue: 0),
                let address = DialerTests.address(port)
            else { return nil }
            self.address = address
            sockets = [listener]
            for _ in 0..<4 {
                let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                _ = fcntl(socket, F_SETFL, O_NONBLOCK)
                _ = address.connect(socket)
                sockets.append(socket)
            }
        }

        deinit {
            for socket in sockets { _ = close(socket) }
        }
    }

    private static func address(_ port: Int) -> PeerAddress? {
        (try? PeerAddress.all(host: "127.0.0.1", port: port, isNumeric: true))?.first
    }

    /// Dials until there is a result or two seconds are over.
    private func dial(_ dialer: Dialer) -> Dialer.Outcome {
        let end = Clock.now &+ 2_000_000_000
        while Clock.now < end {
            let outcome = dialer.advance(Clock.now)
            guard case .pending = outcome else { return outcome }
            vitals_sleep(1_000_000)
        }
        return .pending
    }

    private func refusing() throws -> PeerAddress {
        let peer = try #require(ScriptedPeer { _ in })
        peer.stop()
        return try #require(Self.address(peer.port))
    }

    @Test("An address that refuses is passed over at once, a silent one after a quarter of a second")
    func next() throws {
        let peer = try #require(ScriptedPeer { $0.drain() })
        let good = try #require(Self.address(peer.port))
        let silent = try #require(BlackHole())
        defer { withExtendedLifetime(silent) {} }
        for (first, range) in [(try refusing(), 0..<0.2), (silent.address, 0.24..<1)] {
            let time = seconds {
                guard case .connected(let descriptor, let address) = dial(Dialer([first, good])) else {
                    Issue.record("no connection")
                    return
                }
                #expect(address.text == "127.0.0.1:\(peer.port)")
                _ = close(descriptor)
            }
            #expect(range.contains(time))
        }
    }

    @Test("When all have failed, each is told")
    func failures() throws {
        let (first, second) = (try refusing(), try refusing())
        guard case .failed(let failure) = dial(Dialer([first, second])) else {
            Issue.record("no failure")
            return
        }
        #expect(failure.kind == "connection_refused")
        #expect(failure.reason == "\(first.text): Connection refused; \(second.text): Connection refused")
    }

    @Test("An address whose peer proves unusable is followed by the others")
    func rejected() throws {
        let peers = try (0..<2).map { _ in try #require(ScriptedPeer { $0.drain() }) }
        let addresses = try peers.map { try #require(Self.address($0.port)) }
        let dialer = Dialer(addresses)
        for address in addresses {
            guard case .connected(let descriptor, let winner) = dial(dialer) else {
                Issue.record("no connection")
                return
            }
            #expect(winner.text == address.text)
            _ = close(descriptor)
            dialer.reject(ConnectFailure("tls", "\(winner.text): wrong"))
        }
        guard case .failed(let failure) = dial(dialer) else {
            Issue.record("no failure")
            return
        }
        #expect(failure.kind == "tls")
        #expect(failure.reason == addresses.map { "\($0.text): wrong" }.joined(separator: "; "))
    }
}
