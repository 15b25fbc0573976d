import CVitals
import Synchronization

extension Stream {
    /// Removes the series of a set of attributes. False when there is none.
    func remove(_ attributes: Attributes) -> Bool {
        let kept = filter.map { attributes.filter($0.keeps) } ?? attributes
        return SeriesKey.with(kept) { key in
            state.withLock { state in
                guard case .found(let series) = index.pointer.pointee.find(key), series != state.uncounted,
                    let ordinal = state.order.firstIndex(of: series.slot)
                else { return false }
                return depart(series, ordinal, &state)
            }
        }
    }

    /// Removes the series whose attributes satisfy `isRemoved`. Returns how many there were.
    func removeAll(where isRemoved: (Attributes) -> Bool) -> Int {
        // The caller's code runs outside the lock.
        let slots = state.withLock { $0.order.map(\.self) }
        var count = 0
        for (ordinal, slot) in slots.enumerated() where slot != 0 {
            guard let record = SlotTable.record(slot) else { continue }
            let generation = record.pointee.generation.load(ordering: .acquiring)
            let series = SeriesReference(slot: slot, generation: generation)
            let attributes = state.withLock { state in
                // What was never recorded into is not there to be removed, and the instrument's handle stays fast.
                state.holds(slot, at: ordinal) && series != state.uncounted ? SeriesLabels(series)?.attributes : nil
            }
            guard let attributes, isRemoved(attributes) else { continue }
            let removed = state.withLock { state in
                state.holds(slot, at: ordinal) && depart(series, ordinal, &state)
            }
            if removed { count += 1 }
        }
        return count
    }

    /// Takes a series out of the index. It stays in order until delta readers have delivered what is left in it.
    func depart(_ series: SeriesReference, _ ordinal: Int, _ state: inout StreamState) -> Bool {
        guard let record = SlotTable.record(series.slot), let attributes = SeriesLabels(series)?.attributes,
            record.pointee.generation.load(ordering: .acquiring) == series.generation
        else { return false }
        let before = record.pointee.state.load(ordering: .acquiring)
        guard before == SeriesState.live || before == SeriesState.reserved else { return false }
        record.pointee.state.store(SeriesState.departing, ordering: .releasing)
        index.pointer.pointee.remove(series.slot, hash: SeriesKey.with(attributes) { $0.hash })
        SharedCells.close(series)
        CellStore.freeze(series)
        if state.overflow == series {
            state.overflow = nil
        } else if state.uncounted == series {
            state.uncounted = nil
        } else {
            state.counted -= 1
        }
        state.activity[series.slot] = nil
        reopen()
        state.departing.append(
            StreamState.Departing(ordinal: ordinal, series: series, epoch: vitals_epoch()))
        if state.departing.count > Self.mostDeparting || !context.hasDeltaReaders.load(ordering: .acquiring) {
            // Nobody reads, or a delta reader has not delivered for long. Only while no collection is under way.
            _ = context.reading.withLockIfAvailable { _ in
                purge(&state, upTo: state.departing.count > Self.mostDeparting ? .max : vitals_epoch() &+ 1)
            }
        }
        return true
    }

    /// Removed series beyond this are let go even if a delta reader has not delivered their remainder.
    static let mostDeparting = 4096

    /// Frees the slots of removed series that every delta reader has delivered: those removed before `epoch`. Called
    /// with the registry's reading lock held, so no collection is in the middle of one.
    func purge(_ state: inout StreamState, upTo epoch: UInt64) {
        guard !state.departing.isEmpty else { return }
        state.departing.removeAll { departing in
            guard departing.epoch < epoch else { return false }
            if epoch == .max {
                context.drop(
                    .removed,
                    "\(state.name): more than \(Self.mostDeparting) removed series wait for a reader that does not "
                        + "deliver; what was left in them is lost")
            }
            state.order[departing.ordinal] = 0
            state.holes.append(departing.ordinal)
            state.carried[departing.series.slot] = nil
            release(departing.series)
            return true
        }
    }

    /// Gives the memory and the slot of a series back.
    func release(_ series: SeriesReference) {
        guard let record = SlotTable.record(series.slot) else { return }
        exemplars.forget(series.slot)
        let count = Int(record.pointee.payloadWords.load(ordering: .relaxed))
        if count > 0,
            let words = UnsafeMutablePointer<WordPool.Word>(
                bitPattern: record.pointee.payload.load(ordering: .relaxed))
        {
            WordPool.give(back: words, count: count)
        }
        var rest: UInt64 = 0
        if instrument.kind == .gauge { rest = vitals_monotonic_nanoseconds() + SharedCells.restNanoseconds }
        SlotTable.give(back: series.slot, restUntil: rest)
    }

    /// Lets go of everything, because the registry is gone. Handles that are left record nowhere.
    func close() {
        state.withLock { state in
            index.pointer.pointee.clear()
            for slot in state.order where slot != 0 {
                guard let record = SlotTable.record(slot) else { continue }
                let generation = record.pointee.generation.load(ordering: .acquiring)
                let series = SeriesReference(slot: slot, generation: generation)
                SharedCells.close(series)
                CellStore.freeze(series)
                release(series)
            }
            state.order = []
            state.holes = []
            state.departing = []
            state.carried = [:]
            state.activity = [:]
            state.overflow = nil
            state.uncounted = nil
            reopen()
        }
    }

    /// Removes the series that were not recorded into for the stream's expiry. `mark` tells something of a series that
    /// changes with every measurement.
    func expireIdle(now: UInt64, mark: (SeriesReference) -> UInt64) {
        state.withLock { state in
            guard let expiry = state.idleExpiry else { return }
            for (ordinal, slot) in state.order.enumerated() where slot != 0 {
                guard let record = SlotTable.record(slot),
                    record.pointee.state.load(ordering: .acquiring) == SeriesState.live
                else { continue }
                let generation = record.pointee.generation.load(ordering: .acquiring)
                let series = SeriesReference(slot: slot, generation: generation)
                let current = mark(series)
                if let known = state.activity[slot], known.generation == generation, known.mark == current {
                    if now &- known.since >= expiry, now >= known.since { _ = depart(series, ordinal, &state) }
                } else {
                    state.activity[slot] = StreamState.Activity(generation: generation, mark: current, since: now)
                }
            }
        }
    }
}

extension Stream {
    /// Something that is different after every measurement that changed anything, for telling which series are idle.
    func activityMark(_ series: SeriesReference, _ shards: ShardSet) -> UInt64 {
        switch aggregation {
        case .sum: return shards.sum(of: series, instrument.number)
        case .lastValue: return SharedCells.stamp(series.slot)
        case .explicit, .exponential:
            var scratch: [UInt64] = []
            var count: UInt64 = 0
            _ = shards.forEachPayload(of: series, aggregation.layout, &scratch) { payload, _ in
                let isExplicit = aggregation.layout == CellLayout.explicit
                if !isExplicit { count &+= payload[ExponentialCell.zeroCount] }
                for word in payload[(isExplicit ? ExplicitCell.buckets : ExponentialCell.buckets)...] {
                    count &+= word
                }
            }
            return count
        }
    }

    /// Removes the observable series that are not in `present` and that no reader has seen since `epoch`, so that labels
    /// which come and go do not fill the stream.
    func forgetUnobserved(but present: Set<SeriesReference>, before epoch: UInt64) {
        state.withLock { state in
            for (ordinal, slot) in state.order.enumerated() where slot != 0 {
                guard let record = SlotTable.record(slot),
                    record.pointee.state.load(ordering: .acquiring) == SeriesState.live
                else { continue }
                let series = SeriesReference(
                    slot: slot, generation: record.pointee.generation.load(ordering: .acquiring))
                if let seen = state.activity[slot], seen.mark < epoch, !present.contains(series) {
                    _ = depart(series, ordinal, &state)
                }
            }
        }
    }

    /// Takes note of what a collection has observed.
    func note(observed: some Sequence<SeriesReference>, in epoch: UInt64) {
        state.withLock { state in
            for series in observed {
                state.activity[series.slot] = StreamState.Activity(
                    generation: series.generation, mark: epoch, since: 0)
            }
        }
    }
}
