import Glibc
import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite struct ListeningTests {
    private func error(_ host: String, _ port: Int) -> EndpointError? {
        do {
            _ = try Serving {
                $0.host = host
                $0.port = port
            }
            return nil
        } catch { return error as? EndpointError }
    }

    @Test(arguments: [
        ("localhost", ["127.0.0.1", "::1"]), ("127.0.0.1", ["127.0.0.1"]), ("::1", ["::1"]),
        ("0.0.0.0", ["127.0.0.1"]), ("::", ["127.0.0.1", "::1"]),
    ])
    func everyAddressOfTheHostAnswers(host: String, addresses: [String]) async throws {
        let serving = try Serving { $0.host = host }
        try serving.endpoint.route("GET", "/who") { .text($0.remoteAddress) }
        #expect(serving.port > 0)
        for address in ["127.0.0.1", "::1"] {
            let client = Client(serving.port, host: address)
            #expect(client.isConnected == addresses.contains(address))
            guard client.isConnected else { continue }
            #expect(await client.ask("/metrics")?.status == 200)
            #expect(await client.ask("/who")?.text == address)
        }
    }

    @Test func aTakenPortIsTold() async throws {
        let serving = try Serving()
        #expect(error("127.0.0.1", serving.port) == .portTaken(host: "127.0.0.1", port: serving.port))
        #expect(error("localhost", serving.port) == .portTaken(host: "localhost", port: serving.port))
        #expect(error("::", serving.port) == .portTaken(host: "::", port: serving.port))
        #expect(await ask(serving.port, "/metrics")?.status == 200)
    }

    @Test func wrongPlacesAreTold() {
        #expect(error("localhost", 65536) == .invalidPort(65536))
        #expect(error("localhost", -1) == .invalidPort(-1))
        #expect(error("192.0.2.1", 0) == .addressNotLocal("192.0.2.1"))
        guard case .unknownHost("no.such.host.invalid", _) = error("no.such.host.invalid", 0) else {
            Issue.record("the host was found")
            return
        }
        guard case .unknownHost("", _) = error("", 0) else {
            Issue.record("no host was found")
            return
        }
        if geteuid() != 0 { #expect(error("127.0.0.1", 81) == .portNotAllowed(host: "127.0.0.1", port: 81)) }
    }

    @Test func aPortCanBeUsedAgainAtOnce() async throws {
        var port = 0
        var restarts = 0
        for _ in 0..<30 where restarts < 5 {
            do {
                let serving = try Serving { $0.port = port }
                if port > 0 { restarts += 1 }
                port = serving.port
                let client = Client(port)
                #expect(await client.ask("/metrics")?.status == 200)
                serving.endpoint.shutdown()
            } catch EndpointError.portTaken {
                // By another test, which was given the port that had become free.
                port = 0
            }
        }
        #expect(restarts == 5)
    }

    @Test func anEndpointStartsOnce() throws {
        let serving = try Serving()
        #expect(throws: EndpointError.alreadyStarted) { try serving.endpoint.start() }
        let stopped = try Serving(start: false)
        stopped.endpoint.shutdown()
        #expect(throws: EndpointError.alreadyStarted) { try stopped.endpoint.start() }
    }
}
