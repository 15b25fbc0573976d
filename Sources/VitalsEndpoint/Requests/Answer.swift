/// A finished response, on its way out.
struct Answer: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        case shared(any ScrapeResponse.Body)
    }

    let status: Int
    var headers: [(name: String, value: String)]
    let content: Content

    init(status: Int, headers: [(name: String, value: String)] = [], content: Content) {
        self.status = status
        self.headers = headers
        self.content = content
    }

    /// A line of text that says what there is.
    static func text(_ status: Int, _ text: String, headers: [(name: String, value: String)] = []) -> Answer {
        Answer(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")] + headers,
            content: .bytes(Array("\(text)\n".utf8)))
    }

    /// Come again in a second.
    static func busy(_ text: String) -> Answer {
        .text(503, text, headers: [("Retry-After", "1")])
    }

    /// What a program's route answered; nil if a header cannot be sent as it is.
    init?(_ response: EndpointResponse) {
        guard (200...599).contains(response.status) else { return nil }
        for (name, value) in response.headers {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }),
                value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { return nil }
        }
        status = response.status
        headers = response.headers
        content = .bytes(response.body)
    }
}
