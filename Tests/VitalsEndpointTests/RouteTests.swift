import Testing
import VitalsMetrics

@testable import VitalsEndpoint

@Suite struct RouteTests {
    @Test(arguments: ["/metrics", "/healthz", "/readyz", "/"])
    func everyPageHasAHead(path: String) async throws {
        let serving = try Serving(page: "<html>")
        let get = try #require(await ask(serving.port, path))
        let head = try #require(await ask(serving.port, "HEAD", path))
        #expect(get.status == 200)
        #expect(head.status == 200)
        #expect(head.header("Content-Length") == "\(get.body.count)")
        #expect(head.header("Content-Type") == get.header("Content-Type"))
        #expect(head.body.isEmpty)
    }

    @Test(arguments: ["/metrics", "/healthz", "/readyz", "/"])
    func otherMethodsAreTold(path: String) async throws {
        let serving = try Serving(page: "<html>")
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
            let reply = try #require(await ask(serving.port, method, path))
            #expect(reply.status == 405)
            #expect(reply.header("Allow") == "GET, HEAD")
            #expect(reply.text.contains("GET, HEAD"))
        }
    }

    @Test(arguments: ["/nothing", "/metrics/", "/metricsx", "//metrics", "/healthz/x", "/metrics%2F"])
    func whatIsNotThereIsNotFound(path: String) async throws {
        let serving = try Serving()
        let reply = try #require(await ask(serving.port, path))
        #expect(reply.status == 404)
        #expect(reply.text.contains("/metrics"))
        #expect(reply.header("Content-Type") == "text/plain; charset=utf-8")
    }

    @Test(arguments: [
        "/metrics?name[]=%zz", "/metrics?name[]=%4", "/metrics?name[]=%ff", "/%", "/metrics?x=%00", "/metrics?%c3=1",
        "metrics", "*",
    ])
    func aMalformedTargetIsABadRequest(target: String) async throws {
        let serving = try Serving()
        #expect(try #require(await ask(serving.port, target)).status == 400)
    }

    @Test(arguments: [
        ("", "[]"), ("?", "[]"), ("?name[]=", "[]"), ("?name[]", "[]"), ("?other=1", "[]"),
        ("?name[]=a", "[\"a\"]"), ("?name%5B%5D=a&name%5b%5d=b", "[\"a\", \"b\"]"),
        ("?name[]=a&name[]=a", "[\"a\", \"a\"]"),
        ("?name[]=a%2Eb+c", "[\"a.b c\"]"), ("?&&name[]=%C3%A4&x", "[\"ä\"]"), ("?name=a", "[]"),
    ])
    func namesAreTakenFromTheQuery(query: String, names: String) async throws {
        let serving = try Serving()
        let reply = try #require(await ask(serving.port, "/metrics" + query))
        #expect(reply.status == 200)
        #expect(reply.text == "names=\(names)\n")
    }

    @Test func aProxysTargetIsUnderstood() async throws {
        let serving = try Serving()
        #expect(await ask(serving.port, "http://host:1/metrics?name[]=a")?.text == "names=[\"a\"]\n")
        #expect(await ask(serving.port, "HTTP://host/healthz")?.status == 200)
        #expect(await ask(serving.port, "http:///healthz")?.status == 400)
    }

    @Test func theFormatIsNegotiatedByTheRenderer() async throws {
        let serving = try Serving(render: { request, _ in
            response("\(request.accept ?? "-") \(request.acceptEncoding ?? "-")")
        })
        #expect(await ask(serving.port, "/metrics")?.text == "- -")
        #expect(
            await ask(serving.port, "/metrics", ["accept: a;q=1", "ACCEPT: b", "Accept-Encoding: gzip"])?.text
                == "a;q=1,b gzip")
    }

    @Test func thePageIsStrict() async throws {
        let serving = try Serving(page: "<html>ä")
        let reply = try #require(await ask(serving.port, "/"))
        #expect(reply.text == "<html>ä")
        #expect(reply.header("Content-Type") == "text/html; charset=utf-8")
        #expect(reply.header("Content-Security-Policy") == "default-src 'none'")
        #expect(reply.header("X-Content-Type-Options") == "nosniff")
        #expect(reply.header("Referrer-Policy") == "no-referrer")
        #expect(reply.header("X-Frame-Options") == "DENY")
        #expect(reply.header("Cache-Control") == "no-cache")
    }

    @Test func withoutAPageTheRootIsFree() async throws {
        let serving = try Serving()
        #expect(await ask(serving.port, "/")?.status == 404)
        try serving.endpoint.route("GET", "/") { _ in .text("mine") }
        #expect(await ask(serving.port, "/")?.text == "mine")
    }

    @Test func severalRequestsShareAConnection() async throws {
        let serving = try Serving()
        let client = Client(serving.port)
        for _ in 0..<10 {
            #expect(await client.ask("/metrics")?.status == 200)
            #expect(await client.ask("HEAD", "/metrics")?.status == 200)
            #expect(await client.ask("/nothing")?.status == 404)
        }
        // All at once, without waiting for answers.
        client.send(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 5))
        for _ in 0..<5 { #expect(await client.reply()?.status == 200) }
    }

    @Test func aRequestWhoseEndIsAmbiguousIsRefused() async throws {
        let serving = try Serving()
        let both = ["Content-Length: 3", "Transfer-Encoding: chunked"]
        #expect(await ask(serving.port, "POST", "/x", both)?.status == 400)
        #expect(await ask(serving.port, "POST", "/x", ["Content-Length: 3", "Content-Length: 4"])?.status == 400)
        #expect(await ask(serving.port, "POST", "/x", ["Transfer-Encoding: gzip"])?.status == 400)
        // To a proxy these may be what they look like.
        for header in ["Content-Length : 3", "Transfer-Encoding : chunked", "X(y): z", "Host: other"] {
            #expect(await ask(serving.port, "GET", "/healthz", [header])?.status == 400, "\(header)")
        }
    }
}
