import VitalsDashboards

/// What telemetry tells of itself: whether metrics and spans arrive, what is lost on the way, what they cost.
struct TelemetryPipelineDashboard {
    static let component = ["job", "otel.component.name"]
    static let componentName = "{{job}} {{otel_component_name}}"
    static let failed = Matcher.notEqual("error.type", "")
    static let delivered = Matcher.equal("error.type", "")

    let catalogue: Catalogue
    /// Every process that pushes or is scraped has it, in all languages.
    let target = Metric.named("target_info")
    /// Every process that has Vitals.
    let series: Metric
    let points: Metric
    let spans: Metric
    let exports: Metric

    static func make(_ catalogue: Catalogue) throws(DashboardError) -> Dashboard {
        let page = try TelemetryPipelineDashboard(catalogue)
        return Dashboard(
            "telemetry-pipeline", title: "Telemetry pipeline",
            description:
                "Whether metrics and spans arrive, what is lost on the way and why, and what that costs. Look here "
                + "before you believe that a service is quiet.",
            rows: [
                try page.overview(), try page.instruments(), page.largest(), try page.scrapes(), try page.push(),
                try page.traces(),
                try page.endpoint(), page.scrapeLimits(), try page.tail(), page.server(),
            ])
    }

    private init(_ catalogue: Catalogue) throws(DashboardError) {
        self.catalogue = catalogue
        series = try catalogue.metric("vitals.series")
        points = try catalogue.metric("otel.sdk.exporter.metric_data_point.exported")
        spans = try catalogue.metric("otel.sdk.exporter.span.exported")
        exports = try catalogue.metric("otel.sdk.exporter.operation.duration")
    }

    /// A query that has 0 for jobs with Vitals in which it never happened.
    func orZeroPerJob(_ query: String) -> String {
        orZero(query, like: series.sum(by: ["job"]), on: "job")
    }

    /// A query for all jobs together that has 0 if any of them reports.
    private func orNothing(_ query: String) -> String {
        orZero(query, like: "count(\(target.series()))")
    }

    private func overview() throws(DashboardError) -> Row {
        let collections = try catalogue.metric("otel.sdk.metric_reader.collection.duration")
        let component = ["job", "otel.component.type", "otel.component.name"]
        func undelivered(_ metric: Metric) -> String { orNothing(metric.rate(where: [Self.failed])) }
        return Row(
            "Overview",
            [
                .stat(
                    "Services reporting",
                    "Services of which there are metrics now (target_info). One less than yesterday: see the alerts "
                        + "TelemetryTargetAbsent and TelemetryTargetDown.",
                    unit: .number,
                    [Target("count(count by (job) (\(target.series())))", legend: "services")]),
                .stat(
                    "Targets down",
                    "Instances that did not answer the last scrape (up), of jobs that reported themselves in the time shown. The alert TelemetryTargetDown fires after 5 minutes.",
                    unit: .number,
                    [Target(orNothing("count(\(Targets.up) == 0)"), legend: "targets")]
                ).thresholds(.rising(1, 2)),
                .stat(
                    "Series",
                    "Series that the chosen services hold, together (\(series.family)). This is what metrics cost, here and "
                        + "in the store.",
                    unit: .number, [Target(series.sum(), legend: "series")]),
                .stat(
                    "Data points pushed",
                    "Data points that receivers took, per second (\(points.family)). 0 where services are only scraped.",
                    unit: .countsPerSecond,
                    [Target(orNothing(points.rate(where: [Self.delivered])), legend: "points")]),
                .stat(
                    "Spans exported",
                    "Spans that receivers took, per second (\(spans.family)). 0 where services do not trace.",
                    unit: .countsPerSecond,
                    [Target(orNothing(spans.rate(where: [Self.delivered])), legend: "spans")]),
                .stat(
                    "Not delivered",
                    "Data points and spans that receivers did not take, per second. More than 5 % of them: the alert "
                        + "TelemetryExportFailing fires. The rows below tell which and why.",
                    unit: .countsPerSecond,
                    [Target("\(undelivered(points)) + \(undelivered(spans))", legend: "lost")]
                ).thresholds(.rising(0.01, 10)),
                .alerts(
                    "Alerts", "Alerts of the chosen jobs that fire or are about to, with what Grafana knows of them."),
                Panel.table(
                    "Components",
                    "Each reader that collects metrics and each exporter that sends something: how often it works, and how long "
                        + "that takes.",
                    [
                        Target(
                            "\(collections.rate(by: component)) or \(exports.rate(by: component))", legend: "Rate",
                            unit: .operationsPerSecond),
                        Target(
                            "\(collections.mean(by: component)) or \(exports.mean(by: component))", legend: "Duration",
                            unit: .seconds),
                    ]
                ).sized(12, 6),
            ])
    }

    private static let all = Metric.named("")

    private func largest() -> Row {
        Row(
            "Largest metrics", collapsed: true,
            [
                Panel.table(
                    "Largest metrics",
                    "The twenty metrics with the most series in the store now, buckets counted one by one. Whoever pays for "
                        + "series begins here. It looks at everything that was chosen: with many jobs, choose one before "
                        + "you open this row.",
                    [
                        Target(
                            "topk(20, count by (job, __name__) (\(Self.all.series())))", legend: "Series", unit: .number
                        )
                    ])
            ])
    }

    private func instruments() throws(DashboardError) -> Row {
        let streams = try catalogue.metric("vitals.streams")
        let overflow = try catalogue.metric("vitals.stream.overflow")
        let dropped = try catalogue.metric("vitals.measurements.dropped")
        let conflicts = try catalogue.metric("vitals.instruments.conflicts")
        return Row(
            "Instruments",
            [
                Panel.timeseries(
                    "Series by service",
                    "Series that services hold, all of their instances together. What only grows has an attribute with ever "
                        + "new values.",
                    unit: .number, [Target(series.sum(by: ["job"]), legend: "{{job}}")]
                ).sized(8),
                Panel.timeseries(
                    "Beyond the limit",
                    "Look-ups of attribute sets for which an instrument had no series left, per second. Their values are in "
                        + "one series, otel_metric_overflow=\"true\": totals hold, details do not. The alert "
                        + "TelemetryCardinalityOverflow fires: take the attribute away with a view, or raise the limit.",
                    unit: .countsPerSecond,
                    [
                        Target(
                            orZeroPerJob(overflow.rate(by: ["job", "metric.name"])), legend: "{{job}} {{metric_name}}")
                    ]
                ).sized(8),
                Panel.table(
                    "Metrics that overflow",
                    "Which metrics have a series otel_metric_overflow=\"true\" now, in any language, and in how many series. "
                        + "An empty table is good; see the alert TelemetryCardinalityOverflow.",
                    [
                        Target(
                            "count by (job, __name__) (\(Self.all.series(where: [.equal("otel.metric.overflow", "true")])))",
                            legend: "Series", unit: .number)
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Measurements dropped",
                    "Measurements that were not counted in a series of their own, per second, by reason: nan, infinite and "
                        + "negative are values that an instrument cannot take, callback is one that came too late; overflow is "
                        + "the panel above. See the alert TelemetryMeasurementsDropped; the log names instruments.",
                    unit: .countsPerSecond,
                    [Target(dropped.rate(by: ["job", "reason"]), legend: "{{job}} {{reason}}")]
                ).sized(12),
                Panel.timeseries(
                    "Conflicts",
                    "Declarations of instruments and views that were wrong or contradicted each other, since the process began, "
                        + "as most happen before its first scrape. Above 0 the alert TelemetryInstrumentConflicts fires: the log "
                        + "names them.",
                    unit: .number, [Target(conflicts.sum(by: ["job"]), legend: "{{job}}")]
                ).sized(6),
                Panel.timeseries(
                    "Streams", "Streams that services report: an instrument, or what a view makes of one.",
                    unit: .number,
                    [Target(streams.sum(by: ["job"]), legend: "{{job}}")]
                ).sized(6),
            ])
    }

    private func scrapes() throws(DashboardError) -> Row {
        let durations = try catalogue.metric("vitals.scrape.duration")
        let scrapes = try catalogue.metric("vitals.scrapes")
        let bytes = try catalogue.metric("vitals.scrape.bytes")
        let collections = try catalogue.metric("otel.sdk.metric_reader.collection.duration")
        let cut = try catalogue.metric("vitals.collections.cut")
        let unread = try catalogue.metric("vitals.histograms.unread")
        let scraped = Metric.named("scrape_samples_scraped")
        let stored = Metric.named("scrape_samples_post_metric_relabeling")
        return Row(
            "Scrapes and collections",
            [
                Panel.timeseries(
                    "Duration of scrapes",
                    "How long the slowest scrape of a service took for Prometheus, and the mean that services saw. Far apart, "
                        + "it is the network or Prometheus. At half of the timeout the alert TelemetryScrapeSlow fires.",
                    unit: .seconds,
                    [
                        Target(Metric.named("scrape_duration_seconds").max(by: ["job"]), legend: "{{job}}"),
                        Target(durations.mean(), legend: "{{job}} answering"),
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Samples",
                    "Samples of a scrape of all instances, and those that relabelling leaves. Far more than series: histograms "
                        + "have many buckets, of which native histograms have none.",
                    unit: .number,
                    [
                        Target(scraped.sum(by: ["job"]), legend: "{{job}} scraped"),
                        Target(stored.sum(by: ["job"]), legend: "{{job}} stored"),
                    ]
                ).sized(8),
                Panel.timeseries(
                    "New series",
                    "Series that a scrape brought for the first time. A peak is a deployment; if it never calms down, the alert "
                        + "TelemetrySeriesChurnHigh fires: an attribute has ever new values.",
                    unit: .number,
                    [Target(Metric.named("scrape_series_added").sum(by: ["job"]), legend: "{{job}}")]
                ).sized(8),
                Panel.timeseries(
                    "Answers",
                    "Scrapes that services answered, per second, by status and format. 503 is too many at once, 401 a wrong "
                        + "password. Twice as many as expected: two Prometheus scrape.",
                    unit: .requestsPerSecond,
                    [Target(scrapes.rate(by: ["job", "code", "format"]), legend: "{{job}} {{code}} {{format}}")]
                ).coloured(".* [45]\\d\\d .*", "red").sized(8),
                Panel.timeseries(
                    "Bytes", "Bytes of scrapes that services sent, per second, by format and compression.",
                    unit: .bytesPerSecond,
                    [
                        Target(
                            bytes.rate(by: ["job", "format", "encoding"]), legend: "{{job}} {{format}} {{encoding}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Duration of collections",
                    "How long reading all instruments takes, on average, for each reader. It is far below a second: what takes "
                        + "longer is a callback of an observable instrument.",
                    unit: .seconds,
                    [Target(collections.mean(by: Self.component), legend: Self.componentName)]
                ).sized(8),
                Panel.timeseries(
                    "Incomplete collections",
                    "Collections, per second, that lack what some callbacks observe because one outran its time, and points of "
                        + "histograms that were left out because a thread had been stopped while it recorded. It should be 0; "
                        + "the log names the callback.",
                    unit: .countsPerSecond,
                    [
                        Target(orZeroPerJob(cut.rate(by: Self.component)), legend: "\(Self.componentName) cut"),
                        Target(unread.rate(by: ["job"]), legend: "{{job}} unread"),
                    ]
                ).sized(24, 6),
            ])
    }
}
