"""A dashboard in order, for tests to break."""

S = 'job=~"$job", instance=~"$instance"'
RI = "$__rate_interval"
H = "http_server_request_duration_seconds"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
STEPS = [{"value": None, "color": "green"}, {"value": 1, "color": "red"}]
LISTING = "\n".join(
    [
        "http.server.request.duration\thistogram\ts\thttp_server_request_duration_seconds",
        "http.server.active_requests\tupDownCounter\t{request}\thttp_server_active_requests",
        "process.cpu.time\tcounter\ts\tprocess_cpu_time_seconds_total",
        "processor.queue.size\tupDownCounter\t{event}\tprocessor_queue_size",
    ]
)
UNUSED = {"processor_queue_size": "of another dashboard"}


def quantile(share):
    native = f"histogram_quantile({share}, sum by (job) (rate({H}{{{S}}}[{RI}])))"
    return f"({native} or histogram_quantile({share}, sum by (job, le) (rate({H}_bucket{{{S}}}[{RI}]))))"


def target(expression, legend="{{job}}", **others):
    return {"datasource": SOURCE, "refId": "A", "expr": expression, "legendFormat": legend, **others}


def panel(number, kind, x, y, targets, unit="s", **options):
    return {
        "id": number, "type": kind, "title": f"Panel {number}", "description": "What it means.", "datasource": SOURCE,
        "gridPos": {"x": x, "y": y, "w": 12, "h": 8}, "targets": targets, "options": options,
        "fieldConfig": {
            "defaults": {"unit": unit, "min": 0, "thresholds": {"mode": "absolute", "steps": STEPS}},
            "overrides": [],
        },
    }  # fmt: skip


def timeseries(number, x, y, targets, unit="s"):
    return panel(
        number, "timeseries", x, y, targets, unit,
        legend={"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
        tooltip={"mode": "multi", "sort": "desc"},
    )  # fmt: skip


def heatmap(number, x, y, expression, legend):
    return panel(
        number, "heatmap", x, y, [target(expression, legend, format="heatmap", exemplar=True)],
        yAxis={"unit": "s", "axisPlacement": "left"},
    )  # fmt: skip


def variable(name, query):
    return {
        "type": "query", "name": name, "label": name.capitalize(), "datasource": SOURCE, "query": query,
        "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".+",
    }  # fmt: skip


def annotation(name, expression):
    return {
        "name": name, "datasource": SOURCE, "enable": True, "hide": False, "iconColor": "blue", "expr": expression,
        "titleFormat": name,
    }  # fmt: skip


def dashboard():
    count = f"sum by (job) (rate({H}_count{{{S}}}[{RI}]) or histogram_count(rate({H}{{{S}}}[{RI}])))"
    own = {"uid": "-- Grafana --", "type": "grafana"}
    processor = f"sum by (job, cpu_mode) (rate(process_cpu_time_seconds_total{{{S}}}[{RI}]))"
    versions = f"count by (service_version) (target_info{{{S}}})"
    return {
        "uid": "vitals-sample", "title": "Vitals / Sample", "description": "For tests of ServiceHighLatency.",
        "tags": ["vitals", "sample"],
        "schemaVersion": 42, "editable": False, "timezone": "browser", "refresh": "30s", "graphTooltip": 1,
        "time": {"from": "now-1h", "to": "now"},
        "links": [
            {
                "title": "Vitals", "type": "dashboards", "icon": "external link", "tooltip": "", "tags": ["vitals"],
                "asDropdown": True, "targetBlank": False, "includeVars": True, "keepTime": True,
            }
        ],
        "annotations": {
            "list": [
                {
                    "builtIn": 1, "name": "Annotations & Alerts", "type": "dashboard", "datasource": own,
                    "enable": True, "hide": True, "iconColor": "rgba(0, 211, 255, 1)",
                },
                annotation("Restarts", f"changes(process_start_time_seconds{{{S}}}[{RI}]) > 0"),
                annotation("Deployments", f"{versions} unless {versions.replace('})', '} offset 5m)')}"),
            ]
        },
        "templating": {
            "list": [
                {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus"},
                variable("job", "label_values(target_info, job)"),
                variable("instance", 'label_values(target_info{job=~"$job"}, instance)'),
            ]
        },
        "panels": [
            {
                "id": 1, "type": "row", "title": "Overview", "collapsed": False, "panels": [],
                "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1},
            },
            panel(2, "stat", 0, 1, [target(f"sum(http_server_active_requests{{{S}}})", "in flight")], "short"),
            timeseries(3, 12, 1, [target(count)], "reqps"),
            timeseries(4, 0, 9, [target(quantile(0.95), exemplar=True)]),
            timeseries(5, 12, 9, [target(processor, "{{job}} {{cpu_mode}}")]),
            {
                "id": 6, "type": "row", "title": "More", "collapsed": True,
                "gridPos": {"x": 0, "y": 17, "w": 24, "h": 1},
                "panels": [
                    heatmap(7, 0, 18, f"sum by (le) (increase({H}_bucket{{{S}}}[{RI}]))", "{{le}}"),
                    heatmap(8, 12, 18, f"sum(rate({H}{{{S}}}[{RI}]))", "all"),
                ],
            },
        ],
    }  # fmt: skip
