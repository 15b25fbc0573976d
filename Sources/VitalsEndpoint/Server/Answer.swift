/// What a request is answered with.
struct Answer: Sendable {
    let code: Int
    /// Nil closes the connection without an answer.
    let response: PreparedResponse?
    /// What the body of a scrape is; `none` for anything else.
    var format = "none"
    var encoding = "identity"

    static let close = Answer(code: 0, response: nil)

    /// A line of plain text.
    static func text(_ code: Int, _ text: String, headers: [(name: String, value: String)] = []) -> Answer {
        let headers = headers + [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
        return Answer(code: code, response: PreparedResponse(Array((text + "\n").utf8), headers: headers))
    }

    /// Come again in a second.
    static func busy(_ text: String) -> Answer {
        .text(503, text, headers: [("Retry-After", "1")])
    }

    static func otherMethod(_ allowed: [String]) -> Answer {
        let list = allowed.joined(separator: ", ")
        return .text(405, "only \(list) here", headers: [("Allow", list)])
    }
}
