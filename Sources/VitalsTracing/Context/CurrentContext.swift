import CVitals
import VitalsMetrics

/// Where the current context is: in a task-local value, which child tasks inherit and which follows a task from thread to
/// thread, or in what the program attached to the thread.
@usableFromInline
enum CurrentContext {
    @TaskLocal private static var bound = Context()

    /// The runtime's look-up of a task-local value. The one of the standard library copies what it finds by way of its
    /// type's witnesses, which takes three times as long.
    @_silgen_name("swift_task_localValueGet")
    private static func localValue(_ key: UnsafeRawPointer) -> UnsafeRawPointer?

    /// Where the task has its context; nil for nothing.
    static var boundValue: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: vitals_context_key()).flatMap(localValue) }

    /// Runs `body` with the current context, which is lent and not copied.
    @inline(__always)
    static func with<Result>(_ body: (borrowing Context) -> Result) -> Result {
        if vitals_attached_context() != nil, let attached = AttachedContext.current() { return body(attached) }
        guard let value = boundValue else { return body(Context()) }
        return body(value.assumingMemoryBound(to: Context.self).pointee)
    }

    /// Runs `body` with `context` as the current one. Not generic, so that the task-local value is bound by code that
    /// knows its type: the generic one asks the runtime for a type at each call.
    @usableFromInline
    static func run(_ context: Context, _ body: () -> Void) {
        let isSampled = begin(context)
        $bound.withValue(context) {
            body()
            if vitals_attached_context() != nil { AttachedContext.endScope() }
        }
        if isSampled { ExemplarSource.leave() }
    }

    /// Runs `body` with `context` as the current one.
    @usableFromInline
    static func run(_ context: Context, _ body: () async -> Void) async {
        let isSampled = begin(context)
        await bind(context, #isolation, body)
        if isSampled { ExemplarSource.leave() }
    }

    /// On the actor of the caller: the closure would leave it otherwise, only for `body` to come back.
    private static func bind(
        _ context: Context, _ isolation: isolated (any Actor)?, _ body: () async -> Void
    ) async {
        await $bound.withValue(context) {
            _ = isolation
            await body()
            if vitals_attached_context() != nil { AttachedContext.endScope() }
        }
    }

    /// Before a context becomes the current one: true if its span is sampled.
    @inline(__always)
    private static func begin(_ context: borrowing Context) -> Bool {
        prepare()
        guard context.hasSpan, context.flags.contains(.sampled) else { return false }
        ExemplarSource.enter()
        return true
    }

    /// Before there is a current context for the first time.
    @inline(__always)
    static func prepare() {
        guard vitals_context_key() == 0 else { return }
        ExemplarSource.installAnnounced(exemplar)
        vitals_context_key_set(unsafeBitCast($bound, to: UInt.self))
    }

    /// For exemplars: the ids of the current span.
    static func exemplar() -> ExemplarContext? {
        with { context in
            guard context.hasSpan else { return nil }
            return ExemplarContext(
                traceID: (context.traceHigh, context.traceLow), spanID: context.spanNumber,
                flags: context.flags.rawValue)
        }
    }
}

extension Context {
    /// The context of this task or thread.
    public static var current: Context { CurrentContext.with { copy $0 } }
}

extension SpanContext {
    /// What identifies the current span of this task or thread; `invalid` if there is none.
    public static var current: SpanContext { CurrentContext.with { $0.spanContext } }
}

/// Runs `body` with `context` as the current one.
@inlinable
@discardableResult
public func withContext<Result, Failure: Error>(
    _ context: Context, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    var result: Swift.Result<Result, Failure>?
    CurrentContext.run(context) {
        do throws(Failure) { result = .success(try body()) } catch { result = .failure(error) }
    }
    return try result.unsafelyUnwrapped.get()
}

/// Runs `body` with `context` as the current one, wherever it is continued after a wait.
@inlinable
@discardableResult
public func withContext<Result, Failure: Error>(
    _ context: Context, _ body: () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    var result: Swift.Result<Result, Failure>?
    await CurrentContext.run(context) {
        do throws(Failure) { result = .success(try await body()) } catch { result = .failure(error) }
    }
    return try result.unsafelyUnwrapped.get()
}
