import CVitals
import VitalsMetrics

/// A context that the program made the current one of a thread until further notice: for callbacks and event loops, whose
/// code has no body to run in `withContext`.
///
/// It counts on this thread, in place of what was the current context when it was attached, until it is detached there:
/// `defer { attached.detach() }`. Code of a task must not wait (`await`) in between: it may go on on another thread.
public final class AttachedContext: Sendable {
    private let context: Context
    private let isSampled: Bool
    private let previous: AttachedContext?
    /// Where it was attached: below a `withContext` or `withSpan` that began later, and in other tasks, it does not count.
    private let task: UInt64
    private let scope: UInt
    /// How many are attached with it.
    private let depth: Int

    /// With more than this, those that tasks have left behind are taken away.
    private static let mostLeft = 64

    init(_ context: Context) {
        CurrentContext.prepare()
        if let top = Self.top, top.depth >= Self.mostLeft { Self.tidy() }
        self.context = context
        isSampled = context.hasSpan && context.flags.contains(.sampled)
        let top = Self.top
        previous = top
        depth = (top?.depth ?? 0) + 1
        task = Self.currentTask
        scope = UInt(bitPattern: CurrentContext.boundValue)
        if isSampled { ExemplarSource.enter() }
        Self.attach(Unmanaged.passRetained(self).toOpaque())
    }

    /// Makes the context current that was before. To be called on the same thread; what was attached there later and not
    /// detached is detached with it.
    public func detach() {
        var above = 0
        var found = Self.top
        while let attached = found, attached !== self {
            above += 1
            found = attached.previous
        }
        guard found != nil else {
            Diagnostics.log(
                .warning,
                "a context was detached that is not attached to this thread: detach it where it was attached, and once")
            return
        }
        if above > 0 {
            Diagnostics.log(
                .warning,
                "a context was detached while \(above) that were attached later still were: they are detached too")
        }
        for _ in 0...above { Self.pop() }
    }

    /// What is attached to the thread and counts for who asks.
    static func current() -> Context? {
        let task = currentTask
        let scope = UInt(bitPattern: CurrentContext.boundValue)
        var found = top
        while let attached = found, attached.task != task || attached.scope != scope { found = attached.previous }
        return found?.context
    }

    /// Detaches what was attached in the body of a `withContext` or `withSpan`, which is over, and is still attached:
    /// it would come to count in another one.
    static func endScope() {
        let task = currentTask
        let scope = UInt(bitPattern: CurrentContext.boundValue)
        var count = 0
        while let top, top.task == task, top.scope == scope {
            pop()
            count += 1
        }
        guard count > 0 else { return }
        Diagnostics.log(
            .warning,
            "\(count) contexts were attached in the body of a withContext or withSpan and not detached there: they are "
                + "detached with it; call detach() before the body ends")
    }

    private static var top: AttachedContext? {
        vitals_attached_context().map { Unmanaged<AttachedContext>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The number of the task, zero for none. Not its address, which a later task may have.
    private static var currentTask: UInt64 {
        withUnsafeCurrentTask { task in task.map { number(ofTask: unsafeBitCast($0, to: UnsafeRawPointer.self)) } ?? 0 }
    }

    @_silgen_name("swift_task_getJobTaskId")
    private static func number(ofTask task: UnsafeRawPointer) -> UInt64

    /// Detaches the uppermost that other tasks have not detached. They cannot do it any more: they have waited or ended
    /// since, if they do not just wait for this one to do its first steps.
    private static func tidy() {
        let task = currentTask
        var count = 0
        while let top, top.task != 0, top.task != task {
            pop()
            count += 1
        }
        guard count > 0 else { return }
        Diagnostics.log(
            .warning,
            "\(count) contexts were attached by tasks that did not detach them: call detach() before the task waits or ends"
        )
    }

    private func leave() {
        if isSampled { ExemplarSource.leave() }
    }

    private static func pop() {
        guard let pointer = vitals_attached_context() else { return }
        let attached = Unmanaged<AttachedContext>.fromOpaque(pointer).takeRetainedValue()
        attached.leave()
        attach(attached.previous.map { Unmanaged.passUnretained($0).toOpaque() })
    }

    private static func attach(_ pointer: UnsafeMutableRawPointer?) {
        vitals_attach_context(pointer) { pointer in
            // The thread ends with it, and what was attached before it as well.
            var left: AttachedContext? = Unmanaged<AttachedContext>.fromOpaque(pointer).takeRetainedValue()
            while let attached = left {
                attached.leave()
                left = attached.previous
                if let left { Unmanaged.passUnretained(left).release() }
            }
        }
    }
}

extension Context {
    /// Makes this the current context of the thread until `detach` is called on what it returns.
    @available(*, noasync, message: "the thread changes with each wait: use withContext")
    public func attach() -> AttachedContext {
        AttachedContext(self)
    }
}
