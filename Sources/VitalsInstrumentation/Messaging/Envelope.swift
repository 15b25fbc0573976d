public import VitalsTracing

/// A message with the headers that carry the context in which it was made.
public struct Envelope: Sendable {
    /// What tells it from other messages.
    public var id: String
    /// The topic or queue it goes to: few and known.
    public var destination: String
    /// The headers in their order; names may repeat.
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

    /// The context in which it was made: the span that created it, and baggage. Headers that say nothing of it, or
    /// nothing that can be read, are no error: the context is empty then.
    public var context: Context { Context.extract(from: headers, into: Context()) }

    /// What is current while the message is dealt with in `surroundings`: its own span, if it has one, and no baggage
    /// but its own.
    func context(in surroundings: Context) -> (context: Context, creation: SpanContext?) {
        var bare = surroundings
        bare.baggage = Baggage()
        var anew = bare
        anew.spanContext = .invalid
        let context = Context.extract(from: headers, into: anew)
        if context.spanContext.isValid { return (context, context.spanContext) }
        return (bare.spanContext.isValid ? Context.extract(from: headers, into: bare) : context, nil)
    }
}
