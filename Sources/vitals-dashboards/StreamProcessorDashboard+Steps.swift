import VitalsDashboards

// What processors hold, how long their steps take, and what brings them events.
extension StreamProcessorDashboard {
    func windows() throws(DashboardError) -> Row {
        let open = try metric("windows.open")
        let triggers = try metric("window.triggers")
        let entries = try metric("deduplication.entries")
        return Row(
            "Windows and state",
            [
                Panel.timeseries(
                    "Windows that closed",
                    "How often windows gave a result, per second, by what caused it. Many by late are results that had to be "
                        + "corrected; none at all while events come is a watermark that stands still.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            triggers.rate(by: Self.each + ["window.name", "trigger"]),
                            legend: "{{processor_name}} {{window_name}} {{trigger}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Open windows",
                    "Windows that wait for their end. More and more of them fill the memory: the watermark does not move on, "
                        + "or there are ever new keys.",
                    unit: .number,
                    [
                        Target(
                            open.sum(by: Self.each + ["window.name"]), legend: "{{processor_name}} {{window_name}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Remembered events",
                    "Events that are remembered to know duplicates. It should level off; what only grows is never forgotten "
                        + "and fills the memory.",
                    unit: .number, [Target(entries.sum(by: Self.each), legend: Self.name)]
                ).sized(8),
            ])
    }

    func durations() throws(DashboardError) -> Row {
        let aggregation = try metric("aggregation.duration")
        let state = try metric("state.operation.duration")
        let operation = Self.each + ["operation"]
        return Row(
            "Durations",
            [
                .timeseries(
                    "Processing",
                    "How long events took, of half of them, of 95 and of 99 %. More of them than fit into "
                        + "a second need more workers. A diamond is a trace of one event.",
                    unit: .seconds, try quantiles(duration, by: Self.each, legend: Self.name)),
                .heatmap(
                    "Spread of processing",
                    "How many events took how long, from classic buckets; of native histograms see the row below.",
                    unit: .seconds, duration.classicBuckets()),
                Panel.timeseries(
                    "Aggregation: p95",
                    "95 % of the results of windows took no longer. It grows with what windows hold.",
                    unit: .seconds,
                    [
                        Target(
                            try aggregation.quantile(0.95, by: Self.each + ["aggregation"]),
                            legend: "{{processor_name}} {{aggregation}}", exemplars: true)
                    ]
                ).sized(8),
                Panel.timeseries(
                    "State: p95",
                    "95 % of the operations on state took no longer. A slow checkpoint or restore is a slow store, or much "
                        + "state.",
                    unit: .seconds,
                    [
                        Target(
                            try state.quantile(0.95, by: operation), legend: "{{processor_name}} {{operation}}",
                            exemplars: true)
                    ]
                ).sized(8),
                Panel.timeseries(
                    "State: operations",
                    "Operations on state, per second. Many more of them than events: something is looked up again and again.",
                    unit: .operationsPerSecond,
                    [Target(state.rate(by: operation), legend: "{{processor_name}} {{operation}}")]
                ).sized(8),
            ])
    }

    func native() -> Row {
        Row(
            "Native histograms", collapsed: true,
            [
                .heatmap(
                    "Spread of ages",
                    "How many events were how old, from native (exponential) histograms. It is empty where services have "
                        + "classic buckets.",
                    unit: .seconds, eventLag.nativeBuckets()),
                .heatmap(
                    "Spread of processing",
                    "How many events took how long, from native (exponential) histograms. It is empty where services have "
                        + "classic buckets.",
                    unit: .seconds, duration.nativeBuckets()),
            ])
    }

    /// Of jobs and instances: a message knows of no processor.
    func messages() throws(DashboardError) -> Row {
        let sent = try catalogue.metric("messaging.client.sent.messages")
        let consumed = try catalogue.metric("messaging.client.consumed.messages")
        let calls = try catalogue.metric("messaging.client.operation.duration")
        let processing = try catalogue.metric("messaging.process.duration")
        let destination = ["job", "messaging.destination.name"]
        let consumer = destination + ["messaging.consumer.group.name"]
        let operation = destination + ["messaging.operation.name"]
        let (to, at) = ("{{job}} {{messaging_destination_name}}", "{{messaging_consumer_group_name}}")
        func failures(_ metric: Metric, _ attributes: [String]) -> String {
            orZero(metric.rate(by: attributes, where: [Self.failed]), like: metric.rate(by: attributes))
        }
        return Row(
            "Messages", collapsed: true,
            [
                Panel.timeseries(
                    "Sent",
                    "Messages that were sent, per second, and in red those that could not be. Of all processors.",
                    unit: .operationsPerSecond,
                    [
                        Target(sent.rate(by: destination), legend: to),
                        Target(failures(sent, destination), legend: "failed \(to)"),
                    ]
                ).coloured("failed.*", "red").sized(8),
                Panel.timeseries(
                    "Consumed",
                    "Messages that were received, per second, and in red those that could not be. Less than was sent, for "
                        + "long: they pile up in between.",
                    unit: .operationsPerSecond,
                    [
                        Target(consumed.rate(by: consumer), legend: "\(to) \(at)"),
                        Target(failures(consumed, consumer), legend: "failed \(to) \(at)"),
                    ]
                ).coloured("failed.*", "red").sized(8),
                Panel.timeseries(
                    "Sending and receiving: p95",
                    "95 % of the calls to the broker took no longer. Its disks and the network.",
                    unit: .seconds,
                    [
                        Target(
                            try calls.quantile(0.95, by: operation), legend: "\(to) {{messaging_operation_name}}",
                            exemplars: true)
                    ]
                ).sized(8),
                .timeseries(
                    "Processing: failures",
                    "Messages whose processing failed, per second. The same one again and again holds up those behind it.",
                    unit: .operationsPerSecond,
                    [Target(failures(processing, consumer), legend: "\(to) \(at)")]),
                .timeseries(
                    "Processing: p95", "95 % of messages took no longer, with everything that was done for them.",
                    unit: .seconds,
                    [Target(try processing.quantile(0.95, by: consumer), legend: "\(to) \(at)", exemplars: true)]),
            ])
    }

    func eachProcessor() throws(DashboardError) -> Row {
        let instance = ["job", "instance"]
        return Row(
            "$processor", collapsed: true, repeats: "processor",
            [
                Panel.timeseries(
                    "Received by instance",
                    "Events per second of this processor. One instance with far more than the others has the hot keys.",
                    unit: .operationsPerSecond, [Target(received.rate(by: instance), legend: "{{instance}}")]
                ).sized(8),
                Panel.timeseries(
                    "Watermark lag by instance", "How far each instance is behind. The slowest one holds up results.",
                    unit: .seconds, [Target(lag.max(by: instance), legend: "{{instance}}")]
                ).sized(8),
                Panel.timeseries(
                    "Processing by instance", "95 % of events took no longer. One instance that stands out is ill.",
                    unit: .seconds,
                    [Target(try duration.quantile(0.95, by: instance), legend: "{{instance}}", exemplars: true)]
                ).sized(8),
            ])
    }
}
