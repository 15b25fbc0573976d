import Synchronization

extension Registry {
    /// Sets the views and limits. What was recorded before is kept: series go on under their new streams.
    package func configure(views: [View], limits: Limits? = nil) {
        for view in views where view.name != nil && view.selector.mayMatchSeveral {
            context.conflict(
                "the view that reports \(view.name ?? "") may select several instruments, which would share the name: "
                    + "select by a name without wildcards")
        }
        let now = context.clock.now()
        // Not while a reader walks the streams that are replaced.
        context.reading.withLock { _ in
            state.withLock { state in
                state.views = views
                state.reported = nil
                if let limits { state.limits = limits }
                for core in state.instruments.values.joined() {
                    state.replaced += replaceStreams(
                        of: core, streamSettings(core.descriptor, state.views, state.limits), now: now)
                }
                state.directory = nil
                if !views.isEmpty { warnOfClashes(state) }
            }
        }
        announce(directory().streams)
    }

    /// Streams of one meter that late views report under one name.
    private func warnOfClashes(_ state: State) {
        var owners: [State.Name: InstrumentDescriptor] = [:]
        for (declared, cores) in state.instruments {
            for core in cores {
                var own: Set<String> = []
                for stream in core.streams {
                    let name = stream.state.withLock { $0.name }
                    let key = State.Name(scope: declared.scope, name: name)
                    let other = owners.updateValue(core.descriptor, forKey: key)
                    if !own.insert(name).inserted {
                        context.conflict(
                            "several views report \(core.descriptor.name) as \(name): give each a name of its own")
                    } else if let other, other.name.lowercased() != declared.name {
                        context.conflict(
                            "\(other.name) and \(core.descriptor.name) are both reported as \(name): give one "
                                + "another name by a view")
                    }
                }
            }
        }
    }

    /// What the views make of an instrument.
    func streamSettings(_ instrument: InstrumentDescriptor, _ views: [View], _ limits: Limits) -> [StreamSettings] {
        let advised = instrument.attributes.map { AttributeFilter.only($0) }
        var plain = StreamSettings(
            name: instrument.name, description: nil,
            aggregation: defaultAggregation(instrument), recordsMinMax: true, filter: advised,
            limit: max(0, limits.cardinality), idleExpiry: expiry(limits.idleExpiry, instrument), reservoir: nil)
        var matching = views.filter { $0.selector.matches(instrument) }
        if let fallback = matching.last(where: \.isFallback),
            case .success(let aggregation) = settle(fallback.aggregation, instrument)
        {
            plain.aggregation = aggregation
            plain.recordsMinMax = fallback.aggregation.recordsMinMax
        }
        matching.removeAll(where: \.isFallback)
        var isDropped = false
        var settings: [StreamSettings] = []
        for view in matching {
            if view.aggregation == .drop {
                isDropped = true
                continue
            }
            var stream = plain
            if view.aggregation != .byKind {
                switch settle(view.aggregation, instrument) {
                case .success(let aggregation): stream.aggregation = aggregation
                case .failure(let problem):
                    context.conflict("a view of \(instrument.name) is ignored: \(problem.reason)")
                    continue
                }
                stream.recordsMinMax = view.aggregation.recordsMinMax
            }
            if let name = view.name { stream.name = name }
            if let description = view.description { stream.description = description }
            if let filter = view.attributes { stream.filter = filter }
            if let limit = view.cardinalityLimit { stream.limit = max(0, limit) }
            if let idle = view.idleExpiry { stream.idleExpiry = expiry(idle, instrument) }
            stream.reservoir = view.reservoir
            settings.append(stream)
        }
        return settings.isEmpty && !isDropped ? [plain] : settings
    }

    /// Up-down counters never expire: their value is a level that must not be forgotten.
    private func expiry(_ duration: Duration?, _ instrument: InstrumentDescriptor) -> UInt64? {
        guard let duration, instrument.kind != .upDownCounter, !instrument.kind.isObservable else { return nil }
        return duration.nanoseconds
    }

    private func defaultAggregation(_ instrument: InstrumentDescriptor) -> StreamAggregation {
        switch instrument.kind {
        case .gauge, .observableGauge: return .lastValue
        case .histogram:
            switch (instrument.buckets ?? .standard).settled() {
            case .success(let aggregation): return aggregation
            case .failure(let problem):
                context.conflict("the buckets of \(instrument.name) are not used: \(problem.reason)")
                return .explicit(.sharing(Self.standardBounds))
            }
        default: return .sum
        }
    }

    private static var standardBounds: [Double] {
        guard case .explicit(let bounds) = Buckets.standard.layout else { return [] }
        return bounds
    }

    private func settle(
        _ aggregation: Aggregation, _ instrument: InstrumentDescriptor
    ) -> Result<StreamAggregation, InvalidBuckets> {
        switch aggregation.choice {
        case .byKind, .drop: return .success(defaultAggregation(instrument))
        case .sum:
            guard !instrument.kind.isGauge else {
                return .failure(InvalidBuckets(reason: "the values of a gauge have no sum"))
            }
            return .success(.sum)
        case .lastValue:
            guard instrument.kind.isGauge else {
                return .failure(InvalidBuckets(reason: "only gauges have a last value"))
            }
            return .success(.lastValue)
        case .explicit(let buckets), .exponential(let buckets):
            guard !instrument.kind.isObservable else {
                return .failure(
                    InvalidBuckets(reason: "an observable instrument has no single measurements to distribute"))
            }
            return buckets.settled()
        }
    }

    /// Gives an instrument new streams. Where only words or limits changed the stream stays; otherwise the old series
    /// forward their records, and what they hold is reported by the new ones.
    /// Returns the streams that report no more.
    private func replaceStreams(of core: InstrumentCore, _ settings: [StreamSettings], now: UInt64) -> [Stream] {
        let former = core.streams
        if former.count == 1, settings.count == 1, former[0].isSame(as: settings[0]) {
            former[0].state.withLock { state in
                state.name = settings[0].name
                state.description = settings[0].description
                state.limit = settings[0].limit
                state.idleExpiry = settings[0].idleExpiry
            }
            former[0].reopen()
            return []
        }
        let streams = settings.map {
            Stream(instrument: core.descriptor, settings: $0, context: context, now: now)
        }
        // The gauges of the new streams take over before anybody is led to them.
        defer { core.replaceRoutes(streams) }
        if !core.descriptor.kind.isObservable {
            // Each new stream has one source, or what several of them counted would count several times.
            let sources = streams.map { stream in former.first { $0.isBestSource(of: stream, among: former) } }
            for stream in former {
                stream.handOver(to: zip(streams, sources).filter { $0.1 === stream }.map(\.0))
            }
        }
        return former
    }
}

extension Stream {
    func isSame(as settings: StreamSettings) -> Bool {
        aggregation.isSame(as: settings.aggregation) && recordsMinMax == settings.recordsMinMax
            && filter == settings.filter && settings.reservoir == nil
    }

    fileprivate func isBestSource(of stream: Stream, among others: [Stream]) -> Bool {
        func worth(_ source: Stream) -> Int {
            (source.aggregation.isSame(as: stream.aggregation) ? 2 : 0)
                + (source.filter == nil || source.filter == stream.filter ? 1 : 0)
        }
        return others.allSatisfy { worth($0) <= worth(self) }
    }

    /// From now on every series of this stream reports through its counterparts in `streams`.
    fileprivate func handOver(to streams: [Stream]) {
        state.withLock { state in
            state.successors = streams
            for slot in state.order where slot != 0 {
                guard let record = SlotTable.record(slot) else { continue }
                let series = SeriesReference(
                    slot: slot, generation: record.pointee.generation.load(ordering: .acquiring))
                let isLive = record.pointee.state.load(ordering: .acquiring) == SeriesState.live
                guard isLive || record.pointee.state.load(ordering: .acquiring) == SeriesState.reserved,
                    let attributes = SeriesLabels(series)?.attributes
                else { continue }
                let start = record.pointee.start.load(ordering: .relaxed)
                let last = SharedCells.value(slot)
                let earlier = state.carried[slot] ?? []
                let targets = streams.map { stream in
                    state.uncounted == series ? stream.makeUncounted() : stream.series(attributes)
                }
                let inheriting = isLive ? zip(streams, targets).filter { $0.1 != .nowhere } : []
                for (stream, target) in inheriting {
                    let own = StreamState.CarriedSeries(stream: self, series: series)
                    stream.inherit(earlier + [own], target, start: start, last: last)
                }
                forward(series, to: targets)
                if case .lastValue = aggregation {
                    // What a thread has set while the gauge changed hands.
                    let final = SharedCells.value(slot)
                    for (_, target) in inheriting where final != last { SharedCells.replace(last, by: final, target) }
                }
                // Handles from before several changes of views still have just one step to go.
                for source in earlier where source.stream.forwards(source.series, onlyTo: series) {
                    source.stream.forward(source.series, to: targets)
                }
            }
        }
    }

    private func forwards(_ series: SeriesReference, onlyTo target: SeriesReference) -> Bool {
        guard let record = SlotTable.record(series.slot),
            record.pointee.state.load(ordering: .acquiring) == SeriesState.forwarded,
            let targets = UnsafeRawPointer(bitPattern: record.pointee.targets.load(ordering: .acquiring))
        else { return false }
        return Unmanaged<ForwardTargets>.fromOpaque(targets)._withUnsafeGuaranteedRef { $0.series == [target] }
    }

    private func inherit(
        _ sources: [StreamState.CarriedSeries], _ target: SeriesReference, start: UInt64, last: UInt64
    ) {
        begin(target, last)
        if let record = SlotTable.record(target.slot), record.pointee.start.load(ordering: .relaxed) > start {
            record.pointee.start.store(start, ordering: .relaxed)
        }
        if case .lastValue = aggregation { return }
        state.withLock { $0.carried[target.slot, default: []] += sources }
    }
}
