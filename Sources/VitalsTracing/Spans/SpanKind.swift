/// What a span is to the spans around it.
public enum SpanKind: Int, Sendable, Hashable {
    /// Work within a service.
    case `internal` = 1
    /// A request that is served.
    case server
    /// A request to another service.
    case client
    /// A message is handed over that somebody will process later.
    case producer
    /// A message is processed.
    case consumer
}
