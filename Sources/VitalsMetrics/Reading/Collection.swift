import CVitals
import Synchronization

/// One collection of one reader.
struct Collection {
    let reader: MetricReader
    let registry: Registry

    /// - Parameter choose: Which families of a directory to visit, in which order; nil for all of them.
    func run(
        timeout: Duration?, _ state: inout MetricReader.State, choose: (FamilyDirectory) -> [Int]?,
        _ visit: (FamilySnapshot) -> Void
    ) {
        let limit = timeout.map { min($0, registry.limits.callbackTimeout) } ?? registry.limits.callbackTimeout
        let deadline = vitals_monotonic_nanoseconds() &+ limit.nanoseconds
        let outcome = CallbackRound.run(registry.watches(), registry.context, deadline: deadline)
        if !outcome.unfinished.isEmpty { registry.countCut(reader.component) }
        // The clock may be the program's own: not under the lock.
        let time = registry.context.clock.now()
        registry.context.reading.withLock { _ in
            let epoch = vitals_epoch_advance()
            let moment = Moment(
                time: time, epoch: epoch, shards: CellStore.shards(),
                settled: registry.settledEpoch(otherwise: epoch))
            let byStream = sort(outcome.observed)
            let incomplete = Set(outcome.unfinished.flatMap(\.streams).map { ObjectIdentifier($0) })
            // Before their successors, which leave out what a baseline here accounts for.
            for stream in registry.replacedStreams() where state.baselines[ObjectIdentifier(stream)] != nil {
                if !stream.instrument.kind.isObservable { collectRecorded(stream, moment, &state, visit) }
            }
            let directory = registry.directory()
            func collect(_ index: Int, _ visit: (FamilySnapshot) -> Void) {
                let stream = directory.streams[index]
                stream.state.withLock { stream.purge(&$0, upTo: moment.settled) }
                if stream.instrument.kind.isObservable {
                    let key = ObjectIdentifier(stream)
                    collectObserved(
                        stream, byStream[key] ?? [], isComplete: !incomplete.contains(key), moment, &state, visit)
                } else {
                    stream.expireIdle(now: moment.time) { stream.activityMark($0, moment.shards) }
                    collectRecorded(stream, moment, &state, visit)
                }
            }
            if let chosen = choose(directory) {
                var isLeft = [Bool](repeating: true, count: directory.streams.count)
                for index in chosen where isLeft.indices.contains(index) {
                    isLeft[index] = false
                    collect(index, visit)
                }
                // What callbacks observed belongs to this collection, whoever wants to see it.
                for index in isLeft.indices
                where isLeft[index] && directory.streams[index].instrument.kind.isObservable {
                    collect(index) { _ in }
                }
            } else {
                for index in directory.streams.indices { collect(index, visit) }
            }
            state.pendingTime = moment.time
            state.pendingEpoch = epoch
            state.lastTime = moment.time
            reader.progress.collectedEpoch.store(epoch, ordering: .releasing)
        }
    }

    struct Moment {
        let time: UInt64
        let epoch: UInt64
        let shards: ShardSet
        /// Series removed before this epoch have been delivered by all who report changes.
        let settled: UInt64
    }

    /// Calls `visit` if the stream has rows.
    func hand(
        _ stream: Stream, _ moment: Moment, isDelta: Bool, since: UInt64, _ scratch: Scratch,
        _ visit: (FamilySnapshot) -> Void
    ) {
        guard !scratch.rows.isEmpty else { return }
        let (name, description) = stream.state.withLock { ($0.name, $0.description) }
        scratch.rows.withUnsafeBufferPointer { rows in
            scratch.words.withUnsafeBufferPointer { words in
                visit(
                    FamilySnapshot(
                        scope: stream.instrument.scope, name: name, unit: stream.instrument.unit,
                        description: description ?? stream.instrument.description, kind: stream.instrument.kind,
                        data: stream.data,
                        number: stream.instrument.number, isDelta: isDelta, time: moment.time, rows: rows,
                        words: words, stream: stream, exemplarsSince: since))
            }
        }
    }

    private func sort(_ observed: [[ObservationLog.Entry]]) -> [ObjectIdentifier: [ObservationLog.Entry]] {
        var byStream: [ObjectIdentifier: [ObservationLog.Entry]] = [:]
        for entries in observed {
            for entry in entries {
                for stream in entry.instrument.streams { byStream[ObjectIdentifier(stream), default: []].append(entry) }
            }
        }
        return byStream
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what a word holds.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let whole = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        // A deadline has to stay a time that a clock can reach.
        return min(whole.overflow ? .max : whole.partialValue &+ UInt64(attoseconds / 1_000_000_000), 1 << 62)
    }
}
