extension Baggage {
    /// The baggage of the current context.
    public static var current: Baggage { CurrentContext.with { $0.baggage } }
}

/// Runs `body` with `baggage` added to that of the current context.
///
/// - Parameter replacing: Whether `baggage` is all there is then; `withBaggage([:], replacing: true)` hides the baggage.
@discardableResult
public func withBaggage<Result, Failure: Error>(
    _ baggage: Baggage, replacing: Bool = false, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    try withContext(.current(baggage, replacing: replacing), body)
}

/// Runs `body` with `baggage` added to that of the current context, wherever it is continued after a wait.
///
/// - Parameter replacing: Whether `baggage` is all there is then; `withBaggage([:], replacing: true)` hides the baggage.
@discardableResult
public func withBaggage<Result, Failure: Error>(
    _ baggage: Baggage, replacing: Bool = false, _ body: () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    try await withContext(.current(baggage, replacing: replacing), body)
}

extension Context {
    fileprivate static func current(_ baggage: Baggage, replacing: Bool) -> Context {
        var context = current
        context.baggage = replacing ? baggage : context.baggage.merging(baggage)
        return context
    }
}
