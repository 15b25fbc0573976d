import CVitals
import Synchronization

/// What one instrument reports under one view: a name, an aggregation, and the series.
///
/// Streams are made by instruments and never freed: a handle is a plain number, so what it leads to has to stay.
final class Stream: Sendable {
    let instrument: InstrumentDescriptor
    let aggregation: StreamAggregation
    let recordsMinMax: Bool
    let filter: AttributeFilter?
    let context: RegistryContext
    let created: UInt64
    let exemplars: ExemplarStore
    let index: SeriesIndexPointer
    let state: Locked<StreamState>
    /// Bindings that the overflow series answered.
    let overflowed = Atomic<Int>(0)
    /// The overflow series while the stream is full, so that look-ups need no lock then; otherwise zero.
    private let fullSince = Atomic<UInt64>(0)

    init(
        instrument: InstrumentDescriptor, settings: StreamSettings, context: RegistryContext, now: UInt64
    ) {
        self.instrument = instrument
        self.context = context
        created = now
        aggregation = settings.aggregation
        recordsMinMax = settings.recordsMinMax
        filter = settings.filter
        var bounds: [Double] = []
        if case .explicit(let explicit) = settings.aggregation { bounds = explicit.values }
        exemplars = ExemplarStore(choice: settings.reservoir ?? .fitting(settings.aggregation), bounds: bounds)
        index = SeriesIndexPointer(SeriesIndex(hashMask: context.hashMask))
        state = Locked(
            StreamState(
                name: settings.name, description: settings.description, limit: settings.limit,
                idleExpiry: settings.idleExpiry))
        _ = Unmanaged.passRetained(self)
    }

    /// The series of a set of attributes, after the view's filter; the overflow series when the stream is full.
    func series(_ attributes: Attributes) -> SeriesReference {
        if let filter, attributes.pairs.contains(where: { !filter.keeps($0.0) }) {
            return SeriesKey.with(attributes.filter(filter.keeps)) { series($0) }
        }
        return SeriesKey.with(attributes) { series($0) }
    }

    /// The series of a set of attributes if there is one, after the view's filter.
    func existing(_ attributes: Attributes) -> SeriesReference? {
        SeriesKey.with(filter.map { attributes.filter($0.keeps) } ?? attributes) { key in
            state.withLock { _ in
                guard case .found(let series) = index.pointer.pointee.find(key) else { return nil }
                return series
            }
        }
    }

    @inline(__always)
    func series(_ key: SeriesKey) -> SeriesReference {
        switch index.pointer.pointee.find(key) {
        case .found(let series): return series
        case .absent:
            let full = fullSince.load(ordering: .acquiring)
            if full != 0 {
                countOverflow()
                return SeriesReference(slot: UInt32(full >> 32), generation: UInt32(truncatingIfNeeded: full))
            }
        case .unsure: break
        }
        return make(key)
    }

    @inline(never)
    private func make(_ key: SeriesKey) -> SeriesReference {
        state.withLock { state in
            if case .found(let series) = index.pointer.pointee.find(key) { return series }
            if context.isClosed.load(ordering: .acquiring) { return .nowhere }
            if let successors = state.successors { return pass(key, to: successors, &state) }
            if state.counted >= state.limit { return overflow(&state) }
            guard let series = register(key, &state) else {
                context.drop(
                    .shapes,
                    "\(state.name): the process has used \(LabelShape.limit) different sets of label names, and "
                        + "further ones are counted as overflow. Do not build label names from data.")
                return overflow(&state, isFull: false)
            }
            state.counted += 1
            return series
        }
    }

    /// Views came between the caller's choice of this stream and now: the series belongs to their streams.
    private func pass(_ key: SeriesKey, to successors: [Stream], _ state: inout StreamState) -> SeriesReference {
        guard let series = register(key, &state), let attributes = SeriesLabels(series)?.attributes else {
            return .nowhere
        }
        forward(series, to: successors.map { $0.series(attributes) })
        return series
    }

    /// The series of the empty set, which does not count against the limit before it is used.
    func makeUncounted() -> SeriesReference {
        SeriesKey.with(Attributes()) { key in
            state.withLock { state in
                if case .found(let series) = index.pointer.pointee.find(key) { return series }
                state.uncounted = register(key, &state)
                return state.uncounted ?? .nowhere
            }
        }
    }

    private func register(
        _ key: SeriesKey, _ state: inout StreamState, isOurs: Bool = false
    ) -> SeriesReference? {
        guard let shape = key.shapeID ?? LabelShape.sharing(key.shape, isOurs: isOurs)?.id,
            let series = SlotTable.take(),
            let record = SlotTable.record(series.slot)
        else { return nil }
        var payload: UInt = 0
        if key.wordCount > 0 {
            let words = WordPool.take(key.wordCount)
            for index in 0..<key.wordCount { words[index].store(key.words[index], ordering: .relaxed) }
            payload = UInt(bitPattern: words)
        }
        record.pointee.payload.store(payload, ordering: .relaxed)
        record.pointee.payloadWords.store(UInt32(key.wordCount), ordering: .relaxed)
        record.pointee.shape.store(shape, ordering: .relaxed)
        record.pointee.start.store(0, ordering: .relaxed)
        record.pointee.stream.store(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()), ordering: .relaxed)
        record.pointee.state.store(SeriesState.reserved, ordering: .releasing)
        index.pointer.pointee.insert(series.slot, hash: key.hash)
        if let hole = state.holes.popLast() {
            state.order[hole] = series.slot
        } else {
            state.order.append(series.slot)
        }
        return series
    }

    /// - Parameter isFull: Whether every further set overflows, so that look-ups need no lock.
    private func overflow(_ state: inout StreamState, isFull: Bool = true) -> SeriesReference {
        let series: SeriesReference
        if let existing = state.overflow {
            series = existing
        } else {
            let attributes: Attributes = ["otel.metric.overflow": true]
            guard
                let made = SeriesKey.with(
                    attributes,
                    { key -> SeriesReference? in
                        if case .found(let series) = index.pointer.pointee.find(key) { return series }
                        return register(key, &state, isOurs: true)
                    })
            else { return .nowhere }
            series = made
            state.overflow = made
            if isFull {
                Diagnostics.log(
                    .warning,
                    "\(state.name) has reached its limit of \(state.limit) series: further attribute sets are counted "
                        + "in the series {otel.metric.overflow=true}. Record fewer distinct values, drop an attribute "
                        + "with a view, or raise the limit.")
            }
        }
        countOverflow()
        guard isFull else { return series }
        fullSince.store(UInt64(series.slot) << 32 | UInt64(series.generation), ordering: .releasing)
        return series
    }

    private func countOverflow() {
        overflowed.add(1, ordering: .relaxed)
        context.count(.overflow)
    }

    /// Takes note of the first measurement of a series: from now on it is exported.
    /// - Parameter bits: The measurement; a gauge has it from the start.
    func begin(_ series: SeriesReference, _ bits: UInt64 = 0) {
        // The clock may be the program's own: not under the lock.
        let now = context.clock.now()
        state.withLock { state in
            guard let record = SlotTable.record(series.slot),
                record.pointee.generation.load(ordering: .acquiring) == series.generation,
                record.pointee.state.load(ordering: .acquiring) == SeriesState.reserved
            else { return }
            if state.uncounted == series {
                state.uncounted = nil
                if state.counted >= state.limit {
                    // Out of the index, so that the set gets a series of its own once there is room.
                    index.pointer.pointee.remove(series.slot, hash: SeriesKey.with(Attributes()) { $0.hash })
                    forward(series, to: [overflow(&state)])
                    return
                }
                state.counted += 1
            }
            record.pointee.start.store(now, ordering: .relaxed)
            if case .lastValue = aggregation { SharedCells.open(series, bits) }
            record.pointee.state.store(SeriesState.live, ordering: .releasing)
        }
    }

    /// From now on the records of `series` go to `targets`. What its cells hold stays there.
    func forward(_ series: SeriesReference, to targets: [SeriesReference]) {
        guard let record = SlotTable.record(series.slot) else { return }
        let box = Unmanaged.passRetained(ForwardTargets(targets))
        // The labels stay as they are: a look-up on another thread may be comparing them.
        record.pointee.targets.store(UInt(bitPattern: box.toOpaque()), ordering: .releasing)
        record.pointee.state.store(SeriesState.forwarded, ordering: .releasing)
        SharedCells.close(series)
        CellStore.freeze(series)
    }

    /// Allows new series again after some have left.
    func reopen() {
        fullSince.store(0, ordering: .releasing)
    }
}

/// What a view and an instrument together say about a stream.
struct StreamSettings {
    var name: String
    /// What a view says; nil for the description of the instrument.
    var description: String?
    var aggregation: StreamAggregation
    var recordsMinMax: Bool
    var filter: AttributeFilter?
    var limit: Int
    var idleExpiry: UInt64?
    var reservoir: ReservoirChoice?
}
