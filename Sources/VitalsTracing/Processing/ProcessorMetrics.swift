import VitalsMetrics

/// What a processor that exports reports on itself.
struct ProcessorMetrics: Sendable {
    /// Why a span does not come to the exporter.
    enum Loss {
        /// The exporter is slower than the program.
        case queueFull
        /// It ended after the shutdown, or the shutdown had no time left for it.
        case alreadyShutdown
    }

    private let exported: Counter<Int>.Series
    private let queueFull: Counter<Int>.Series
    private let alreadyShutdown: Counter<Int>.Series
    private let watch: Watch?

    /// - Parameter queue: The queue that is reported, if it is one that the program has chosen.
    init(_ registry: Registry, component: String, queue: SpanQueue?) {
        let meter = registry.meter("vitals")
        let attributes = registry.componentAttributes(component)
        let processed = meter.counter(
            "otel.sdk.processor.span.processed", unit: "{span}",
            description: "The number of spans that the processor has handed to its exporter, or dropped.")
        let dropped = { (reason: AttributeValue) in processed.with(attributes.merging(["error.type": reason])) }
        exported = processed.with(attributes)
        queueFull = dropped("queue_full")
        alreadyShutdown = dropped("already_shutdown")
        guard let queue else {
            watch = nil
            return
        }
        let size = meter.observableUpDownCounter(
            "otel.sdk.processor.span.queue.size", unit: "{span}",
            description: "The number of spans in the queue of the processor.")
        let capacity = meter.observableUpDownCounter(
            "otel.sdk.processor.span.queue.capacity", unit: "{span}",
            description: "The number of spans that the queue of the processor has room for.")
        watch = meter.observe(size, capacity) { [weak queue] observer in
            guard let queue else { return }
            observer.observe(size, queue.count, attributes)
            observer.observe(capacity, queue.capacity, attributes)
        }
    }

    func exported(_ count: Int) { exported.addQuietly(count) }

    func lost(_ reason: Loss, _ count: Int = 1) {
        switch reason {
        case .queueFull: queueFull.addQuietly(count)
        case .alreadyShutdown: alreadyShutdown.addQuietly(count)
        }
    }

    /// The queue is reported no more.
    func cancel() { watch?.cancel() }
}
