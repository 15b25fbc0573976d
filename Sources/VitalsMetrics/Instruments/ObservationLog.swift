import Synchronization

/// Collects what the callbacks of one collection observe.
final class ObservationLog: Sendable {
    struct Entry: Sendable {
        let instrument: InstrumentCore
        let bits: UInt64
        let attributes: Attributes
    }

    private struct State {
        var isOpen = true
        var entries: [Entry] = []
    }

    private let state = Locked(State())
    private let declared: [InstrumentCore]

    init(for instruments: [InstrumentCore]) {
        declared = instruments
    }

    func observe<Value: MetricNumber>(_ value: Value, _ attributes: Attributes, of core: InstrumentCore) {
        guard declared.contains(where: { $0 === core }) else {
            core.context.drop(
                .conflict, "\(core.descriptor.name) was observed by a callback that was not registered for it")
            return
        }
        if !core.descriptor.kind.isGauge, !value._isFinite {
            let isNaN = value._double.isNaN
            core.context.drop(isNaN ? .nan : .infinite, "\(core.descriptor.name): \(value) was observed")
            return
        }
        if core.descriptor.kind == .observableCounter, value < 0 {
            core.context.drop(
                .negative, "\(core.descriptor.name): a total of \(value) was observed; counters only grow")
            return
        }
        state.withLock { state in
            guard state.isOpen else { return }
            state.entries.append(Entry(instrument: core, bits: value._bits, attributes: attributes))
        }
    }

    /// What was observed. Later observations, of a callback that was cut short, go nowhere.
    func close() -> [Entry] {
        state.withLock { state in
            state.isOpen = false
            return state.entries
        }
    }
}
