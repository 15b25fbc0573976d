import VitalsDashboards

// What is pushed: data points and spans.
extension TelemetryPipelineDashboard {
    func push() throws(DashboardError) -> Row {
        let lastSuccess = try catalogue.metric("vitals.exporter.last_success")
        let outcome = Self.component + ["http.response.status_code", "rpc.status_code", "error.type"]
        return Row(
            "Push",
            [
                delivery("Data points", points),
                undelivered("Data points that were not delivered", points),
                try inFlight("Data points in flight", "otel.sdk.exporter.metric_data_point.inflight"),
                Panel.timeseries(
                    "Exports by outcome",
                    "Exports of metrics and of spans, per second, by the last status and by error_type. UNAVAILABLE and "
                        + "connection_refused: the receiver is gone; 429 and 503: it has too much to do; tls: certificates; "
                        + "too_large: what it may take is set too low. Empty where nothing is pushed.",
                    unit: .operationsPerSecond,
                    [
                        Target(
                            exports.rate(by: outcome),
                            legend:
                                "\(Self.componentName) {{http_response_status_code}}{{rpc_status_code}} {{error_type}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Duration of exports",
                    "How long exports of metrics and of spans take, on average, with their repetitions. Near the timeout (10 s) "
                        + "they are given up.",
                    unit: .seconds, [Target(exports.mean(by: Self.component), legend: Self.componentName)]
                ).sized(8),
                Panel.timeseries(
                    "Since the last success",
                    "How long ago the receiver took something last, of the instance where that is longest. It rises from one "
                        + "export to the next; the dashed line is 10 minutes, at which the alert TelemetryExporterStalled fires. "
                        + "What never succeeded is not here: see the panels of what was not delivered.",
                    unit: .seconds,
                    [
                        Target(
                            "max by (job, otel_component_name) (time() - \(lastSuccess.series()))",
                            legend: Self.componentName)
                    ]
                ).limits(600).sized(8),
            ])
    }

    func traces() throws(DashboardError) -> Row {
        let started = try catalogue.metric("otel.sdk.span.started")
        let live = try catalogue.metric("otel.sdk.span.live")
        let processed = try catalogue.metric("otel.sdk.processor.span.processed")
        let queue = try catalogue.metric("otel.sdk.processor.span.queue.size")
        let capacity = try catalogue.metric("otel.sdk.processor.span.queue.capacity")
        let decision = ["job", "otel.span.sampling_result"]
        return Row(
            "Traces",
            [
                Panel.timeseries(
                    "Spans started",
                    "Spans that began, per second, by what the sampler said: DROP costs next to nothing, RECORD_AND_SAMPLE is "
                        + "exported. Empty where services do not trace, as is all of this row.",
                    unit: .countsPerSecond,
                    [Target(started.rate(by: decision), legend: "{{job}} {{otel_span_sampling_result}}")]
                ).stacked().sized(8),
                Panel.timeseries(
                    "Spans alive",
                    "Recorded spans that have not ended. What only grows is never ended: a leak.", unit: .number,
                    [Target(live.sum(by: decision), legend: "{{job}} {{otel_span_sampling_result}}")]
                ).sized(8),
                Panel.timeseries(
                    "Queue of spans",
                    "How full queues before exporters are, of the fullest instance. The dashed line is 80 %, at which the alert "
                        + "TelemetryQueueSaturated fires: sample less, or see why exports are slow.",
                    unit: .ratio,
                    [
                        Target(
                            "max by (job, otel_component_name) (\(queue.series()) / (\(capacity.series()) > 0))",
                            legend: Self.componentName)
                    ]
                ).limits(0.8).sized(8),
                Panel.timeseries(
                    "Spans that left the queue",
                    "Spans, per second, that were handed to the exporter, and in red those that were dropped before: queue_full "
                        + "(the alert TelemetryQueueFullDrops) or already_shutdown.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            processed.rate(by: Self.component, where: [Self.delivered]), legend: Self.componentName),
                        Target(
                            orZero(
                                processed.rate(by: Self.component + ["error.type"], where: [Self.failed]),
                                like: processed.rate(by: Self.component), on: "job", "otel_component_name"),
                            legend: "dropped \(Self.componentName) {{error_type}}"),
                    ]
                ).coloured("dropped.*", "red").sized(8),
                delivery("Spans", spans),
                undelivered("Spans that were not delivered", spans),
                try inFlight("Spans in flight", "otel.sdk.exporter.span.inflight").sized(24, 6),
            ])
    }

    /// Of exporters, what was taken and what was not.
    private func delivery(_ title: String, _ items: Metric) -> Panel {
        Panel.timeseries(
            title,
            "What receivers took, per second, and in red what they did not, by error_type: rejected is what they refused of "
                + "an export that they took. Metrics come again as totals, spans do not. Empty where nothing is pushed.",
            unit: .countsPerSecond,
            [
                Target(items.rate(by: Self.component, where: [Self.delivered]), legend: Self.componentName),
                Target(
                    orZero(
                        items.rate(by: Self.component + ["error.type"], where: [Self.failed]),
                        like: items.rate(by: Self.component), on: "job", "otel_component_name"),
                    legend: "failed \(Self.componentName) {{error_type}}"),
            ]
        ).coloured("failed.*", "red").sized(8)
    }

    private func undelivered(_ title: String, _ items: Metric) -> Panel {
        let all = items.rate(by: Self.component)
        let lost = orZero(items.rate(by: Self.component, where: [Self.failed]), like: all)
        return Panel.timeseries(
            title,
            "Their share of all. The dashed line is 5 %, at which the alert TelemetryExportFailing fires; the row Push tells "
                + "the reasons.",
            unit: .ratio, [Target("\(lost) / \(all)", legend: Self.componentName)]
        ).limits(0.05).sized(8)
    }

    private func inFlight(_ title: String, _ name: String) throws(DashboardError) -> Panel {
        let items = try catalogue.metric(name)
        return Panel.timeseries(
            title,
            "What is in an export that is under way. It falls to 0 in between; what stays up waits for a receiver that does "
                + "not answer.",
            unit: .number, [Target(items.sum(by: Self.component), legend: Self.componentName)]
        ).sized(8)
    }

    func tail() throws(DashboardError) -> Row {
        let spans = try catalogue.metric("vitals.tail.spans")
        return Row(
            "Tail sampling", collapsed: true,
            [
                Panel.timeseries(
                    "Spans by outcome",
                    "Spans that no sampler wanted, per second: kept, as their trace failed or was slow; dropped, as it was "
                        + "neither; evicted before that was known, which loses traces that matter: raise the limits of "
                        + "traces.tail. Empty where services do not use it.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            spans.rate(by: ["job", "vitals.tail.outcome"]), legend: "{{job}} {{vitals_tail_outcome}}")
                    ]
                ).coloured(".*evicted", "red").stacked().sized(24)
            ])
    }
}
