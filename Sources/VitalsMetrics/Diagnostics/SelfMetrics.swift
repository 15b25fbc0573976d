import Synchronization

/// What a registry reports about itself.
struct SelfMetrics: Sendable {
    let collectionDuration: Histogram<Double>
    let collectionsCut: Counter<Int>
}

extension Registry {
    /// Lets the registry report on itself through its own readers: collections, drops, series and overflows. Calling it
    /// again changes nothing.
    package func observeItself() {
        let isNew = state.withLock { state in
            let isNew = state.observesItself == false
            state.observesItself = true
            return isNew
        }
        guard isNew else { return }
        let programs = state.withLock { $0.watches.count }
        // Ours come first: a callback that hangs cuts those behind it.
        defer {
            state.withLock { state in
                // Some may have been cancelled meanwhile.
                let programs = min(programs, state.watches.count)
                state.watches = Array(state.watches[programs...] + state.watches[..<programs])
            }
        }
        let meter = meter("vitals")
        for key in ["reason", "metric.name"] {
            SeriesKey.with([key: ""]) { _ = LabelShape.sharing($0.shape, isOurs: true) }
        }
        SeriesKey.with(["otel.component.name": "", "otel.component.type": ""]) {
            _ = LabelShape.sharing($0.shape, isOurs: true)
        }
        let duration = meter.histogram(
            "otel.sdk.metric_reader.collection.duration", unit: .seconds,
            description: "The duration of the collect operation of the metric reader.", buckets: [])
        let cut = meter.counter(
            "vitals.collections.cut", unit: "{collection}",
            description: "Collections that lack what some callbacks observe, because one outran its time.")
        state.withLock { $0.selfMetrics = SelfMetrics(collectionDuration: duration, collectionsCut: cut) }
        let context = context
        meter.observableCounter(
            "vitals.measurements.dropped", unit: "{measurement}",
            description: "Measurements that were not counted in a series of their own."
        ) { observer in
            for reason in DropReason.allCases {
                observer.observe(context.dropped(reason), ["reason": .string(reason.name)])
            }
        }
        meter.observableCounter(
            "vitals.instruments.conflicts", unit: "{conflict}",
            description: "Declarations and views that were wrong or contradicted each other."
        ) { $0.observe(context.conflicts.load(ordering: .relaxed)) }
        meter.observableCounter(
            "vitals.histograms.unread", unit: "{point}",
            description: "Histogram points that a collection left out, waiting in vain for a stopped thread."
        ) { $0.observe(context.unreadHistograms.load(ordering: .relaxed)) }
        let streams = meter.observableUpDownCounter(
            "vitals.streams", unit: "{stream}", description: "Streams that the registry reports.")
        let series = meter.observableUpDownCounter(
            "vitals.series", unit: "{series}", description: "Series that the registry holds.")
        let overflow = meter.observableCounter(
            "vitals.stream.overflow", unit: "{measurement}",
            description: "Look-ups of attribute sets beyond a stream's limit of series.")
        // Weak: the callback belongs to the registry.
        meter.observe(streams, series, overflow) { [weak self] observer in
            guard let all = self?.directory().streams else { return }
            observer.observe(streams, all.count)
            var count = 0
            for stream in all {
                count += stream.state.withLock { $0.order.count - $0.holes.count }
                let overflowed = stream.overflowed.load(ordering: .relaxed)
                if overflowed > 0 {
                    observer.observe(
                        overflow, overflowed, ["metric.name": .string(stream.state.withLock { $0.name })])
                }
            }
            observer.observe(series, count)
        }
    }

    func recordCollection(nanoseconds: UInt64, _ component: Attributes) {
        guard let metrics = state.withLock({ $0.selfMetrics }) else { return }
        metrics.collectionDuration.record(Double(nanoseconds) / 1e9, component)
    }

    /// Before the streams are read, so that the collection that is cut says so itself.
    func countCut(_ component: Attributes) {
        guard let metrics = state.withLock({ $0.selfMetrics }) else { return }
        metrics.collectionsCut.add(1, component)
    }

    /// `otel.component.type` and `.name` for the next component of a type.
    package func componentAttributes(_ type: String) -> Attributes {
        let number = state.withLock { state in
            let number = state.components[type] ?? 0
            state.components[type] = number + 1
            return number
        }
        return ["otel.component.type": .string(type), "otel.component.name": "\(type)/\(number)"]
    }
}
