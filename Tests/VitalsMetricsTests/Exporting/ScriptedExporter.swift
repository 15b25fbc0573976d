import CVitals

@testable import VitalsMetrics

/// Does what a test tells it to, and notes when.
final class ScriptedExporter: SnapshotExporter {
    struct State: Sendable {
        var exports = 0
        var deadlines: [UInt64] = []
        var begun: [UInt64] = []
        var current = 0
        var most = 0
        var total: Int = 0
        var hurried: [UInt64] = []
        var isCancelled = false
        var isShutDown = false
    }

    let temporality: Temporality
    let title = "scripted"
    let state = Waitable(State())
    /// Whether an export delivers; told its number from 1 and when it has to be over.
    private let body: @Sendable (Int, UInt64, Waitable<State>) -> Bool

    init(
        _ temporality: Temporality = .delta,
        _ body: @escaping @Sendable (Int, UInt64, Waitable<State>) -> Bool = { _, _, _ in true }
    ) {
        self.temporality = temporality
        self.body = body
    }

    var seen: State { state.update { $0 } ?? State() }

    func export(_ reader: MetricReader, until deadline: UInt64) -> Bool {
        let number = state.update { state in
            state.exports += 1
            state.current += 1
            state.most = max(state.most, state.current)
            state.deadlines.append(deadline)
            state.begun.append(vitals_monotonic_nanoseconds())
            return state.exports
        }
        defer { _ = state.update { $0.current -= 1 } }
        var sum = 0
        do {
            try reader.collect(timeout: .until(deadline)) { family in
                if family.name == "work" { for row in family.rows { sum += Int(row.value) } }
            }
        } catch {
            // It was shut down.
            return false
        }
        guard body(number ?? 0, deadline, state) else {
            reader.rollback()
            return false
        }
        reader.commit()
        _ = state.update { $0.total += sum }
        return true
    }

    func hurry(to deadline: UInt64) { _ = state.update { $0.hurried.append(deadline) } }

    func cancel() { _ = state.update { $0.isCancelled = true } }

    func shutdown() { _ = state.update { $0.isShutDown = true } }

    /// Waits until so many exports have begun.
    func reaches(_ exports: Int, seconds: UInt64 = 10) -> Bool {
        state.wait(until: .after(seconds: seconds)) { $0.exports >= exports }
    }
}

extension UInt64 {
    static func after(seconds: UInt64) -> UInt64 {
        vitals_monotonic_nanoseconds() &+ seconds * 1_000_000_000
    }

    static func after(milliseconds: UInt64) -> UInt64 {
        vitals_monotonic_nanoseconds() &+ milliseconds * 1_000_000
    }
}

extension PeriodicReader {
    func flush(until deadline: UInt64) -> Bool {
        beginFlush().map { waitForFlush($0, until: deadline) } ?? false
    }

    @discardableResult func shutdown(until deadline: UInt64) -> Bool {
        beginShutdown(until: deadline)
        return waitForShutdown(until: deadline)
    }
}
