import VitalsDashboards

// What services do to answer: whom they call, where they look things up, what their spans are.
extension ServicesDashboard {
    private static let failed = Matcher.notEqual("error.type", "")

    /// How often something is called and how often in vain, and how long that takes.
    private static func calls(
        _ what: String, _ metric: Metric, by peer: [String], legend: String
    ) throws(DashboardError) -> [Panel] {
        let all = metric.rate(by: peer)
        return [
            Panel.timeseries(
                "\(what): calls", "Calls per second, and in red those that failed (\(metric.family)).",
                unit: .operationsPerSecond,
                [
                    Target(all, legend: legend),
                    Target(
                        orZero(metric.rate(by: peer, where: [failed]), like: all), legend: "failed \(legend)"),
                ]
            ).coloured("failed.*", "red"),
            Panel.timeseries(
                "\(what): p95",
                "95 % of calls took no longer, as the caller sees it: with the network and with waiting.",
                unit: .seconds,
                [
                    Target(try metric.quantile(0.95, by: ["job"] + peer), legend: "{{job}} \(legend)", exemplars: true)
                ]),
        ]
    }

    static func outbound(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let http = try catalogue.metric("http.client.request.duration")
        let rpc = try catalogue.metric("rpc.client.call.duration")
        let database = try catalogue.metric("db.client.operation.duration")
        let peer = ["job", "server.address", "server.port"]
        let name = "{{job}} {{server_address}}:{{server_port}}"
        let active = try catalogue.metric("http.client.active_requests")
        let sent = try catalogue.metric("http.client.request.body.size")
        let answered = try catalogue.metric("http.client.response.body.size")
        return Row(
            "What services call", collapsed: true,
            try calls(
                "HTTP", http, by: ["server.address", "server.port"], legend: "{{server_address}}:{{server_port}}")
                + [
                    Panel.timeseries(
                        "HTTP: in flight",
                        "Requests that wait for their answer. If it grows and the rate does not, the one who is called hangs.",
                        unit: .number, [Target(active.sum(by: peer), legend: name)]
                    ).sized(8),
                    Panel.timeseries(
                        "HTTP: bodies sent", "95 % of the bodies of requests were no larger.", unit: .bytes,
                        [Target(try sent.quantile(0.95, by: peer), legend: name, exemplars: true)]
                    ).sized(8),
                    Panel.timeseries(
                        "HTTP: bodies received",
                        "95 % of the bodies of answers were no larger. Ever larger ones: something answers without pages.",
                        unit: .bytes,
                        [Target(try answered.quantile(0.95, by: peer), legend: name, exemplars: true)]
                    ).sized(8),
                ]
                + calls("APIs", rpc, by: ["rpc.method"], legend: "{{rpc_method}}")
                + calls(
                    "Database", database, by: ["db.system.name", "db.operation.name", "db.collection.name"],
                    legend: "{{db_system_name}} {{db_operation_name}} {{db_collection_name}}"))
    }

    static func stores(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let lookups = try catalogue.metric("cache.lookups")
        let rows = try catalogue.metric("db.client.response.returned_rows")
        let connections = try catalogue.metric("db.client.connection.count")
        let cache = ["job", "cache.name"]
        let hits = orZero(
            lookups.rate(by: cache, where: [.equal("cache.result", "hit")]), like: lookups.rate(by: cache))
        let query = ["job", "db.operation.name", "db.collection.name"]
        return Row(
            "Caches and databases", collapsed: true,
            [
                .timeseries(
                    "Cache: hits",
                    "Share of look-ups that found something. A fall sends the rest to the database: a cache that was emptied, "
                        + "is too small, or is asked for other things.",
                    unit: .ratio,
                    [Target("\(hits) / \(lookups.rate(by: cache))", legend: "{{job}} {{cache_name}}")]),
                .timeseries(
                    "Cache: look-ups", "Look-ups per second, by what came of them.", unit: .operationsPerSecond,
                    [
                        Target(
                            lookups.rate(by: cache + ["cache.result"]),
                            legend: "{{job}} {{cache_name}} {{cache_result}}")
                    ]),
                .timeseries(
                    "Database: rows",
                    "95 % of operations gave no more rows. Many rows, and more with time: a query without a limit.",
                    unit: .number,
                    [
                        Target(
                            try rows.quantile(0.95, by: query),
                            legend: "{{job}} {{db_operation_name}} {{db_collection_name}}", exemplars: true)
                    ]),
                .timeseries(
                    "Database: connections",
                    "Connections of pools, in use and idle. None idle for long: calls wait for one. Empty where services "
                        + "have their pools not counted (watchConnections).",
                    unit: .number,
                    [
                        Target(
                            connections.sum(
                                by: ["job", "db.client.connection.pool.name", "db.client.connection.state"]),
                            legend: "{{job}} {{db_client_connection_pool_name}} {{db_client_connection_state}}")
                    ]),
            ])
    }

    /// The ten of each, as names of spans may be many.
    static func spans(_ catalogue: Catalogue) throws(DashboardError) -> Row {
        let ended = try catalogue.metric("traces.span.metrics.calls")
        let duration = try catalogue.metric("traces.span.metrics.duration")
        let span = ["job", "span.name", "span.kind"]
        let name = "{{job}} {{span_name}}"
        let all = ended.rate(by: span)
        let errors = orZero(ended.rate(by: span, where: [.equal("status.code", "STATUS_CODE_ERROR")]), like: all)
        let origin = "Empty where services make no metrics of spans (traces.spanMetrics)."
        return Row(
            "Spans", collapsed: true,
            [
                Panel.timeseries(
                    "Spans: rate", "Spans that ended, per second, sampled or not: the ten most frequent. \(origin)",
                    unit: .operationsPerSecond, [Target("topk(10, \(all))", legend: "\(name) {{span_kind}}")]
                ).sized(8),
                Panel.timeseries(
                    "Spans: errors",
                    "Share of spans that ended with the status of an error, of the ten where that is highest. Where a step "
                        + "fails and its request does not, somebody tries again. \(origin)",
                    unit: .ratio, [Target("topk(10, \(errors) / \(all))", legend: "\(name) {{span_kind}}")]
                ).sized(8),
                Panel.timeseries(
                    "Spans: p95",
                    "95 % of spans took no longer, of the ten slowest. A diamond is one of them. \(origin)",
                    unit: .seconds,
                    [
                        Target(
                            "topk(10, \(try duration.quantile(0.95, by: span)))", legend: "\(name) {{span_kind}}",
                            exemplars: true)
                    ]
                ).sized(8),
            ])
    }
}
