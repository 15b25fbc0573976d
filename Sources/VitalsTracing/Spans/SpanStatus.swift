/// How the work of a span ended.
public enum SpanStatus: Sendable, Hashable {
    /// Nobody says that it failed.
    case unset
    /// Somebody knows that it succeeded.
    case ok
    /// It failed, and why.
    case error(String)

    /// Whether it failed.
    public var isError: Bool {
        if case .error = self { true } else { false }
    }
}
