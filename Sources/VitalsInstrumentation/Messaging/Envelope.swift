public import VitalsTracing

/// A message with the headers that carry the context in which it was made.
public struct Envelope: Sendable {
    /// What tells it from other messages.
    public var id: String
    /// The topic or queue it goes to: few and known.
    public var destination: String
    /// The headers in their order.
    public var headers: [(String, String)]
    /// The message itself.
    public var body: [UInt8]

    /// A message.
    public init(id: String, destination: String, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.id = id
        self.destination = destination
        self.headers = headers
        self.body = body
    }

    /// The context in which it was made: the span that created it, and baggage.
    public var context: Context { Context.extract(from: headers, into: Context()) }
}
