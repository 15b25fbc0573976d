import CVitals
import Glibc
import Testing
import VitalsMetrics

@testable import VitalsOTLP

@Suite("Peers that fail over gRPC", .timeLimit(.minutes(1)))
struct GRPCPeerFailureTests {
    @Test("Nobody listens")
    func refused() throws {
        let peer = try #require(ScriptedPeer { _ in })
        peer.stop()
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for _ in 0..<2 {
            let failure = transport.send().failure
            #expect(failure?.kind == "connection_refused")
            #expect(failure?.remedy == .later)
            #expect(failure?.isAmbiguous == false)
        }
        let gone = try GRPCTransport(endpoint: "unix:/nowhere/at.sock")
        defer { gone.shutdown() }
        #expect(gone.send().failure?.kind == "connection_refused")
    }

    @Test("A peer that comes back is found again")
    func restart() throws {
        let first = try #require(
            ScriptedPeer {
                $0.greet(); $0.serve()
            })
        let transport = try GRPCTransport(port: first.port)
        defer { transport.shutdown() }
        #expect(transport.send().isAccepted)
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                if let request = connection.request() { connection.accept(request.stream) }
            })
        let other = try GRPCTransport(port: peer.port)
        defer { other.shutdown() }
        for round in 1...5 {
            #expect(eventually { other.send().isAccepted })
            #expect(peer.connections >= round)
        }
    }

    @Test(
        "What is no HTTP/2 is quoted, and the message was not sent",
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{16}  "])
    func garbage(_ text: String) throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.write(Array(text.utf8))
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send().failure
        #expect(failure?.kind == "protocol")
        #expect(failure?.description.contains("does not speak HTTP/2, it says \"") == true)
        #expect(failure?.isAmbiguous == false)
        #expect(failure?.remedy == .later)
    }

    @Test("Garbage in the middle ends the calls on the connection, and the next call has another one")
    func lateGarbage() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                guard let request = connection.request() else { return }
                if request.body.last == 1 { return connection.accept(request.stream) }
                connection.write([UInt8](repeating: 0xFF, count: 100))
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send([2]).failure
        #expect(failure?.kind == "connection_lost" || failure?.kind == "INTERNAL")
        #expect(failure?.isAmbiguous == true)
        #expect(transport.send([1]).isAccepted)
        #expect(peer.connections == 2)
    }

    enum Silence: CaseIterable {
        case beforeSettings
        case afterRequest
        case afterHeaders
        case closedWindow
        case dripping
    }

    @Test("A peer that hangs costs the call's time and no more", arguments: Silence.allCases)
    func hangs(_ silence: Silence) throws {
        let peer = try #require(
            ScriptedPeer { connection in
                if silence == .beforeSettings { return connection.drain() }
                connection.greet(silence == .closedWindow ? [(4, 0)] : [])
                guard let request = connection.request(onlyHeaders: silence == .closedWindow) else { return }
                if silence == .afterHeaders { connection.headers(request.stream, PeerConnection.ok) }
                if silence == .dripping {
                    connection.headers(request.stream, PeerConnection.ok)
                    for byte in [0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 20) {
                        connection.data(request.stream, [byte])
                        vitals_sleep(50_000_000)
                    }
                }
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let time = seconds {
            let failure = transport.send(seconds: 0.4).failure
            #expect(failure?.kind == "timeout")
            #expect(failure?.status == .grpc(4))
            #expect(failure?.remedy == .later)
            #expect(failure?.isAmbiguous == (silence != .beforeSettings && silence != .closedWindow))
        }
        #expect(time >= 0.4)
        #expect(time < 1.5)
    }

    @Test("A connection on which a call ran out of time is not used again", arguments: [false, true])
    func expiredConnection(_ isAlive: Bool) throws {
        let isAnswering = Locked(false)
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let frame = connection.nextFrame() {
                    if frame.flags & 1 == 0 || frame.type != 0 { continue }
                    if isAnswering.withLock({ $0 }) {
                        connection.accept(frame.stream)
                    } else if isAlive {
                        connection.frame(6, 0, [1, 2, 3, 4, 5, 6, 7, 8])
                    }
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send(seconds: 0.2).failure?.kind == "timeout")
        isAnswering.withLock { $0 = true }
        #expect(transport.send().isAccepted)
        #expect(peer.connections == 2)
        #expect(transport.send().isAccepted)
        #expect(peer.connections == 2)
    }

    @Test("A connection that breaks in the middle fails its call", arguments: [false, true])
    func breaks(_ isReset: Bool) throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                _ = connection.request()
                if isReset { connection.abort() }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send().failure
        #expect(failure?.kind == "connection_lost")
        #expect(failure?.status == .grpc(14))
        #expect(failure?.remedy == .later)
        #expect(failure?.isAmbiguous == true)
    }

    @Test("A peer that goes away ends what it began; other calls fail without doubt or go elsewhere")
    func goaway() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                guard let first = connection.request(), first.body.last == 1, let second = connection.request() else {
                    // The calls after it.
                    return
                }
                connection.frame(7, stream: 0, PeerConnection.number(first.stream) + PeerConnection.number(0))
                vitals_sleep(50_000_000)
                #expect(second.stream > first.stream)
                connection.accept(first.stream)
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let first = Waitable<ExportAnswer?>(nil)
        let thread = Worker("caller") {
            let answer = transport.send([1])
            _ = first.update { $0 = answer }
        }
        #expect(thread != nil)
        #expect(peer.waitForConnections(1))
        vitals_sleep(50_000_000)
        let failure = transport.send([2]).failure
        #expect(failure?.kind == "UNAVAILABLE")
        #expect(failure?.remedy == .later)
        #expect(failure?.isAmbiguous == false)
        #expect(first.wait(until: Clock.now &+ 5_000_000_000) { $0?.isAccepted == true })
        _ = transport.send([3], seconds: 1)
        #expect(peer.connections == 2)
    }

    @Test("A peer that goes away while nobody calls is noticed")
    func idleGoodbye() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                guard let request = connection.request() else { return }
                connection.accept(request.stream)
                connection.frame(7, stream: 0, PeerConnection.number(request.stream) + PeerConnection.number(0))
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for _ in 0..<10 {
            let answer = transport.send()
            // The goodbye may meet the next call on its way: then that was not taken.
            #expect(answer.isAccepted || answer.failure?.isAmbiguous == false)
            vitals_sleep(5_000_000)
        }
        #expect((5...10).contains(peer.connections))
    }

    @Test("A peer that goes away again and again does not keep a call for ever")
    func goodbyes() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                connection.frame(7, stream: 0, PeerConnection.number(0) + PeerConnection.number(0))
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send().failure
        #expect(failure?.remedy == .later)
        #expect(failure?.isAmbiguous == false)
        #expect(peer.connections <= 3)
    }

    @Test("Pings are answered while nobody calls")
    func pings() throws {
        let echo = Waitable<[UInt8]>([])
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                guard let request = connection.request() else { return }
                connection.accept(request.stream)
                connection.frame(6, 0, Array("pingpong".utf8))
                while let frame = connection.nextFrame() {
                    if frame.type == 6, frame.flags & 1 != 0 { _ = echo.update { $0 = frame.payload } }
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send().isAccepted)
        #expect(echo.wait(until: Clock.now &+ 5_000_000_000) { $0 == Array("pingpong".utf8) })
    }
}
