/// What a client knows of a request before it is sent.
public struct HTTPClientRequest: Sendable {
    /// The method.
    public var method: String
    /// The whole URL. Credentials in it are shown nowhere.
    public var url: String
    /// The template of the path, such as `/orders/{id}`, for the name of the span; never a path.
    public var template: String?
    /// The headers in their order; names may repeat.
    public var headers: [(String, String)]
    /// The bytes of the body, if there is one; what is negative is unknown.
    public var bodySize: Int?
    /// How often the request was sent before; zero for the first attempt.
    public var resendCount: Int

    /// A request.
    public init(
        method: String, url: String, template: String? = nil, headers: [(String, String)] = [], bodySize: Int? = nil,
        resendCount: Int = 0
    ) {
        self.method = method
        self.url = url
        self.template = template
        self.headers = headers
        self.bodySize = bodySize
        self.resendCount = resendCount
    }
}
