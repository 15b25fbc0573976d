import CVitals
import Glibc
import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite struct TLSTests {
    /// Makes a certificate for localhost, by itself or by an authority.
    private func certificate(_ name: String, by authority: String? = nil, in folder: Folder) async {
        let path = "\(folder.path)/\(name)"
        if let authority {
            _ = await run(
                [
                    "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    "\(path).key", "-out", "\(path).csr", "-subj", "/CN=\(name)",
                ], in: folder)
            _ = await run(
                [
                    "openssl", "x509", "-req", "-in", "\(path).csr", "-CA", "\(folder.path)/\(authority).pem", "-CAkey",
                    "\(folder.path)/\(authority).key", "-CAcreateserial", "-out", "\(path).pem", "-days", "2",
                ], in: folder)
        } else {
            _ = await run(
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", "\(path).key", "-out", "\(path).pem", "-subj", "/CN=\(name)", "-days", "2", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1",
                ], in: folder)
        }
    }

    private func tls(_ folder: Folder, _ name: String, clients: String? = nil) -> EndpointConfiguration.TLS {
        .init(
            certificateFile: "\(folder.path)/\(name).pem", keyFile: "\(folder.path)/\(name).key",
            clientAuthorityFile: clients.map { "\(folder.path)/\($0).pem" })
    }

    private func curl(_ port: Int, _ folder: Folder, _ more: [String] = [], path: String = "/metrics") async -> (
        status: Int32, output: String
    ) {
        await run(
            ["curl", "-sS", "--max-time", "\(Int(10 * soon))", "https://localhost:\(port)\(path)", "-4"] + more,
            in: folder)
    }

    @Test func scrapesAreEncrypted() async throws {
        let folder = Folder()
        await certificate("server", in: folder)
        let big = String(repeating: "0123456789\n", count: 500_000)
        let serving = try Serving({ $0.tls = tls(folder, "server") }) { request, _ in
            response(request.names.isEmpty ? "encrypted\n" : big)
        }
        let trust = ["--cacert", folder.path + "/server.pem"]
        #expect(await curl(serving.port, folder, trust).output == "encrypted\n")
        #expect(await curl(serving.port, folder, trust + ["--tlsv1.2", "--tls-max", "1.2"]).output == "encrypted\n")
        let old = await curl(
            serving.port, folder, trust + ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"])
        #expect(old.status != 0)
        #expect(await curl(serving.port, folder).status == 60)
        let sized = await curl(
            serving.port, folder, trust + ["-g", "-o", "/dev/null", "-w", "%{size_download}"], path: "/metrics?name[]=a"
        )
        #expect(sized.output == "\(big.utf8.count)")
        let plain = Client(serving.port)
        plain.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await plain.reply(seconds: 5) == nil)
        #expect(await plain.isEnded())
        #expect(await curl(serving.port, folder, trust).output == "encrypted\n")
    }

    @Test func clientsNeedACertificateOfTheAuthority() async throws {
        let folder = Folder()
        for name in ["server", "authority", "stranger"] { await certificate(name, in: folder) }
        await certificate("client", by: "authority", in: folder)
        await certificate("intruder", by: "stranger", in: folder)
        let serving = try Serving { $0.tls = tls(folder, "server", clients: "authority") }
        func status(_ client: String?) async -> (status: Int32, output: String) {
            let own = client.map { ["--cert", "\(folder.path)/\($0).pem", "--key", "\(folder.path)/\($0).key"] } ?? []
            return await curl(serving.port, folder, ["--cacert", folder.path + "/server.pem"] + own, path: "/healthz")
        }
        #expect(await status("client").output == "ok\n")
        #expect(await status(nil).status != 0)
        #expect(await status("intruder").status != 0)
        #expect(await status("client").output == "ok\n")
    }

    @Test func changedFilesAreUsedAndWrongOnesAreNot() async throws {
        let folder = Folder()
        for name in ["server", "next"] { await certificate(name, in: folder) }
        let gate = Gate()
        let serving = try Serving({ $0.tls = tls(folder, "server") }) { request, _ in
            if request.names == ["slow"] { gate.wait() }
            return response("x")
        }
        let port = serving.port
        let old = try #require(contents(folder.path + "/server.pem"))
        let new = try #require(contents(folder.path + "/next.pem"))
        write(old, to: folder.path + "/old.pem")
        let slow = Task {
            await curl(port, folder, ["-g", "--cacert", folder.path + "/old.pem"], path: "/metrics?name[]=slow")
        }
        #expect(await eventually { serving.endpoint.scrapesInFlight == 1 })
        // A certificate without its key is not used.
        write(new, to: folder.path + "/server.pem")
        #expect(await eventually { serving.count("vitals.endpoint.reloads", ["result": "failed"]) >= 1 })
        #expect(await curl(port, folder, ["--cacert", folder.path + "/old.pem"], path: "/healthz").output == "ok\n")
        write(try #require(contents(folder.path + "/next.key")), to: folder.path + "/server.key")
        #expect(await eventually { serving.count("vitals.endpoint.reloads", ["result": "ok"]) == 1 })
        #expect(await curl(port, folder, ["--cacert", folder.path + "/next.pem"], path: "/healthz").output == "ok\n")
        #expect(await curl(port, folder, ["--cacert", folder.path + "/old.pem"]).status == 60)
        // Long enough for the old certificate's connections to be looked at.
        await onThread { vitals_sleep(700_000_000) }
        gate.open()
        #expect(await slow.value.output == "x")
    }

    @Test func whatIsWrongWithTheFilesIsTold() async throws {
        let folder = Folder()
        for name in ["server", "next"] { await certificate(name, in: folder) }
        func error(_ tls: EndpointConfiguration.TLS) -> EndpointError? {
            do {
                _ = try Serving { $0.tls = tls }
                return nil
            } catch { return error as? EndpointError }
        }
        guard case .unreadableFile(let path, _) = error(tls(folder, "missing")) else {
            throw EndpointError.alreadyStarted
        }
        #expect(path.hasSuffix("missing.pem"))
        var mixed = tls(folder, "server")
        mixed.keyFile = folder.path + "/next.key"
        guard case .invalidTLS = error(mixed) else { throw EndpointError.alreadyStarted }
        var clients = tls(folder, "server")
        clients.clientAuthorityFile = folder.path + "/server.key"
        guard case .invalidTLS(let authority, _) = error(clients) else { throw EndpointError.alreadyStarted }
        #expect(authority.hasSuffix("server.key"))
    }
}
