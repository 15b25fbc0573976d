import VitalsDashboards

/// What services promised, and how much of it is left: made of the series that the rules in alerts/ record for each job.
enum ObjectivesDashboard {
    private static let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]

    /// One of the two promises: how the rules call what breaks it, and what people do.
    private struct Promise {
        let name: String
        let broken: String
        let objective: Metric
        let budget: Metric
        let month: Metric
        let words: String

        func ratio(_ window: String) -> Metric {
            .recorded("job:http_server_\(broken)_per_requests:ratio_rate\(window)")
        }

        /// How many times faster than allowed the budget is used up.
        func burn(_ window: String) -> String {
            "\(ratio(window).series()) / on (job) group_left () (1 - \(objective.series()))"
        }
    }

    private static let availability = Promise(
        name: "Availability", broken: "errors", objective: .recorded("job:http_server_availability:objective"),
        budget: .recorded("job:http_server_error_budget_remaining:ratio30d"),
        month: .recorded("job:http_server_errors_per_requests:ratio_increase30d"),
        words: "requests that were answered with 5xx")
    private static let latency = Promise(
        name: "Latency", broken: "slow", objective: .recorded("job:http_server_latency:objective"),
        budget: .recorded("job:http_server_latency_budget_remaining:ratio30d"),
        month: .recorded("job:http_server_slow_per_requests:ratio_increase30d"),
        words: "requests that took longer than 250 ms")

    static func make() -> Dashboard {
        Dashboard(
            "slo", title: "SLO and error budget",
            description:
                "What was promised for thirty days, what is left of it and how fast it is used up. The rules in "
                + "alerts/slo.rules.yml record what is shown here, and hold the objectives.",
            isPerInstance: false,
            rows: [overview, burning(availability), burning(latency), traffic])
    }

    private static var overview: Row {
        Row("Overview", [availability, latency].flatMap(figures) + [table])
    }

    private static func figures(_ promise: Promise) -> [Panel] {
        [
            .stat(
                "\(promise.name): promised", "The objective: one line of alerts/slo.rules.yml.", unit: .ratio,
                [Target("min(\(promise.objective.series()))", legend: "objective")]
            ).sized(6),
            .stat(
                "\(promise.name): kept in 30 days",
                "1 less the share of \(promise.words), of the service that is worst.",
                unit: .ratio, [Target("1 - max(\(promise.month.series()))", legend: "kept")]
            ).sized(6),
            .stat(
                "\(promise.name): budget left",
                "What is left of the failures that thirty days may have, of the service with least. At 0 the promise is "
                    + "broken: put changes off that are not repairs.",
                unit: .ratio, [Target("min(\(promise.budget.series()))", legend: "left")]
            ).thresholds(.falling(0, 0.25)).signed().sized(6),
            .stat(
                "\(promise.name): burning now",
                "How many times faster than allowed the budget was used up in the last hour. 14.4: it is gone in two days.",
                unit: .number, [Target("max(\(promise.burn("1h")))", legend: "× budget")]
            ).thresholds(.rising(1, 14.4)).sized(6),
        ]
    }

    private static var table: Panel {
        Panel.table(
            "Services", "Each service: what was promised, what is left of it. The link of a budget shows its requests.",
            [
                Target(availability.budget.series(), legend: "Error budget left", unit: .ratio),
                Target(availability.month.series(), legend: "Errors in 30 days", unit: .ratio),
                Target(latency.budget.series(), legend: "Latency budget left", unit: .ratio),
                Target(latency.month.series(), legend: "Slow in 30 days", unit: .ratio),
            ]
        ).linked(
            "Requests of this service",
            to: "/d/vitals-services?var-job=${__data.fields.job}&${datasource:queryparam}&${__url_time_range}")
    }

    private static func burning(_ promise: Promise) -> Row {
        Row(
            promise.name,
            [
                Panel.timeseries(
                    "\(promise.name): burn rate by window",
                    "How many times faster than allowed the budget is used up. The dashed lines are those of the alerts: 14.4 "
                        + "and 6 call somebody, 3 and 1 wait for the morning. An alert fires when a long window and its "
                        + "short one are both above.",
                    unit: .number, windows.map { Target(promise.burn($0), legend: "{{job}} \($0)") }
                ).limits(1, 3, 6, 14.4).every("1m").sized(24, 10),
                Panel.timeseries(
                    "\(promise.name): budget left",
                    "Of thirty days. A steep fall is an outage, a slope a fault that nobody sees.",
                    unit: .ratio, [Target(promise.budget.series(), legend: "{{job}}")]
                ).limits(0).signed(),
                .timeseries(
                    "\(promise.name): share that broke the promise",
                    "Share of \(promise.words), in the last five minutes.",
                    unit: .ratio, [Target(promise.ratio("5m").series(), legend: "{{job}}")]),
            ])
    }

    private static var traffic: Row {
        Row(
            "Requests",
            [
                .timeseries(
                    "Requests",
                    "Requests per second. With few of them one failure is a large share: the alerts ask for a "
                        + "minimum.",
                    unit: .requestsPerSecond,
                    [Target(Metric.recorded("job:http_server_requests:rate5m").series(), legend: "{{job}}")]),
                .timeseries(
                    "Broken promises in an hour", "Requests that failed, or were slow, in the last hour.",
                    unit: .number,
                    [
                        Target(
                            Metric.recorded("job:http_server_errors:increase1h").series(), legend: "failed {{job}}"),
                        Target(Metric.recorded("job:http_server_slow:increase1h").series(), legend: "slow {{job}}"),
                    ]),
            ])
    }
}
