/// The page that people see at `/`.
package struct EndpointPage: Sendable {
    private let html: [UInt8]
    private let policy: String

    /// A page, and the Content-Security-Policy that it keeps.
    package init(html: [UInt8], contentSecurityPolicy: String) {
        self.html = html
        policy = contentSecurityPolicy
    }

    var answer: Answer {
        Answer(
            status: 200,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("X-Frame-Options", "DENY"), ("Cache-Control", "no-cache"),
            ], content: .bytes(html))
    }
}
