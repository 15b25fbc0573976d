import CVitals
import Glibc
import Testing
import VitalsMetrics

@testable import VitalsOTLP

@Suite("Calls over gRPC", .timeLimit(.minutes(1)))
struct GRPCTransportTests {
    @Test("A message is delivered, and the next one on the same connection")
    func delivers() throws {
        let requests = Locked<[PeerConnection.Request]>([])
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    requests.withLock { $0.append(request) }
                    connection.accept(request.stream)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send([1, 2, 3], headers: [("api-key", "secret")]).response == ExportResponse())
        #expect(transport.send([4]).response == ExportResponse())
        #expect(peer.connections == 1)
        let (first, second) = requests.withLock { ($0.first, $0.last) }
        #expect(first?.body == [0, 0, 0, 0, 3, 1, 2, 3])
        #expect(second?.body == [0, 0, 0, 0, 1, 4])
        #expect(
            first?.headers.map { $0.name } == [
                ":method", ":scheme", ":path", ":authority", "te", "grpc-timeout", "content-type",
                "grpc-accept-encoding", "user-agent", "api-key",
            ])
        #expect(first?[":path"] == "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
        #expect(first?[":authority"] == "127.0.0.1:\(peer.port)")
        #expect(first?["user-agent"] == "OTel-OTLP-Exporter-Swift/\(VitalsVersion.current)")
        #expect(first?["api-key"] == "secret")
    }

    @Test("A large message goes through narrow windows and small frames")
    func large() throws {
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let isSame = Locked(false)
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet([(4, 5000)])
                guard let request = connection.request() else { return }
                isSame.withLock { $0 = request.body == [1, 0, 0x0F, 0x42, 0x40] + body }
                #expect(request["grpc-encoding"] == "gzip")
                connection.accept(request.stream)
                connection.drain()
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send(body, isPacked: true, seconds: 20).isAccepted)
        #expect(isSame.withLock { $0 })
    }

    @Test("A large and packed response is read; one beyond the limit is refused")
    func largeResponse() throws {
        // A warning of 200 000 characters.
        let words = [UInt8](repeating: 65, count: 200_000)
        let partial = [0x12, 0xC0, 0x9A, 0x0C] + words
        let message = [0x0A, 0xC4, 0x9A, 0x0C] + partial
        let packed = GRPCMessageTests.packed(message)
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    if request.body.last == 1 {
                        connection.headers(request.stream, PeerConnection.ok + [("grpc-encoding", "gzip")])
                        connection.data(request.stream, GRPCMessageTests.framed(packed, flag: 1))
                    } else {
                        connection.headers(request.stream, PeerConnection.ok)
                        var rest = GRPCMessageTests.framed(message)[...]
                        // A window is larger than what is sent before the next frame of the client is read.
                        while !rest.isEmpty, let next = Optional(rest.prefix(10_000)) {
                            connection.data(request.stream, Array(next))
                            rest = rest.dropFirst(10_000)
                            vitals_sleep(1_000_000)
                        }
                    }
                    connection.headers(request.stream, [("grpc-status", "0")], end: true)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for kind in [0, 1] as [UInt8] {
            let response = transport.send([kind]).response
            #expect(response?.message.utf8.count == 200_000)
            #expect(response?.rejected == 0)
        }
        let narrow = try GRPCTransport(port: peer.port) { $0.limits.responseBytes = 100_000 }
        defer { narrow.shutdown() }
        for kind in [0, 1] as [UInt8] {
            let failure = narrow.send([kind]).failure
            #expect(failure?.kind == "RESOURCE_EXHAUSTED")
            #expect(failure?.remedy == ExportFailure.Remedy.none)
            #expect(failure?.isAmbiguous == true)
        }
    }

    @Test("A refusal without a body is understood, and the connection stays")
    func trailersOnly() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    let fields = PeerConnection.ok + [("grpc-status", "3"), ("grpc-message", "bad%21")]
                    connection.headers(request.stream, fields, end: true)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for _ in 0..<3 {
            let failure = transport.send().failure
            #expect(failure?.description == "INVALID_ARGUMENT: bad!")
            #expect(failure?.status == .grpc(3))
            #expect(failure?.isAmbiguous == false)
        }
        #expect(peer.connections == 1)
    }

    @Test("An answer before the end of the request ends the call")
    func early() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet([(4, 10)])
                guard let request = connection.request(onlyHeaders: true) else { return }
                let fields = PeerConnection.ok + [("grpc-status", "8")]
                connection.headers(request.stream, fields, end: true)
                while let frame = connection.nextFrame() {
                    // The rest is not wanted: it is reset without an error.
                    if frame.type == 3 { return connection.frame(3, stream: frame.stream, frame.payload) }
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send([UInt8](repeating: 1, count: 100_000)).failure
        #expect(failure?.kind == "RESOURCE_EXHAUSTED")
        #expect(failure?.remedy == .smaller)
    }

    @Test(
        "A stream that is reset fails by the code",
        arguments: [
            (0, "INTERNAL", .none, true), (2, "INTERNAL", .none, true), (7, "UNAVAILABLE", .later, false),
            (8, "CANCELLED", .later, true), (11, "RESOURCE_EXHAUSTED", .later, true),
            (12, "PERMISSION_DENIED", .none, true), (13, "INTERNAL", .none, true),
        ] as [(UInt32, String, ExportFailure.Remedy, Bool)])
    func reset(_ code: UInt32, _ kind: String, _ remedy: ExportFailure.Remedy, _ isAmbiguous: Bool) throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    connection.frame(3, stream: request.stream, PeerConnection.number(code))
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for _ in 0..<2 {
            let failure = transport.send().failure
            #expect(failure?.kind == kind)
            #expect(failure?.remedy == remedy)
            #expect(failure?.isAmbiguous == isAmbiguous)
        }
        #expect(peer.connections == 1)
    }

    @Test("Information, and headers where none belong")
    func oddHeaders() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    connection.headers(request.stream, [(":status", "100")])
                    if request.body.last == 1 {
                        connection.accept(request.stream)
                    } else {
                        connection.headers(request.stream, PeerConnection.ok)
                        connection.headers(request.stream, [("grpc-status", "0")])
                    }
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        #expect(transport.send([1]).isAccepted)
        let failure = transport.send([2]).failure
        #expect(failure?.kind == "INTERNAL")
        #expect(failure?.isAmbiguous == true)
        #expect(transport.send([1]).isAccepted)
    }

    @Test("Headers without end are cut off")
    func endlessHeaders() throws {
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    let value = String(repeating: "v", count: 1000)
                    let fields = (0..<80).map { ("name-\($0)", value) }
                    connection.headers(request.stream, PeerConnection.ok + fields, end: true)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send().failure
        #expect(failure?.kind == "INTERNAL")
        #expect(failure?.description == "the peer's headers have more than 64 KiB")
    }

    @Test("Threads call side by side on one connection, as many at a time as the peer allows")
    func threads() throws {
        let most = Locked((open: 0, most: 0))
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet([(3, 3)])
                var open: [UInt32] = []
                while let request = connection.request() {
                    open.append(request.stream)
                    most.withLock { $0.most = max($0.most, open.count) }
                    if connection.hasInput(within: 3) { continue }
                    for stream in open.reversed() { connection.accept(stream) }
                    open = []
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let accepted = Waitable(0)
        for _ in 0..<8 {
            let thread = Worker("caller") {
                let count = (0..<25).count { _ in transport.send([UInt8](repeating: 9, count: 3000)).isAccepted }
                _ = accepted.update { $0 += count }
            }
            #expect(thread != nil)
        }
        #expect(accepted.wait(until: Clock.now &+ 20_000_000_000) { $0 == 200 })
        #expect(peer.connections == 1)
        #expect(most.withLock { $0.most } <= 3)
    }

    @Test("IPv6 and sockets of the file system are spoken to")
    func places() throws {
        let path = "/tmp/vitals-grpc-\(getpid()).sock"
        unlink(path)
        defer { unlink(path) }
        let local = try #require(
            ScriptedPeer(.unix(path)) {
                $0.greet(); $0.serve()
            })
        let transport = try GRPCTransport(endpoint: "unix:\(path)")
        defer { transport.shutdown() }
        #expect(transport.server == (path, nil))
        #expect(transport.send().isAccepted)
        #expect(local.connections == 1)
        // Not every machine has IPv6.
        guard
            let peer = ScriptedPeer(
                .ipv6,
                {
                    $0.greet(); $0.serve()
                })
        else { return }
        let second = try GRPCTransport(port: peer.port, host: "[::1]")
        defer { second.shutdown() }
        #expect(second.server == ("::1", peer.port))
        #expect(second.send().isAccepted)
    }

    @Test("A name with several addresses is tried at all of them")
    func names() throws {
        let peer = try #require(
            ScriptedPeer {
                $0.greet(); $0.serve()
            })
        let transport = try GRPCTransport(port: peer.port, host: "localhost")
        defer { transport.shutdown() }
        #expect(transport.send().isAccepted)
        let nowhere = try GRPCTransport(endpoint: "http://name.invalid:4317")
        defer { nowhere.shutdown() }
        let failure = nowhere.send(seconds: 2).failure
        #expect(failure?.kind == "name_resolution" || failure?.kind == "timeout")
        #expect(failure?.isAmbiguous == false)
    }
}
