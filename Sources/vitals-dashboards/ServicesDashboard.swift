import VitalsDashboards

/// What services do for those who call them: rate, errors, duration, by the usual method.
enum ServicesDashboard {
    static let serverError = Matcher.like("http.response.status_code", "5..")
    static let clientError = Matcher.like("http.response.status_code", "4..")

    static func make(_ catalogue: Catalogue) throws(DashboardError) -> Dashboard {
        let requests = try catalogue.metric("http.server.request.duration")
        return Dashboard(
            "services", title: "Services (RED)",
            description: "How many requests services get, how many of them fail and how long they take; what is called "
                + "from there. Start here.",
            rows: [
                try overview(requests, active: try catalogue.metric("http.server.active_requests")),
                rate(requests),
                errors(requests),
                try duration(requests),
                try operations(requests),
                try sizes(catalogue),
                try outbound(catalogue),
                try stores(catalogue),
                try spans(catalogue),
                try native(requests),
                try each(requests),
            ])
    }

    /// The share of requests that failed; 0 where none did.
    private static func errorRatio(_ requests: Metric, by attributes: [String]) -> String {
        let all = requests.rate(by: attributes)
        return "\(orZero(requests.rate(by: attributes, where: [serverError]), like: all)) / \(all)"
    }

    private static func overview(_ requests: Metric, active: Metric) throws(DashboardError) -> Row {
        Row(
            "Overview",
            [
                .stat(
                    "Targets up",
                    "Share of the instances that answered the last scrape (up). Less than 100 %: see the alert TelemetryTargetDown. "
                        + "Instances that push count as up while they report (target_info).",
                    unit: .ratio,
                    [Target("avg(\(Targets.reporting))", legend: "up")]
                ).thresholds(.falling(0.5, 1)),
                .stat(
                    "Requests", "Requests that all chosen services got, per second (\(requests.family)).",
                    unit: .requestsPerSecond, [Target(requests.rate(), legend: "requests")]),
                .stat(
                    "Errors",
                    "Share of requests that were answered with 5xx. More than 0.1 % uses up the budget of 99.9 %.",
                    unit: .ratio,
                    [Target(errorRatio(requests, by: []), legend: "errors")]
                ).thresholds(.rising(0.001, 0.01)),
                .stat(
                    "p95 of the slowest service",
                    "95 % of requests took no longer than this, of the service where that is longest.", unit: .seconds,
                    [Target("max(\(try requests.quantile(0.95)))", legend: "p95")]
                ).thresholds(.rising(0.25, 1)),
                .stat(
                    "In flight",
                    "Requests that are being answered. If it grows and the rate does not, something hangs.",
                    unit: .number, [Target(active.sum(), legend: "requests")]),
                .stat(
                    "Instances", "How many processes report themselves (target_info).", unit: .number,
                    [Target("count(count by (job, instance) (\(Targets.info.series())))", legend: "instances")]),
                .alerts(
                    "Alerts", "Alerts of the chosen jobs that fire or are about to, with what Grafana knows of them."),
                Panel.table(
                    "Versions",
                    "Which versions run, and how many instances of each. More than one: a deployment is "
                        + "under way, or was left half way.",
                    [
                        Target(
                            "count by (job, service_version) (count by (job, instance, service_version) "
                                + "(\(Targets.info.series())))", legend: "Instances", unit: .number)
                    ]
                ).sized(12, 6),
            ])
    }

    private static func rate(_ requests: Metric) -> Row {
        Row(
            "Rate",
            [
                .timeseries(
                    "Requests by service", "Requests per second. A sudden fall is as bad as errors: look at who calls.",
                    unit: .requestsPerSecond, [Target(requests.rate(by: ["job"]), legend: "{{job}}")]),
                Panel.timeseries(
                    "Requests by status",
                    "How requests were answered. Red is the service's fault, orange the caller's.",
                    unit: .requestsPerSecond,
                    [
                        Target(
                            requests.rate(by: ["http.response.status_code"]), legend: "{{http_response_status_code}}")
                    ]
                ).stacked().coloured("5..", "red").coloured("4..", "orange").coloured("3..", "blue")
                    .coloured("2..", "green"),
                Panel.timeseries(
                    "Requests by route", "The ten routes with the most requests.", unit: .requestsPerSecond,
                    [
                        Target(
                            "topk(10, \(requests.rate(by: ["http.request.method", "http.route"])))",
                            legend: "{{http_request_method}} {{http_route}}")
                    ]
                ).sized(24),
            ])
    }

    private static func errors(_ requests: Metric) -> Row {
        Row(
            "Errors",
            [
                Panel.timeseries(
                    "Errors by service",
                    "Share of requests that were answered with 5xx. The dashed line is 1 %; the alert "
                        + "ServiceHighErrorRatio fires at 5 %.",
                    unit: .ratio, [Target(errorRatio(requests, by: ["job"]), legend: "{{job}}")]
                ).limits(0.01).sized(8),
                Panel.timeseries(
                    "Errors by type",
                    "Why requests failed: the status, or what was thrown (error_type). Traces with this type tell more.",
                    unit: .requestsPerSecond,
                    [
                        Target(
                            requests.rate(by: ["job", "error.type"], where: [.notEqual("error.type", "")]),
                            legend: "{{job}} {{error_type}}")
                    ]
                ).sized(8),
                Panel.timeseries(
                    "Refusals by route",
                    "Answers with 4xx: what callers ask for in vain. A new version of a caller shows here first.",
                    unit: .requestsPerSecond,
                    [
                        Target(
                            requests.rate(
                                by: ["http.route", "http.response.status_code"], where: [clientError]),
                            legend: "{{http_response_status_code}} {{http_route}}")
                    ]
                ).sized(8),
            ])
    }

    private static func quantiles(_ metric: Metric, by attributes: [String], legend: String) throws(DashboardError)
        -> [Target]
    {
        var targets: [Target] = []
        for (share, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
            targets.append(
                Target(try metric.quantile(share, by: attributes), legend: "\(name) \(legend)", exemplars: true))
        }
        return targets
    }

    private static func duration(_ requests: Metric) throws(DashboardError) -> Row {
        Row(
            "Duration",
            [
                .timeseries(
                    "Duration by service",
                    "How long requests took: half of them, 95 and 99 % no longer than this. A diamond is a trace of one "
                        + "request.",
                    unit: .seconds, try quantiles(requests, by: ["job"], legend: "{{job}}")),
                .timeseries(
                    "p95 by route", "The ten slowest routes: 95 % of requests took no longer.", unit: .seconds,
                    [
                        Target(
                            "topk(10, \(try requests.quantile(0.95, by: ["job", "http.route"])))",
                            legend: "{{job}} {{http_route}}", exemplars: true)
                    ]),
                .heatmap(
                    "Spread of durations",
                    "How many requests took how long, from classic buckets; of native histograms see the row below. Two "
                        + "bands are two kinds of requests. Services with other bounds make stripes: choose one.",
                    unit: .seconds, requests.classicBuckets()),
                Panel.timeseries(
                    "Faster than 250 ms",
                    "Share of requests that took 250 ms at most: what the objective of latency counts. The dashed line is "
                        + "99 %.",
                    unit: .ratio, [Target(try requests.share(below: 0.25), legend: "{{job}}")]
                ).limits(0.99).signed(),
            ])
    }

    private static func operations(_ requests: Metric) throws(DashboardError) -> Row {
        let operation = ["job", "http.request.method", "http.route"]
        return Row(
            "Operations",
            [
                Panel.table(
                    "Operations",
                    "Each method and route: how often it is asked for, how often it fails, how long it takes. The link of a "
                        + "rate shows its service alone.",
                    [
                        Target(requests.rate(by: operation), legend: "Rate", unit: .requestsPerSecond),
                        Target(errorRatio(requests, by: operation), legend: "Errors", unit: .ratio),
                        Target(try requests.quantile(0.5, by: operation), legend: "p50", unit: .seconds),
                        Target(try requests.quantile(0.99, by: operation), legend: "p99", unit: .seconds),
                    ]
                ).sized(24, 10).linked(
                    "Only this service",
                    to: "/d/vitals-services?var-job=${__data.fields.job}&${datasource:queryparam}&${__url_time_range}")
            ])
    }

    private static func sizes(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        Row(
            "Sizes", collapsed: true,
            [
                try Panel(
                    catalogue.metric("http.server.request.body.size"), title: "Bodies of requests"),
                try Panel(
                    catalogue.metric("http.server.response.body.size"), title: "Bodies of responses"),
            ])
    }

    private static func native(_ requests: Metric) throws(DashboardError) -> Row {
        Row(
            "Native histograms", collapsed: true,
            [
                Panel.heatmap(
                    "Spread of durations",
                    "How many requests took how long, from native (exponential) histograms. It is empty where services "
                        + "have classic buckets.",
                    unit: .seconds, requests.nativeBuckets()
                ).sized(24)
            ])
    }

    private static func each(_ requests: Metric) throws(DashboardError) -> Row {
        Row(
            "$job", collapsed: true, repeats: "job",
            [
                Panel.timeseries(
                    "Requests by route", "Requests per second of this service.", unit: .requestsPerSecond,
                    [Target(requests.rate(by: ["http.route"]), legend: "{{http_route}}")]
                ).sized(8),
                Panel.timeseries(
                    "Errors", "Share of this service's requests that were answered with 5xx.", unit: .ratio,
                    [Target(errorRatio(requests, by: ["job"]), legend: "{{job}}")]
                ).sized(8),
                Panel.timeseries(
                    "Duration by instance", "95 % of requests took no longer. One instance that stands out is ill.",
                    unit: .seconds,
                    [
                        Target(
                            try requests.quantile(0.95, by: ["job", "instance"]), legend: "{{instance}}",
                            exemplars: true)
                    ]
                ).sized(8),
            ])
    }
}
