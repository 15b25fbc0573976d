import Synchronization

/// Streams of observable instruments: they report what this collection's callbacks observed and nothing else.
extension Collection {
    func collectObserved(
        _ stream: Stream, _ entries: [ObservationLog.Entry], isComplete: Bool, _ moment: Moment,
        _ state: inout MetricReader.State, _ visit: (FamilySnapshot) -> Void
    ) {
        let number = stream.instrument.number
        let isGauge = stream.instrument.kind.isGauge
        let isDelta = reader.temporality.isDelta(stream.instrument.kind)
        let key = ObjectIdentifier(stream)
        var baseline = state.baselines.removeValue(forKey: key) ?? Baseline()
        // Sets that have gone make room before new ones come: otherwise labels that change all the time would need a
        // multiple of their number.
        var present = Set(entries.compactMap { stream.existing($0.attributes) })
        if !isComplete { present.formUnion(baseline.observed.keys) }
        stream.forgetUnobserved(but: present, before: registry.oldestCollection(of: reader.progress, now: moment.epoch))
        var values: [SeriesReference: UInt64] = [:]
        for entry in entries {
            let series = stream.series(entry.attributes)
            guard series != .nowhere else { continue }
            stream.begin(series)
            if let earlier = values[series], !isGauge {
                values[series] = number.add(entry.bits, to: earlier)
            } else {
                values[series] = entry.bits
            }
        }
        stream.note(observed: values.keys, in: moment.epoch)
        let previous = max(isDelta ? state.committedTime : state.lastTime, stream.created)
        // What a callback that failed did not observe is not gone: its next total is still a change since the last.
        var known = isComplete ? [:] : baseline.observed
        state.scratch.clear()
        let order = stream.state.withLock { $0.order.map(\.self) }
        for slot in order where slot != 0 {
            guard let record = SlotTable.record(slot) else { continue }
            let series = SeriesReference(
                slot: slot, generation: record.pointee.generation.load(ordering: .acquiring))
            guard let bits = values[series] else { continue }
            let before = baseline.observed[series]
            let isReset = before.map { isLess(bits, $0.bits, number) } ?? true && stream.instrument.kind.isMonotonic
            let start = min(isDelta || before == nil || isReset ? previous : before?.start ?? previous, moment.time)
            known[series] = Baseline.Observed(bits: bits, start: start)
            let value = if isDelta, let before, !isReset { number.subtract(before.bits, from: bits) } else { bits }
            state.scratch.rows.append(SeriesRow(series: series, start: start, value: value))
        }
        if isDelta { baseline.pendingObserved = known } else { baseline.observed = known }
        state.baselines[key] = baseline
        hand(stream, moment, isDelta: isDelta, since: isDelta ? previous : 0, state.scratch, visit)
    }

    private func isLess(_ first: UInt64, _ second: UInt64, _ number: NumberKind) -> Bool {
        number.isDouble
            ? Double(bitPattern: first) < Double(bitPattern: second)
            : Int64(bitPattern: first) < Int64(bitPattern: second)
    }
}
