/// What answers a scrape.
package struct ScrapeResponse: Sendable {
    /// Bytes that stay where they are for as long as the object lives.
    package protocol Body: AnyObject, Sendable {
        /// The bytes.
        var bytes: UnsafeRawBufferPointer { get }
    }

    /// The value of Content-Type.
    package let contentType: String
    /// The value of Content-Encoding; nil if the body is as it is.
    package let contentEncoding: String?
    /// What the body is, for the endpoint's metrics: `text`, `openmetrics`, `protobuf`.
    package let format: String
    /// The body.
    package let body: any Body

    /// A response.
    package init(contentType: String, contentEncoding: String?, format: String, body: any Body) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.format = format
        self.body = body
    }
}
