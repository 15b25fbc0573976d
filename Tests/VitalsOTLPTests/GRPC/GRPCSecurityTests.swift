import Glibc
import Testing

@testable import VitalsOTLP

@Suite("TLS under gRPC", .timeLimit(.minutes(1)))
struct GRPCSecurityTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try #require(CertificateFolder())
        try #require(folder.authority("authority"))
        try #require(folder.authority("stranger"))
        try #require(folder.certificate("server", by: "authority", for: "DNS:localhost,IP:127.0.0.1"))
    }

    /// A peer that accepts all over TLS.
    private func peer(_ name: String = "server", clients: String? = nil, alpn: Bool = true) throws -> ScriptedPeer {
        let server = try #require(TLSServer(folder, name, clients: clients, alpn: alpn))
        return try #require(
            ScriptedPeer(tls: server) {
                $0.greet(); $0.serve()
            })
    }

    private func send(
        _ peer: ScriptedPeer, host: String = "127.0.0.1", authority: String? = "authority", certificate: String? = nil
    ) throws -> ExportAnswer {
        let transport = try GRPCTransport(endpoint: "https://\(host):\(peer.port)") { configuration in
            configuration.tls.authorityFile = authority.map { folder.certificate($0) }
            configuration.tls.certificateFile = certificate.map { folder.certificate($0) }
            configuration.tls.keyFile = certificate.map { folder.key($0) }
        }
        defer { transport.shutdown() }
        let answer = transport.send([UInt8](repeating: 5, count: 300_000))
        return answer.isAccepted ? transport.send() : answer
    }

    /// What is said about a failure, without the addresses.
    private func reason(_ answer: ExportAnswer) -> String? {
        #expect(answer.failure?.kind == "tls")
        #expect(answer.failure?.remedy == .later)
        #expect(answer.failure?.isAmbiguous == false)
        return answer.failure?.description
    }

    @Test("A peer is spoken to that shows a certificate of the authority for its name or number")
    func accepts() throws {
        let peer = try peer()
        #expect(try send(peer).isAccepted)
        #expect(try send(peer, host: "localhost").isAccepted)
    }

    @Test("Certificates of others, and of other names, are refused with the reason")
    func refuses() throws {
        let prefix = "is not accepted: "
        let stranger = try reason(send(peer(), authority: "stranger"))
        #expect(stranger?.hasSuffix("for 127.0.0.1 \(prefix)unable to get local issuer certificate") == true)
        let system = try reason(send(peer(), authority: nil))
        #expect(system?.hasSuffix("\(prefix)unable to get local issuer certificate") == true)
        try #require(folder.certificate("other", by: "authority", for: "DNS:elsewhere"))
        let name = try reason(send(peer("other"), host: "localhost"))
        #expect(name?.hasSuffix("for localhost \(prefix)hostname mismatch") == true)
        let number = try reason(send(peer("other")))
        #expect(number?.hasSuffix("for 127.0.0.1 \(prefix)IP address mismatch") == true)
        try #require(folder.certificate("old", by: "authority", for: "IP:127.0.0.1", days: -1))
        #expect(try reason(send(peer("old")))?.hasSuffix("\(prefix)certificate has expired") == true)
    }

    @Test("A peer that wants a certificate gets it, and refuses others")
    func clients() throws {
        try #require(folder.certificate("client", by: "authority", for: "DNS:client"))
        try #require(folder.certificate("intruder", by: "stranger", for: "DNS:client"))
        let peer = try peer(clients: "authority")
        #expect(try send(peer, certificate: "client").isAccepted)
        #expect(try reason(send(peer))?.contains("certificate required") == true)
        #expect(try reason(send(peer, certificate: "intruder"))?.contains("unknown ca") == true)
    }

    @Test("A peer without TLS, or without HTTP/2 in it, is not spoken to")
    func strict() throws {
        let plain = try #require(
            ScriptedPeer { connection in
                connection.greet()
                connection.drain()
            })
        #expect(try reason(send(plain))?.contains("the TLS handshake failed") == true)
        let old = try reason(send(peer(alpn: false)))
        #expect(old?.hasSuffix("the peer does not offer HTTP/2 over TLS (ALPN h2)") == true)
    }

    @Test("Certificates that were renewed are used by the next connection")
    func renewal() throws {
        let server = try #require(TLSServer(folder, "server"))
        let peer = try #require(
            ScriptedPeer(tls: server) { connection in
                connection.greet()
                if let request = connection.request() { connection.accept(request.stream) }
            })
        #expect(rename(folder.certificate("authority"), folder.certificate("right")) == 0)
        #expect(rename(folder.certificate("stranger"), folder.certificate("authority")) == 0)
        let transport = try GRPCTransport(endpoint: "https://127.0.0.1:\(peer.port)") { configuration in
            configuration.tls.authorityFile = folder.certificate("authority")
        }
        defer { transport.shutdown() }
        #expect(transport.send().failure?.kind == "tls")
        #expect(rename(folder.certificate("right"), folder.certificate("authority")) == 0)
        #expect(transport.send().isAccepted)
        #expect(unlink(folder.certificate("authority")) == 0)
        let failure = transport.send().failure
        #expect(failure?.kind == "tls" || failure?.kind == "connection_lost")
    }

    @Test("Keys that do not belong to their certificates are found when the transport is made")
    func files() throws {
        func error(_ certificate: String, _ key: String) -> OTLPError? {
            do {
                _ = try GRPCTransport(endpoint: "https://c") { configuration in
                    configuration.tls.certificateFile = certificate
                    configuration.tls.keyFile = key
                }
                return nil
            } catch {
                return error as? OTLPError
            }
        }
        #expect(error(folder.certificate("server"), folder.key("server")) == nil)
        #expect(
            error(folder.certificate("server"), folder.key("authority"))
                == .security(folder.key("authority"), "key values mismatch"))
        #expect(
            error(folder.key("server"), folder.key("server"))
                == .security(
                    folder.key("server"), "it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"))
        #expect(
            error(folder.certificate("server"), "/nowhere.key")
                == .security("/nowhere.key", "No such file or directory"))
    }
}
