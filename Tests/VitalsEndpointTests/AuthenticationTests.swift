import Glibc
import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite struct AuthenticationTests {
    // `htpasswd -nbB -C 4 user secret`; the letter makes no difference to how it is hashed.
    static let hash = "$2y$04$5FuHB0J2G3LzoHhVyquMLOoFCUye1HURJ0vDKapRvN3aUEJepcVS."

    private func basic(_ user: String, _ password: String) -> String {
        "Authorization: Basic " + encode(Array("\(user):\(password)".utf8))
    }

    private func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let piece = bytes[start..<min(start + 3, bytes.count)]
            let bits = piece.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0..<4 {
                text.append(place <= piece.count ? digits[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }

    private func serving(_ authentication: EndpointConfiguration.Authentication) throws -> Serving {
        try Serving(page: "page") { $0.authentication = authentication }
    }

    @Test(arguments: ["2y", "2b", "2a"])
    func onlyTheRightPasswordIsLetIn(kind: String) async throws {
        let hash = Self.hash.replacing("2y", with: kind)
        let serving = try serving(.init(users: ["prometheus": hash, "other": hash]))
        let port = serving.port
        for _ in 0..<3 { #expect(await ask(port, "/metrics", [basic("prometheus", "secret")])?.status == 200) }
        #expect(await ask(port, "/", [basic("other", "secret")])?.status == 200)
        for (user, password) in [
            ("prometheus", "wrong"), ("nobody", "secret"), ("", "secret"), ("prometheus", ""),
            ("prometheus", "secret\u{0}x"), ("prometheus", String(repeating: "x", count: 600)),
            ("Prometheus", "secret"),
        ] {
            let reply = try #require(await ask(port, "/metrics", [basic(user, password)]))
            #expect(reply.status == 401)
            #expect(reply.headers.filter { $0.name == "WWW-Authenticate" }.count == 2)
        }
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Basic !!!!", "Basic cHJvbQ==", "Basic a", "Bearer", "Bearer ", "Digest x",
        "Bearer secret",
        "Basic cHJvbWV0aGV1czpzZWNyZXQ=x", "prometheus:secret",
    ])
    func aMalformedHeaderIsNotLetIn(header: String) async throws {
        let serving = try serving(.init(users: ["prometheus": Self.hash]))
        #expect(await ask(serving.port, "/metrics", ["Authorization: \(header)"])?.status == 401)
    }

    @Test func twoHeadersAreNotLetIn() async throws {
        let serving = try serving(.init(users: ["prometheus": Self.hash]))
        let right = basic("prometheus", "secret")
        #expect(await ask(serving.port, "/metrics", [right, right])?.status == 401)
    }

    @Test func healthIsForEveryoneAndRoutesMayChoose() async throws {
        let serving = try serving(.init(users: ["prometheus": Self.hash]))
        try serving.endpoint.route("GET", "/open") { _ in .text("open") }
        try serving.endpoint.route("GET", "/closed", requiresAuthentication: true) { _ in .text("closed") }
        for path in ["/healthz", "/readyz", "/open"] { #expect(await ask(serving.port, path)?.status == 200) }
        for path in ["/metrics", "/", "/closed"] {
            #expect(await ask(serving.port, path)?.status == 401)
            #expect(await ask(serving.port, "HEAD", path)?.status == 401)
            #expect(await ask(serving.port, path, [basic("prometheus", "secret")])?.status == 200)
        }
    }

    @Test func aTokenIsReadAgainWhenItsFileChanges() async throws {
        let folder = Folder()
        let path = folder.path + "/token"
        write("first-token\n", to: path)
        let serving = try serving(.init(bearerTokenFile: path))
        let port = serving.port
        #expect(await ask(port, "/metrics", ["Authorization: Bearer first-token"])?.status == 200)
        #expect(await ask(port, "/metrics", ["authorization: bearer first-token"])?.status == 200)
        for wrong in ["first", "first-token2", "First-token", "x"] {
            #expect(await ask(port, "/metrics", ["Authorization: Bearer \(wrong)"])?.status == 401)
        }
        #expect(await ask(port, "/metrics", [basic("a", "b")])?.status == 401)
        write("  second-token", to: path)
        #expect(await eventually { await ask(port, "/metrics", ["Authorization: Bearer second-token"])?.status == 200 })
        #expect(await ask(port, "/metrics", ["Authorization: Bearer first-token"])?.status == 401)
        write("", to: path)
        #expect(await eventually { serving.count("vitals.endpoint.reloads", ["result": "failed"]) == 1 })
        unlink(path)
        #expect(await eventually { serving.count("vitals.endpoint.reloads", ["result": "failed"]) == 2 })
        #expect(await ask(port, "/metrics", ["Authorization: Bearer second-token"])?.status == 200)
    }

    @Test func usersAreForgottenWhenTheirFileChanges() async throws {
        let folder = Folder()
        let path = folder.path + "/users"
        write("# people\n\nprometheus:\(Self.hash)\r\n", to: path)
        let serving = try serving(.init(usersFile: path))
        let port = serving.port
        #expect(await ask(port, "/metrics", [basic("prometheus", "secret")])?.status == 200)
        write("grafana:\(Self.hash)\n", to: path)
        #expect(await eventually { await ask(port, "/metrics", [basic("grafana", "secret")])?.status == 200 })
        #expect(await ask(port, "/metrics", [basic("prometheus", "secret")])?.status == 401)
        write("grafana:plain\n", to: path)
        #expect(await eventually { serving.count("vitals.endpoint.reloads", ["result": "failed"]) == 1 })
        #expect(await ask(port, "/metrics", [basic("grafana", "secret")])?.status == 200)
    }

    @Test func whatCannotWorkIsRefusedAtTheStart() throws {
        let folder = Folder()
        func error(_ authentication: EndpointConfiguration.Authentication) -> EndpointError? {
            do {
                _ = try serving(authentication)
                return nil
            } catch { return error as? EndpointError }
        }
        func isInvalid(_ error: EndpointError?) -> Bool {
            if case .invalidCredentials = error { return true }
            return false
        }
        #expect(isInvalid(error(.init())))
        #expect(isInvalid(error(.init(users: ["a": "plain"]))))
        #expect(isInvalid(error(.init(users: ["a": Self.hash.replacing("$04$", with: "$15$")]))))
        #expect(isInvalid(error(.init(users: ["a": Self.hash.replacing("$04$", with: "$03$")]))))
        #expect(isInvalid(error(.init(users: ["a:b": Self.hash]))))
        #expect(isInvalid(error(.init(users: ["a": Self.hash + "x"]))))
        guard case .unreadableFile(let path, _) = error(.init(usersFile: "/nowhere/users")) else {
            throw EndpointError.alreadyStarted
        }
        #expect(path == "/nowhere/users")
        guard case .unreadableFile = error(.init(bearerTokenFile: folder.path)) else {
            throw EndpointError.alreadyStarted
        }
        mkfifo(folder.path + "/pipe", 0o600)
        guard case .unreadableFile = error(.init(bearerTokenFile: folder.path + "/pipe")) else {
            throw EndpointError.alreadyStarted
        }
    }

    @Test func aFloodOfWrongPasswordsDoesNotKeepScrapersOut() async throws {
        // The cost of 10 takes some 50 ms.
        let costly = "$2y$10$0AqU/jXDbVh/zq2x.cvqZueDA/P/YDVBNsYY337bfvAi4bG0hUf1y"
        let serving = try serving(.init(users: ["prometheus": costly]))
        let port = serving.port
        #expect(await ask(port, "/metrics", [basic("prometheus", "secret")])?.status == 200)
        let flood = (0..<100).map { number in
            let header = basic(number % 2 == 0 ? "prometheus" : "nobody", "wrong\(number)")
            return Later { ask(port, "/metrics", [header])?.status }
        }
        for _ in 0..<10 {
            let seconds = await elapsed {
                #expect(await ask(port, "/metrics", [basic("prometheus", "secret")])?.status == 200)
            }
            #expect(seconds < soon)
        }
        var statuses: [Int] = []
        for one in flood { if let status = (await one.get()).flatMap({ $0 }) { statuses.append(status) } }
        #expect(statuses.count == 100)
        #expect(statuses.allSatisfy { $0 == 401 || $0 == 429 })
        #expect(statuses.contains(429))
    }

    @Test func anUnknownUserTakesAsLongAsAKnownOne() throws {
        let list = try UserList(["a": Self.hash, "b": "$2y$10$0AqU/jXDbVh/zq2x.cvqZueDA/P/YDVBNsYY337bfvAi4bG0hUf1y"])
        #expect(list.hash(of: Array("nobody".utf8)).hash.hasPrefix("$2b$10$"))
        #expect(list.hash(of: Array("nobody".utf8)).hash.utf8.count == 60)
        #expect(!list.hash(of: Array("nobody".utf8)).isKnown)
        #expect(list.hash(of: Array("a".utf8)).isKnown)
    }

    @Test func rememberedPasswordsAreBounded() throws {
        let credentials = try Credentials(
            .init(users: Dictionary(uniqueKeysWithValues: (0..<150).map { ("user\($0)", Self.hash) })))
        for number in 0..<150 {
            #expect(credentials.verify(user: Array("user\(number)".utf8), password: Array("secret".utf8)))
        }
        let known = (0..<150).filter {
            credentials.check([String(basic("user\($0)", "secret").dropFirst("Authorization: ".count))]) == .allowed
        }
        #expect(known.count == Credentials.remembered)
    }
}
