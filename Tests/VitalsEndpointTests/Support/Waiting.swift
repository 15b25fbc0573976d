import CVitals
import Glibc
import Synchronization
import VitalsMetrics

/// Counts what happens on other threads.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func add(_ amount: Int = 1) -> Int {
        value.add(amount, ordering: .sequentiallyConsistent).newValue
    }
}

/// Holds threads until it is opened, but not for ever.
final class Gate: Sendable {
    private let isOpen = Waitable(false)

    func open() {
        _ = isOpen.update { $0 = true }
    }

    func wait() {
        _ = isOpen.wait(until: vitals_monotonic_nanoseconds() + 240_000_000_000) { $0 }
    }
}

/// Waits until `condition` holds; false when it does not in time.
func eventually(seconds: Double = 15 * soon, _ condition: () async -> Bool) async -> Bool {
    let deadline = vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)
    while !(await condition()) {
        if vitals_monotonic_nanoseconds() > deadline { return false }
        await onThread { vitals_sleep(2_000_000) }
    }
    return true
}

func elapsed(_ body: () async throws -> Void) async rethrows -> Double {
    let began = vitals_monotonic_nanoseconds()
    try await body()
    return Double(vitals_monotonic_nanoseconds() - began) / 1e9
}

/// What counts as at once, in seconds: one. Under ThreadSanitizer, or beside the hundreds of threads of other rooms'
/// tests, which also keep tasks from running, everything takes many times as long.
let soon: Double = dlsym(nil, "__tsan_init") == nil && CommandLine.arguments.contains("--filter") ? 1 : 20

/// Runs what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        start { continuation.resume(returning: body()) }
    }
}

private func start(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    let failure = vitals_thread_start(
        { Unmanaged<ThreadBody>.fromOpaque($0).takeRetainedValue().body() }, box.toOpaque(), "test")
    precondition(failure == 0)
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

/// A value that a thread of its own finds.
final class Later<Value: Sendable>: Sendable {
    private let value = Waitable<Value?>(nil)

    init(_ body: @escaping @Sendable () -> Value) {
        start { [value] in
            let found = body()
            _ = value.update { $0 = found }
        }
    }

    var isThere: Bool { value.wait(until: 0) { $0 != nil } }

    func get(seconds: Double = 20 * soon) async -> Value? {
        await onThread { [value] in
            _ = value.wait(until: vitals_monotonic_nanoseconds() + UInt64(seconds * 1e9)) { $0 != nil }
            return value.update { $0 }.flatMap { $0 }
        }
    }
}
