import Testing
import VitalsTracing

/// The example of the design: it has to compile as it is, except that the body with the baggage waits for something.
@Suite struct PropagationDesignTests {
    private struct Request {
        let headers: [String: String]
    }

    @Test func theExampleOfTheDesignWorks() async throws {
        let request = Request(headers: ["Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
        let remote = Context.extract(from: request.headers)
        try await withContext(remote) {
            try await TracerProvider().tracer("design").withSpan("GET /orders/{id}", kind: .server) { span in
                var outgoing: [(String, String)] = []
                Context.current.inject(into: &outgoing)
                try await withBaggage(["tenant.id": "acme"]) {
                    try await Task.sleep(for: .zero)
                    #expect(Baggage.current["tenant.id"] == "acme")
                    return Baggage.current["tenant.id"]
                }
                #expect(outgoing.first?.0 == "traceparent")
            }
        }
    }
}
