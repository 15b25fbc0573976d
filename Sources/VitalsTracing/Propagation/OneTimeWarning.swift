import Synchronization
import VitalsMetrics

/// A message for what happens with each request or not at all: it is logged the first time only.
package struct OneTimeWarning: ~Copyable, Sendable {
    private let isSaid = Atomic(false)

    package init() {}

    package borrowing func say(_ message: @autoclosure () -> String) {
        guard !isSaid.load(ordering: .relaxed), !isSaid.exchange(true, ordering: .relaxed) else { return }
        Diagnostics.log(.warning, message() + "; nothing more is said about it")
    }
}
