import VitalsDashboards

// Details of who is scraped, and of who scrapes.
extension TelemetryPipelineDashboard {
    func endpoint() throws(DashboardError) -> Row {
        let connections = try catalogue.metric("vitals.endpoint.connections")
        let rejected = try catalogue.metric("vitals.endpoint.rejected")
        let running = try catalogue.metric("vitals.scrapes.in_flight")
        let reloads = try catalogue.metric("vitals.endpoint.reloads")
        return Row(
            "Endpoint", collapsed: true,
            [
                Panel.timeseries(
                    "Rejected",
                    "Requests that were refused and connections that were cut, per second, by reason: connections, requests and "
                        + "scrapes are limits; slow_reader, deadline and answer_timeout took too long; authentication and logins "
                        + "are wrong passwords. The log has the first of each.",
                    unit: .countsPerSecond,
                    [Target(orZeroPerJob(rejected.rate(by: ["job", "reason"])), legend: "{{job}} {{reason}}")]
                ).sized(12),
                Panel.timeseries(
                    "Connections",
                    "Open connections, of the endpoint (scope vitals) and of other servers that Vitals runs in the process.",
                    unit: .number,
                    [
                        Target(
                            connections.sum(by: ["job", "otel.scope.name"]), legend: "{{job}} {{otel_scope_name}}")
                    ]
                ).sized(12),
                Panel.timeseries(
                    "Scrapes in flight",
                    "Scrapes that are not answered yet; the one that tells it is one of them. More: several scrape at a time.",
                    unit: .number, [Target(running.sum(by: ["job"]), legend: "{{job}}")]
                ).sized(12),
                Panel.timeseries(
                    "Files read again",
                    "Certificates and passwords that had changed and were read again, per second: failed ones are "
                        + "not in use, the ones before them are. The log says what is wrong with them.",
                    unit: .countsPerSecond,
                    [Target(orZeroPerJob(reloads.rate(by: ["job", "result"])), legend: "{{job}} {{result}}")]
                ).coloured(".*failed", "red").sized(12),
            ])
    }

    /// What Prometheus only tells when asked to.
    func scrapeLimits() -> Row {
        let needed =
            "It needs extra scrape metrics (extra_scrape_metrics: true, in older versions "
            + "--enable-feature=extra-scrape-metrics), and is empty without them and where services push."
        let duration = Metric.named("scrape_duration_seconds").series()
        let stored = Metric.named("scrape_samples_post_metric_relabeling").series()
        let timeout = Metric.named("scrape_timeout_seconds").series()
        let limit = Metric.named("scrape_sample_limit").series()
        return Row(
            "Limits of scrapes", collapsed: true,
            [
                Panel.timeseries(
                    "Share of the timeout",
                    "How much of the time that a scrape may take it takes, of the ten slowest. The dashed line is half, at "
                        + "which the alert TelemetryScrapeSlow fires: beyond all of it there are no metrics. \(needed)",
                    unit: .ratio, [Target("topk(10, \(duration) / \(timeout))", legend: "{{job}} {{instance}}")]
                ).limits(0.5).sized(8),
                Panel.timeseries(
                    "Share of the limit of samples",
                    "How many of the samples that it may have (sample_limit) a scrape has, of the ten largest. The dashed line "
                        + "is 80 %, at which the alert TelemetryScrapeSamplesNearLimit fires: beyond all of them Prometheus takes "
                        + "none. Empty without a limit. \(needed)",
                    unit: .ratio,
                    [Target("topk(10, \(stored) / (\(limit) > 0))", legend: "{{job}} {{instance}}")]
                ).limits(0.8).sized(8),
                Panel.timeseries(
                    "Size of a scrape",
                    "Bytes of one scrape, not compressed, of the ten largest. \(needed)", unit: .bytes,
                    [
                        Target(
                            "topk(10, \(Metric.named("scrape_body_size_bytes").series()))",
                            legend: "{{job}} {{instance}}")
                    ]
                ).sized(8),
            ])
    }

    /// Of the job of Prometheus, which is none of those that can be chosen as it has no `target_info`.
    func server() -> Row {
        let whose = "These are Prometheus' own metrics: it has to scrape itself, and all jobs have to be chosen above."
        func metric(_ name: String) -> Metric { .named("prometheus_\(name)") }
        return Row(
            "Prometheus itself", collapsed: true,
            [
                Panel.timeseries(
                    "Samples refused",
                    "Samples, per second, with the time of another one or older than what is there. Two targets with the same "
                        + "labels do that: see the alert TelemetryDuplicateOrOutOfOrderSamples. \(whose)",
                    unit: .countsPerSecond,
                    [
                        Target(
                            metric("target_scrapes_sample_duplicate_timestamp_total").rate(by: ["instance"]),
                            legend: "{{instance}} same time"),
                        Target(
                            metric("target_scrapes_sample_out_of_order_total").rate(by: ["instance"]),
                            legend: "{{instance}} out of order"),
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Exemplars stored",
                    "Exemplars that there is room for, all of which can be in use: old ones make room. None: start Prometheus "
                        + "with --enable-feature=exemplar-storage. \(whose)",
                    unit: .number,
                    [
                        Target(
                            metric("tsdb_exemplar_exemplars_in_storage").sum(by: ["instance"]), legend: "{{instance}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Exemplars that came",
                    "Exemplars that were stored, per second, and those that were refused as newer ones were there. None while "
                        + "services trace: the scrape is not of OpenMetrics or protobuf. \(whose)",
                    unit: .countsPerSecond,
                    [
                        Target(
                            metric("tsdb_exemplar_exemplars_appended_total").rate(by: ["instance"]),
                            legend: "{{instance}} stored"),
                        Target(
                            metric("tsdb_exemplar_out_of_order_exemplars_total").rate(by: ["instance"]),
                            legend: "{{instance}} out of order"),
                    ]
                ).sized(8),
            ])
    }
}
