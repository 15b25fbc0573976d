public import VitalsMetrics

extension Tracer {
    /// Runs `body` in a span, which is the current one meanwhile and ends with it. An error that `body` throws is
    /// recorded and makes the span one that failed.
    @inlinable
    @discardableResult
    public func withSpan<Result, Failure: Error>(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        parent: Context? = nil, _ body: (Span) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let span = startSpan(name, kind: kind, attributes: attributes, links: links, parent: parent)
        defer { span.end() }
        var result: Swift.Result<Result, Failure>?
        CurrentContext.run(span.context) {
            do throws(Failure) {
                result = .success(try body(span))
            } catch {
                span.fail(error)
                result = .failure(error)
            }
        }
        return try result.unsafelyUnwrapped.get()
    }

    /// Runs `body` in a span, which is the current one meanwhile, wherever it is continued after a wait, and ends with it.
    /// An error that `body` throws is recorded and makes the span one that failed.
    @inlinable
    @discardableResult
    public func withSpan<Result, Failure: Error>(
        _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
        parent: Context? = nil, _ body: (Span) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let span = startSpan(name, kind: kind, attributes: attributes, links: links, parent: parent)
        defer { span.end() }
        var result: Swift.Result<Result, Failure>?
        await CurrentContext.run(span.context) {
            do throws(Failure) {
                result = .success(try await body(span))
            } catch {
                span.fail(error)
                result = .failure(error)
            }
        }
        return try result.unsafelyUnwrapped.get()
    }
}

/// Runs `body` in a span of the shared tracer, which is the current one meanwhile and ends with it. An error that `body`
/// throws is recorded and makes the span one that failed.
@inlinable
@discardableResult
public func withSpan<Result, Failure: Error>(
    _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
    parent: Context? = nil, _ body: (Span) throws(Failure) -> Result
) throws(Failure) -> Result {
    try Tracer.shared.withSpan(name, kind: kind, attributes: attributes, links: links, parent: parent, body)
}

/// Runs `body` in a span of the shared tracer, which is the current one meanwhile, wherever it is continued after a wait,
/// and ends with it. An error that `body` throws is recorded and makes the span one that failed.
@inlinable
@discardableResult
public func withSpan<Result, Failure: Error>(
    _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
    parent: Context? = nil, _ body: (Span) async throws(Failure) -> Result
) async throws(Failure) -> Result {
    try await Tracer.shared.withSpan(name, kind: kind, attributes: attributes, links: links, parent: parent, body)
}

/// Begins a span of the shared tracer, which has to be ended: `span.end()`. It does not become the current one.
public func startSpan(
    _ name: String, kind: SpanKind = .internal, attributes: Attributes = [:], links: [SpanLink] = [],
    parent: Context? = nil, at time: UInt64? = nil
) -> Span {
    Tracer.shared.startSpan(name, kind: kind, attributes: attributes, links: links, parent: parent, at: time)
}
