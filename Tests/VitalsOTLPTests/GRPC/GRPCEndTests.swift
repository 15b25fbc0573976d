import CVitals
import Glibc
import Testing
import VitalsBytes
import VitalsMetrics

@testable import VitalsOTLP

@Suite("The end of a transport of gRPC", .timeLimit(.minutes(1)))
struct GRPCEndTests {
    /// A call on a thread of its own.
    private final class Call: Sendable {
        let answer = Waitable<ExportAnswer?>(nil)

        init(_ transport: GRPCTransport, seconds: Double) {
            _ = Worker("caller") { [answer] in
                let final = transport.send(seconds: seconds)
                _ = answer.update { $0 = final }
            }
        }

        var failure: ExportFailure? {
            _ = answer.wait(until: Clock.now &+ 5_000_000_000) { $0 != nil }
            return answer.update { $0 }??.failure
        }
    }

    private func hanging() throws -> ScriptedPeer {
        try #require(
            ScriptedPeer { connection in
                connection.greet()
                connection.drain()
            })
    }

    @Test("A shutdown ends open calls at once, and later ones fail")
    func shutdown() throws {
        let peer = try hanging()
        let transport = try GRPCTransport(port: peer.port)
        let call = Call(transport, seconds: 30)
        #expect(peer.waitForConnections(1))
        vitals_sleep(50_000_000)
        #expect(seconds { transport.shutdown() } < 1)
        let failure = call.failure
        #expect(failure?.kind == "shutdown")
        #expect(failure?.isAmbiguous == true)
        #expect(transport.send().failure?.kind == "shutdown")
        #expect(transport.send().failure?.isAmbiguous == false)
        #expect(seconds { transport.shutdown() } < 1)
    }

    @Test("A shutdown says goodbye to the peer")
    func goodbye() throws {
        let last = Waitable<UInt8>(0)
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                if let request = connection.request() { connection.accept(request.stream) }
                while let frame = connection.nextFrame() { _ = last.update { $0 = frame.type } }
                _ = last.update { $0 += 100 }
            })
        let transport = try GRPCTransport(port: peer.port)
        #expect(transport.send().isAccepted)
        transport.shutdown()
        #expect(last.wait(until: Clock.now &+ 5_000_000_000) { $0 == 107 })
    }

    @Test("A shutdown without a call has nothing to wait for")
    func unused() throws {
        let transport = try GRPCTransport(port: 9)
        #expect(seconds { transport.shutdown() } < 0.1)
    }

    @Test("Haste ends open calls sooner, and only those")
    func hurry() throws {
        let peer = try hanging()
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let call = Call(transport, seconds: 30)
        #expect(peer.waitForConnections(1))
        vitals_sleep(20_000_000)
        let time = seconds {
            transport.hurry(to: Clock.now &+ 200_000_000)
            #expect(call.failure?.kind == "timeout")
        }
        #expect(time > 0.1)
        #expect(time < 1.5)
        #expect(seconds { _ = transport.send(seconds: 0.6) } > 0.5)
    }

    @Test("A call whose time is over does not begin")
    func late() throws {
        let peer = try hanging()
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        let failure = transport.send(seconds: -1).failure
        #expect(failure?.kind == "timeout")
        #expect(failure?.isAmbiguous == false)
        #expect(peer.connections == 0)
    }

    @Test("A call without a limit is made, and the peer is told of none")
    func unlimited() throws {
        let timeout = Locked<String?>("")
        let peer = try #require(
            ScriptedPeer { connection in
                connection.greet()
                while let request = connection.request() {
                    timeout.withLock { $0 = request["grpc-timeout"] }
                    connection.accept(request.stream)
                }
            })
        let transport = try GRPCTransport(port: peer.port)
        defer { transport.shutdown() }
        for deadline in [1 << 62, .max] as [UInt64] {
            let body = ExportBody(ByteBuffer(), isPacked: false)
            #expect(transport.send(ExportRequest(signal: .traces, body: body, deadline: deadline)).isAccepted)
            #expect(timeout.withLock { $0 } == nil)
        }
    }

    @Test("Many transports that are let go leave neither threads nor descriptors")
    func leaks() throws {
        let peer = try #require(
            ScriptedPeer {
                $0.greet(); $0.serve()
            })
        for round in 0..<30 {
            let transport = try GRPCTransport(port: peer.port)
            if round % 3 > 0 { #expect(transport.send().isAccepted) }
            if round % 3 > 1 { transport.shutdown() }
        }
        // With the connections of the others that run beside this test, but not with thirty.
        #expect(peer.waitForConnections(20))
        #expect(eventually { Self.threads("vitals-grpc") < 15 })
    }

    /// How many threads of this process have a name.
    private static func threads(_ name: String) -> Int {
        guard let tasks = opendir("/proc/self/task") else { return 0 }
        defer { closedir(tasks) }
        var count = 0
        while let entry = readdir(tasks) {
            let task = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let file = fopen("/proc/self/task/\(task)/comm", "r") else { continue }
            defer { fclose(file) }
            var line = [UInt8](repeating: 0, count: 32)
            let length = fread(&line, 1, line.count, file)
            if line.prefix(length).starts(with: name.utf8) { count += 1 }
        }
        return count
    }

    @Test("Addresses and files that cannot be used are told when the transport is made")
    func setup() {
        func error(_ endpoint: String, _ change: (inout OTLPConfiguration) -> Void = { _ in }) -> OTLPError? {
            do {
                _ = try GRPCTransport(endpoint: endpoint, change)
                return nil
            } catch {
                return error as? OTLPError
            }
        }
        #expect(error("ftp://c") == .endpoint("ftp://c", "its scheme is neither http nor https"))
        #expect(
            error("https://c") { $0.tls.authorityFile = "/nowhere/ca.pem" }
                == .security("/nowhere/ca.pem", "No such file or directory"))
        #expect(
            error("https://c") { $0.tls.certificateFile = "/nowhere/c.pem" }
                == .security("/nowhere/c.pem", "No such file or directory"))
        #expect(
            error("https://c") { $0.tls.keyFile = "/nowhere/c.key" }
                == .security("/nowhere/c.key", "a key needs its certificate; give that too"))
        // Without TLS nobody reads them.
        #expect(error("http://c") { $0.tls.authorityFile = "/nowhere/ca.pem" } == nil)
    }
}
