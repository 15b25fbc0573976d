/// What a scraper asks of `/metrics`: the words of its request, which whoever renders understands.
package struct ScrapeRequest: Sendable, Hashable {
    /// The Accept header, if there was one.
    package var accept: String?
    /// The Accept-Encoding header, if there was one.
    package var acceptEncoding: String?
    /// The values of the query's `name[]`: only these families are wanted; all if there are none.
    package var names: [String]

    /// A request.
    package init(accept: String? = nil, acceptEncoding: String? = nil, names: [String] = []) {
        self.accept = accept
        self.acceptEncoding = acceptEncoding
        self.names = names
    }
}
