import Synchronization

/// Streams of instruments that are recorded into.
extension Collection {
    func collectRecorded(
        _ stream: Stream, _ moment: Moment, _ state: inout MetricReader.State, _ visit: (FamilySnapshot) -> Void
    ) {
        var order: [UInt32] = []
        swap(&order, &state.scratch.order)
        defer { swap(&order, &state.scratch.order) }
        // Copies, not shared storage: what is shared and then changed in place looks like a race to ThreadSanitizer.
        let carried = stream.state.withLock { stream in
            order.removeAll(keepingCapacity: true)
            order.append(contentsOf: stream.order)
            return stream.carried.mapValues(\.self)
        }
        let isDelta = reader.temporality.isDelta(stream.instrument.kind)
        let previous = max(state.committedTime, stream.created)
        state.scratch.clear()
        if isDelta {
            let key = ObjectIdentifier(stream)
            // Out of the dictionary while it changes, so that it is not copied.
            var baseline = state.baselines.removeValue(forKey: key) ?? Baseline()
            baseline.pending.removeAll()
            for (ordinal, slot) in order.enumerated() {
                guard let (series, _) = Self.reportable(slot, inChanges: true) else {
                    baseline.pending.append(.nowhere)
                    continue
                }
                // What this reader has delivered of a replaced stream it goes on to deliver from there.
                let sources = carried[slot]?.filter { state.baselines[ObjectIdentifier($0.stream)] == nil }
                appendChange(
                    stream, series, ordinal, min(previous, moment.time), moment, sources, &baseline, &state.scratch)
            }
            state.baselines[key] = baseline
        } else if case .sum = stream.aggregation, carried.isEmpty {
            appendSums(order, stream.instrument.number, moment, &state.scratch)
        } else {
            for slot in order {
                guard let (series, start) = Self.reportable(slot, inChanges: false) else { continue }
                appendTotal(
                    stream, series, min(start, moment.time), moment, carried.isEmpty ? nil : carried[slot],
                    &state.scratch)
            }
        }
        hand(stream, moment, isDelta: isDelta, since: isDelta ? previous : 0, state.scratch, visit)
    }

    /// The series in a slot and its start, if it has something to report.
    @inline(__always)
    static func reportable(_ slot: UInt32, inChanges: Bool) -> (SeriesReference, UInt64)? {
        guard slot != 0, let record = SlotTable.record(slot) else { return nil }
        let state = record.pointee.state.load(ordering: .acquiring)
        // The rest of a removed series, or of one that a view has replaced, is still a change.
        guard state == SeriesState.live || (inChanges && state >= SeriesState.forwarded) else { return nil }
        let start = record.pointee.start.load(ordering: .relaxed)
        guard start != 0 else { return nil }
        return (SeriesReference(slot: slot, generation: record.pointee.generation.load(ordering: .acquiring)), start)
    }

    @inline(__always)
    private func appendTotal(
        _ stream: Stream, _ series: SeriesReference, _ start: UInt64, _ moment: Moment,
        _ carried: [StreamState.CarriedSeries]?, _ scratch: inout Scratch
    ) {
        let value: UInt64
        switch stream.aggregation {
        case .sum:
            guard let sum = stream.sum(series, moment.shards, carried) else { return }
            value = sum
        case .lastValue:
            value = SharedCells.value(series.slot)
        case .explicit(let bounds):
            value = UInt64(scratch.words.count)
            guard stream.appendExplicit(series, bounds, moment.shards, carried, &scratch) else { return }
        case .exponential(let shape):
            value = UInt64(scratch.words.count)
            guard stream.appendExponential(series, shape, moment.shards, carried, &scratch) else { return }
        }
        scratch.rows.append(SeriesRow(series: series, start: start, value: value))
    }

    /// Appends what was recorded since the baseline, and nothing where nothing was.
    private func appendChange(
        _ stream: Stream, _ series: SeriesReference, _ ordinal: Int, _ start: UInt64, _ moment: Moment,
        _ carried: [StreamState.CarriedSeries]?, _ baseline: inout Baseline, _ scratch: inout Scratch
    ) {
        let number = stream.instrument.number
        let base = baseline.committed.start(of: series, at: ordinal)
        let at = scratch.words.count
        let isWhole: Bool
        switch stream.aggregation {
        case .sum:
            guard let total = stream.sum(series, moment.shards, carried) else {
                return baseline.keep(series, at: ordinal)
            }
            baseline.pending.append(series)
            baseline.pending.words.append(total)
            guard let base else {
                scratch.rows.append(SeriesRow(series: series, start: start, value: total))
                return
            }
            let before = baseline.committed.words[base]
            if total != before {
                let change = number.subtract(before, from: total)
                scratch.rows.append(SeriesRow(series: series, start: start, value: change))
            }
            return
        case .lastValue:
            baseline.pending.append(series)
            scratch.rows.append(SeriesRow(series: series, start: start, value: SharedCells.value(series.slot)))
            return
        case .explicit(let bounds):
            isWhole = stream.appendExplicit(series, bounds, moment.shards, carried, &scratch)
        case .exponential(let shape):
            isWhole = stream.appendExponential(series, shape, moment.shards, carried, &scratch)
        }
        guard isWhole else { return baseline.keep(series, at: ordinal) }
        baseline.pending.append(series)
        baseline.pending.words.append(contentsOf: scratch.words[at...])
        if let base {
            let count = HistogramPoint.Place.count
            if baseline.committed.words[base + count] == scratch.words[at + count] {
                scratch.words.removeSubrange(at...)
                return
            }
            subtract(baseline.committed.words, base, from: at, stream.aggregation, number, &scratch)
        }
        scratch.rows.append(SeriesRow(series: series, start: start, value: UInt64(at)))
    }

    private func subtract(
        _ words: [UInt64], _ base: Int, from at: Int, _ aggregation: StreamAggregation, _ number: NumberKind,
        _ scratch: inout Scratch
    ) {
        typealias Place = HistogramPoint.Place
        switch aggregation {
        case .sum, .lastValue: break
        case .explicit(let bounds):
            scratch.words[at + Place.sum] = number.subtract(
                words[base + Place.sum], from: scratch.words[at + Place.sum])
            for place in Place.count...(Place.buckets + bounds.count) {
                scratch.words[at + place] &-= words[base + place]
            }
        case .exponential(let shape):
            scratch.merge.begin(maxScale: ExponentialScale.highest)
            let total = Array(scratch.words[at...])
            total.withUnsafeBufferPointer { total in
                if let start = total.baseAddress { scratch.merge.add(start, isTakenAway: false, number) }
            }
            words.withUnsafeBufferPointer { words in
                if let start = words.baseAddress { scratch.merge.add(start + base, isTakenAway: true, number) }
            }
            scratch.words.removeSubrange(at...)
            scratch.merge.finish(maxSize: shape.maxSize, into: &scratch.words)
        }
    }
}
