/// The way to a peer: gRPC or HTTP. One attempt at a time is one call; repeating is the business of whoever calls.
package protocol ExportTransport: AnyObject, Sendable {
    /// What its exporters are called in `otel.component.type`, before the signal: `otlp_grpc`, `otlp_http`, `otlp_http_json`.
    var componentPrefix: String { get }
    /// The peer, for `server.address` and `server.port`.
    var server: (address: String, port: Int?) { get }

    /// The status of an attempt that succeeded, for `otel.sdk.exporter.operation.duration`.
    var success: ExportFailure.Status { get }

    /// The body of requests that carry a message, which is given in protobuf and not packed: in the form of the transport
    /// and packed if that is configured. Done once for a message, however often it is sent.
    func encode(_ message: ExportBody, for signal: Signal) -> ExportBody

    /// Sends a request and waits for the answer, until the request's deadline at the latest. Calls of several threads go
    /// on side by side.
    func send(_ request: ExportRequest) -> ExportAnswer

    /// Lets calls that are under way end by `deadline` (monotonic nanoseconds).
    func hurry(to deadline: UInt64)

    /// Ends calls that are under way, the connection and the transport's thread; later calls fail at once. Safe to call
    /// twice.
    func shutdown()
}

/// One attempt to deliver a message.
package struct ExportRequest: Sendable {
    /// What the message holds.
    package let signal: Signal
    /// The message.
    package let body: ExportBody
    /// Metadata or header fields, their names in lower case.
    package let headers: [(name: String, value: String)]
    /// When to give up, in monotonic nanoseconds.
    package let deadline: UInt64

    /// An attempt.
    package init(signal: Signal, body: ExportBody, headers: [(name: String, value: String)] = [], deadline: UInt64) {
        self.signal = signal
        self.body = body
        self.headers = headers
        self.deadline = deadline
    }
}

/// What came of an attempt.
package enum ExportAnswer: Sendable {
    /// The peer has the message.
    case accepted(ExportResponse)
    /// It has not, or nobody knows.
    case failed(ExportFailure)
}

/// What a peer says about a message that it took.
package struct ExportResponse: Sendable, Equatable {
    /// How many points or spans it did not want.
    package var rejected: Int
    /// Why, or a warning.
    package var message: String

    /// A response; by default that of complete success.
    package init(rejected: Int = 0, message: String = "") {
        self.rejected = rejected
        self.message = message
    }
}
