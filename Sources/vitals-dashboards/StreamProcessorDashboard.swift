import VitalsDashboards

/// What becomes of events: how many come and how they end, how far behind the clock it is, what that takes.
struct StreamProcessorDashboard {
    static let each = ["job", "processor.name"]
    static let name = "{{job}} {{processor_name}}"

    let catalogue: Catalogue
    let received: Metric
    private let processed: Metric
    private let dropped: Metric
    private let duplicates: Metric
    let lag: Metric
    let eventLag: Metric
    let duration: Metric
    private let queue: Metric
    private let capacity: Metric

    static func make(_ catalogue: Catalogue) throws(DashboardError) -> Dashboard {
        let page = try StreamProcessorDashboard(catalogue)
        return Dashboard(
            "stream-processor", title: "Stream processor",
            description:
                "What becomes of events: how many come, how they end, how far behind the clock processing is and "
                + "how long its steps take. Every event that was received ends as processed, dropped or a duplicate, or "
                + "waits.",
            variables: [
                Variable(
                    "processor", title: "Processor", attribute: "processor.name",
                    of: try catalogue.metric("processor.events.received"))
            ],
            rows: [
                page.overview(), page.throughput(), page.losses(), try page.time(), try page.windows(),
                try page.durations(), page.native(), try page.messages(), try page.eachProcessor(),
            ])
    }

    private init(_ catalogue: Catalogue) throws(DashboardError) {
        self.catalogue = catalogue
        received = try Self.metric("events.received", catalogue)
        processed = try Self.metric("events.processed", catalogue)
        dropped = try Self.metric("events.dropped", catalogue)
        duplicates = try Self.metric("deduplication.count", catalogue)
        lag = try Self.metric("watermark.lag", catalogue)
        eventLag = try Self.metric("event.lag", catalogue)
        duration = try Self.metric("processing.duration", catalogue)
        queue = try Self.metric("queue.size", catalogue)
        capacity = try Self.metric("queue.capacity", catalogue)
    }

    private static func metric(_ name: String, _ catalogue: Catalogue) throws(DashboardError) -> Metric {
        try catalogue.metric("processor.\(name)").only(.like("processor.name", "$processor"))
    }

    func metric(_ name: String) throws(DashboardError) -> Metric { try Self.metric(name, catalogue) }

    /// How many events of a kind there are a second, which are none where others come and these never did.
    private func rate(_ metric: Metric, by attributes: [String], where matchers: [Matcher] = []) -> String {
        orZero(metric.rate(by: attributes, where: matchers), like: received.rate(by: attributes))
    }

    private static let succeeded = Matcher.equal("error.type", "")
    static let failed = Matcher.notEqual("error.type", "")

    private var fill: String { "\(queue.series()) / (\(capacity.series()) > 0)" }

    private func overview() -> Row {
        Row(
            "Overview",
            [
                .stat(
                    "Received",
                    "Events that the chosen processors received, per second (\(received.family)). None, where there should be "
                        + "some: look at who sends.",
                    unit: .operationsPerSecond, [Target(received.rate(), legend: "received")]),
                .stat(
                    "Processed",
                    "Events that were processed without an error, per second. Less than received for long: see how events "
                        + "end, below.",
                    unit: .operationsPerSecond,
                    [Target(rate(processed, by: [], where: [Self.succeeded]), legend: "processed")]),
                .stat(
                    "Failed",
                    "Events whose processing ended with an error, per second. They are not tried again by telemetry: whether "
                        + "they are lost is up to the program. Traces tell why.",
                    unit: .operationsPerSecond,
                    [Target(rate(processed, by: [], where: [Self.failed]), legend: "failed")]
                ).thresholds(.rising(0.01, 1)),
                .stat(
                    "Dropped",
                    "Events that were dropped, per second. Those that were filtered are meant to go; of others more than 1 % "
                        + "is too much: see the alert StreamProcessorDroppingEvents.",
                    unit: .operationsPerSecond, [Target(rate(dropped, by: []), legend: "dropped")]),
                .stat(
                    "Worst watermark lag",
                    "How far the watermark of the slowest processor is behind the clock. At more than 5 minutes the alert "
                        + "StreamProcessorWatermarkLagHigh fires.",
                    unit: .seconds, [Target(lag.max(), legend: "lag")]
                ).thresholds(.rising(60, 300)),
                .gauge(
                    "Fullest queue",
                    "Of the queue that is nearest to its capacity. Above 80 % the alert StreamProcessorQueueSaturated fires: "
                        + "at 100 % events are dropped, or whoever sends them has to wait.",
                    [Target("max(\(fill))", legend: "fill")]
                ).thresholds(.rising(0.6, 0.8)),
                .alerts(
                    "Alerts", "Alerts of the chosen jobs that fire or are about to, with what Grafana knows of them."),
                Panel.table(
                    "Processors", "Each processor: what comes, what is done, what is lost, how far behind it is.",
                    [
                        Target(received.rate(by: Self.each), legend: "Received", unit: .operationsPerSecond),
                        Target(
                            rate(processed, by: Self.each, where: [Self.succeeded]), legend: "Processed",
                            unit: .operationsPerSecond),
                        Target(rate(dropped, by: Self.each), legend: "Dropped", unit: .operationsPerSecond),
                        Target(lag.max(by: Self.each), legend: "Lag", unit: .seconds),
                        Target(queue.sum(by: Self.each), legend: "Waiting", unit: .number),
                    ]
                ).sized(12, 6),
            ])
    }

    private func throughput() -> Row {
        Row(
            "Throughput",
            [
                .timeseries(
                    "Received", "Events that came, per second. Drops and peaks here come from who sends.",
                    unit: .operationsPerSecond, [Target(received.rate(by: Self.each), legend: Self.name)]),
                Panel.timeseries(
                    "How events end",
                    "What became of events of the chosen processors, per second. Anything but green that grows needs a look.",
                    unit: .operationsPerSecond,
                    [
                        Target(rate(processed, by: [], where: [Self.succeeded]), legend: "processed"),
                        Target(rate(processed, by: [], where: [Self.failed]), legend: "failed"),
                        Target(rate(dropped, by: []), legend: "dropped"),
                        Target(rate(duplicates, by: []), legend: "duplicates"),
                    ]
                ).stacked().coloured("processed", "green").coloured("failed", "red").coloured("dropped", "orange")
                    .coloured("duplicates", "blue"),
                Panel.timeseries(
                    "Queue",
                    "How full queues are, the ten fullest of them. The dashed line is 80 %, at which the alert "
                        + "StreamProcessorQueueSaturated fires: process faster, on more instances, or receive less. Processors "
                        + "that say no capacity are not here.",
                    unit: .ratio,
                    [Target("topk(10, \(fill))", legend: "{{processor_name}} {{instance}}")]
                ).limits(0.8),
                balance(),
            ])
    }

    /// Over the whole time shown, as the ends of a short one lie between scrapes.
    private func balance() -> Panel {
        let all = received.total(by: Self.each)
        func ended(_ metric: Metric, where matchers: [Matcher] = []) -> String {
            orZero(metric.total(by: Self.each, where: matchers), like: all)
        }
        let waiting = orZero(
            "sum by (job, processor_name) (delta(\(queue.series())[$__range]))", like: all)
        let ends = [ended(processed), ended(dropped), ended(duplicates), waiting]
        return Panel.table(
            "Balance",
            "What became of the events of the time shown. Unaccounted is what was received, less what ended in any way and "
                + "what came to wait: near 0, as rates are estimated between scrapes. Far above, events get lost or their end is "
                + "not counted; far below, they are counted twice.",
            [
                Target(all, legend: "Received", unit: .number),
                Target(ended(processed, where: [Self.succeeded]), legend: "Processed", unit: .number),
                Target(ended(processed, where: [Self.failed]), legend: "Failed", unit: .number),
                Target(ended(dropped), legend: "Dropped", unit: .number),
                Target(ended(duplicates), legend: "Duplicates", unit: .number),
                Target(waiting, legend: "Came to wait", unit: .number),
                Target("\(all) - \(ends.joined(separator: " - "))", legend: "Unaccounted", unit: .number),
            ]
        ).sized(12)
    }

    private func losses() -> Row {
        let all = received.rate(by: Self.each)
        let unwanted = dropped.rate(by: Self.each + ["reason"], where: [.notEqual("reason", "filtered")])
        let share = "\(unwanted) / on (job, processor_name) group_left () \(all)"
        return Row(
            "Losses",
            [
                Panel.timeseries(
                    "Failed by error",
                    "Events whose processing ended with an error, per second, by what was thrown (error_type).",
                    unit: .operationsPerSecond,
                    [
                        Target(
                            orZero(
                                processed.rate(by: Self.each + ["error.type"], where: [Self.failed]), like: all,
                                on: "job", "processor_name"),
                            legend: "\(Self.name) {{error_type}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Dropped by reason",
                    "Events that were dropped, per second: late (after their window had closed), queue_full, filtered (meant "
                        + "to go), invalid, shutdown.",
                    unit: .operationsPerSecond,
                    [
                        Target(
                            orZero(
                                dropped.rate(by: Self.each + ["reason"]), like: all, on: "job", "processor_name"),
                            legend: "\(Self.name) {{reason}}")
                    ]
                ).stacked().sized(8),
                Panel.timeseries(
                    "Share dropped",
                    "Of the events received, those that were dropped and not filtered. The dashed line is 1 %, at which the "
                        + "alert StreamProcessorDroppingEvents fires.",
                    unit: .ratio,
                    [
                        Target(
                            orZero(share, like: all, on: "job", "processor_name"), legend: "\(Self.name) {{reason}}")
                    ]
                ).limits(0.01).sized(8),
                Panel.timeseries(
                    "Share of duplicates",
                    "Of the events received, those that were there before. Some are usual where messages come at least once; "
                        + "the dashed line is 20 %, at which the alert StreamProcessorDuplicatesHigh fires: somebody sends again.",
                    unit: .ratio,
                    [Target("\(rate(duplicates, by: Self.each)) / \(all)", legend: Self.name)]
                ).limits(0.2).sized(24),
            ])
    }

    private func time() throws(DashboardError) -> Row {
        let watermark = try metric("watermark.timestamp")
        return Row(
            "Time",
            [
                Panel.timeseries(
                    "Watermark lag",
                    "How far the watermark is behind the clock, of the slowest instance. It is as wide as what events may be "
                        + "late, and grows when events stop. The dashed line is 5 minutes, at which the alert "
                        + "StreamProcessorWatermarkLagHigh fires.",
                    unit: .seconds, [Target(lag.max(by: Self.each), legend: Self.name)]
                ).limits(300),
                Panel.timeseries(
                    "Progress of the watermark",
                    "By how many seconds the watermark moves on in a second. 1 keeps up with the clock, more catches up, 0 "
                        + "stands still: if events come meanwhile, the alert StreamProcessorWatermarkStalled fires and no window "
                        + "closes.",
                    unit: .number,
                    [
                        Target(
                            "min by (job, processor_name) (deriv(\(watermark.series())[$__rate_interval]))",
                            legend: Self.name)
                    ]
                ).signed(),
                .timeseries(
                    "Age of events",
                    "How old events are when they are processed: half of them, 95 and 99 % are no older. A diamond is a trace "
                        + "of one event. It includes the way here: if the queue is short, look at who sends.",
                    unit: .seconds, try quantiles(eventLag, by: Self.each, legend: Self.name)),
                .heatmap(
                    "Spread of ages",
                    "How many events were how old, from classic buckets; of native histograms see the row below. A band that "
                        + "rises is a backlog.",
                    unit: .seconds, eventLag.classicBuckets()),
            ])
    }

    func quantiles(_ metric: Metric, by attributes: [String], legend: String) throws(DashboardError)
        -> [Target]
    {
        var targets: [Target] = []
        for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
            targets.append(
                Target(try metric.quantile(share, by: attributes), legend: "\(name) \(legend)", exemplars: true))
        }
        return targets
    }
}
