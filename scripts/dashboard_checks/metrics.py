"""Which metrics and labels there are, and whether dashboards ask for these and no others."""

import re
from dataclasses import dataclass

from dashboard_checks import promql

SUFFIXES = ("_bucket", "_count", "_sum")
# On every series, or put there by Prometheus.
EVERYWHERE = {"__name__", "job", "instance", "otel_scope_name", "otel_scope_version", "otel_metric_overflow"}
TARGET_INFO = {
    "service_name", "service_version", "service_namespace", "service_instance_id", "deployment_environment_name",
    "host_name", "host_arch", "os_type", "telemetry_sdk_name", "telemetry_sdk_version", "telemetry_sdk_language",
    "process_pid", "process_runtime_name", "process_runtime_version", "process_executable_name", "k8s_pod_name",
    "k8s_namespace_name", "container_id",
}  # fmt: skip
COMPONENT = {"otel_component_name", "otel_component_type"}
EXPORTER = COMPONENT | {"server_address", "server_port"}
# What is not among the instruments of the example service in Tests/Interop/instruments.py.
LABELS = {
    "target_info": TARGET_INFO,
    "container_cpu_time_seconds_total": {"cpu_mode"},
    "container_pressure_stall_time_seconds_total": {"pressure_resource", "pressure_kind"},
    "db_client_connection_count": {"db_client_connection_pool_name", "db_client_connection_state"},
    "traces_span_metrics_calls_total": {"span_name", "span_kind", "status_code"},
    "traces_span_metrics_duration_seconds": {"span_name", "span_kind", "status_code"},
    "otel_sdk_span_started_total": {"otel_span_parent_origin", "otel_span_sampling_result"},
    "otel_sdk_span_live": {"otel_span_sampling_result"},
    "otel_sdk_processor_span_processed_total": COMPONENT | {"error_type"},
    "otel_sdk_processor_span_queue_size": COMPONENT,
    "otel_sdk_processor_span_queue_capacity": COMPONENT,
    "otel_sdk_exporter_span_inflight": EXPORTER,
    "otel_sdk_exporter_span_exported_total": EXPORTER | {"error_type"},
    "otel_sdk_exporter_metric_data_point_inflight": EXPORTER,
    "otel_sdk_exporter_metric_data_point_exported_total": EXPORTER | {"error_type"},
    "otel_sdk_exporter_operation_duration_seconds": EXPORTER
    | {"error_type", "http_response_status_code", "rpc_status_code", "rpc_response_status_code"},
    "otel_sdk_metric_reader_collection_duration_seconds": COMPONENT | {"error_type"},
    "vitals_exporter_last_success_seconds": EXPORTER,
    "vitals_collections_cut_total": COMPONENT,
    "vitals_measurements_dropped_total": {"reason"},
    "vitals_stream_overflow_total": {"metric_name"},
    "vitals_scrapes_total": {"code", "format"},
    "vitals_scrape_bytes_total": {"format", "encoding"},
    "vitals_endpoint_rejected_total": {"reason"},
    "vitals_endpoint_reloads_total": {"result"},
    "vitals_tail_spans_total": COMPONENT | {"vitals_tail_outcome"},
}
# What Prometheus itself has of each target, and of alerts.
PROMETHEUS = {
    "up": set(), "scrape_duration_seconds": set(), "scrape_timeout_seconds": set(), "scrape_samples_scraped": set(),
    "scrape_samples_post_metric_relabeling": set(), "scrape_series_added": set(), "scrape_sample_limit": set(),
    "scrape_body_size_bytes": set(), "ALERTS": {"alertname", "alertstate", "severity"},
    "ALERTS_FOR_STATE": {"alertname", "severity"},
}  # fmt: skip
# Names of other client libraries, which a query may take in the place of ours.
CLASSIC = {
    "process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
    "process_max_fds", "process_start_time_seconds",
}  # fmt: skip
RECORD = re.compile(r"^\s*(?:-\s+)?record:\s*[\"']?([A-Za-z_:][\w:]*)", re.MULTILINE)
ALERT = re.compile(r"^\s*(?:-\s+)?alert:\s*[\"']?(\w+)", re.MULTILINE)
# How texts write alerts; such words are nothing else there.
NAMED = re.compile(r"\b(?:Telemetry|Service|StreamProcessor|Process)[A-Z]\w+")
BY = re.compile(r"\bby\s*\(([^)]*)\)")


@dataclass(frozen=True)
class Family:
    """What a dashboard may ask for."""

    name: str
    labels: frozenset | None
    is_histogram: bool = False
    is_listed: bool = False

    @property
    def samples(self):
        return [self.name] + ([self.name + suffix for suffix in SUFFIXES] if self.is_histogram else [])


class Known:
    """All metrics that there are: the catalogue's, Prometheus', those that rules record."""

    def __init__(self, listing, instruments=(), rules=""):
        self.families = {}
        labels = {name: set(known) for name, known in LABELS.items()}
        for each in instruments:
            name = each.family + ("_total" if each.what == "counter" else "")
            labels.setdefault(name, set()).update(
                label.replace(".", "_") for label in (*each.labels, *each.optional)
            )
        for name, known in PROMETHEUS.items():
            self.families[name] = Family(name, frozenset(known))
        for name in CLASSIC:
            self.families[name] = Family(name, frozenset())
        # Which labels a recorded series has, those that its rule groups by tell at least.
        grouped = {name.strip() for found in BY.findall(rules) for name in found.split(",")}
        self.alerts = set(ALERT.findall(rules))
        for name in RECORD.findall(rules):
            self.families[name] = Family(name, frozenset(grouped))
        self.families["target_info"] = Family("target_info", frozenset(TARGET_INFO))
        for number, line in enumerate(listing.splitlines(), 1):
            parts = line.split("\t")
            if len(parts) != 4:
                raise ValueError(f"line {number} of the catalogue has {len(parts)} parts, not 4: {line!r}")
            _, kind, _, family = parts
            self.families[family] = Family(
                family, frozenset(labels.get(family, ())), "histogram" in kind.lower(), is_listed=True
            )
        self.samples = {sample: family for family in self.families.values() for sample in family.samples}

    def of(self, name):
        """The family of a sample's name, or nothing."""
        if name and name.startswith("prometheus_"):
            return Family(name, None)
        return self.samples.get(name)

    def labels(self, selector):
        """The labels of what is selected; nothing if they may be any."""
        name = promql.metric(selector)
        family = self.of(name)
        if name is None or family is None or family.labels is None:
            return None
        return EVERYWHERE | family.labels | ({"le"} if name.endswith("_bucket") else set())


def names(dashboard, known):
    """Every metric is one that there is."""
    for where, expression in asked(dashboard):
        for selector, above in promql.selectors(expression):
            name = promql.metric(selector)
            if name is None and any(promql.function(each) for each in above):
                # They drop names, and two metrics may have the same labels.
                yield f"{where} has a function of several metrics at once: {selector}"
            elif name is not None and known.of(name) is None:
                yield f"{where} asks for {name}, which neither the catalogue nor Prometheus nor a rule has"


def labels(dashboard, known):
    """Every label is one that the metric has."""
    for where, expression in asked(dashboard):
        for selector, _ in promql.selectors(expression):
            there = known.labels(selector)
            for label, _, _ in promql.matchers(selector):
                if there is not None and label not in there:
                    yield f"{where}: {promql.metric(selector)} has no label {label}"
        for node, chosen in promql.grouping(expression):
            below = [known.labels(selector) for selector, _ in promql.selectors(node)]
            if None in below:
                continue
            there = set().union(*below, promql.added(node))
            for label in sorted(set(chosen) - there):
                yield f"{where} groups by {label}, which nothing below has"
    for target in dashboard.targets:
        try:
            expression = promql.parse(target.expression)
        except promql.Unreadable:
            continue
        if any(known.labels(selector) is None for selector, _ in promql.selectors(expression)):
            continue
        there = promql.output(expression, known.labels)
        # Heat maps have their bounds, whether they are a label or within the values.
        there |= {"le"} if target.format == "heatmap" else set()
        for label in sorted(promql.legend_labels(target.raw.get("legendFormat")) - there):
            yield f"{target}: its legend names {label}, which its series do not have"


def asked(dashboard):
    """All expressions that are PromQL; what is not, another rule finds."""
    for where, expression in dashboard.expressions():
        try:
            yield where, promql.parse(expression)
        except promql.Unreadable:
            continue
    for variable in dashboard.variables:
        found = re.match(r"label_values\((.+),\s*\w+\)$", str(variable.get("query", "")))
        if found:
            try:
                yield f"variable '{variable.get('name')}'", promql.parse(found[1])
            except promql.Unreadable:
                continue


def both_kinds(dashboard, known):
    """Classic and native histograms are asked for alike, in one query; heat maps have a panel for each."""
    maps = {"classic": set(), "native": set()}
    for target in dashboard.targets:
        try:
            expression = promql.parse(target.expression)
        except promql.Unreadable:
            continue
        found = {"classic": set(), "native": set()}
        for selector, _ in promql.selectors(expression):
            name = promql.metric(selector)
            family = known.of(name)
            if family and family.is_histogram:
                found["native" if name == family.name else "classic"].add(family.name)
        for node, above in promql.walk(expression):
            outer = [promql.function(each) or "" for each in above]
            if promql.operator(node) == "or" and "histogram_quantile" in outer:
                yield f"{target} has an 'or' within histogram_quantile, which loses series that have both kinds"
        if target.panel.type == "heatmap":
            for kind in found:
                maps[kind] |= found[kind]
        else:
            for name in sorted(found["classic"] ^ found["native"]):
                kind, other = ("classic", "native") if name in found["classic"] else ("native", "classic")
                yield f"{target} asks for {name} as a {kind} histogram and not as a {other} one"
    for name in sorted(maps["classic"] ^ maps["native"]):
        yield f"there is a heat map of {name} for one kind of histogram and none for the other"


def alerts(dashboard, known):
    """Texts name alerts that there are."""

    def within(value, path):
        if isinstance(value, (dict, list)):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                yield from within(inner, f"{path}.{key}" if isinstance(value, dict) else f"{path}[{key}]")
        elif isinstance(value, str):
            for name in sorted(set(NAMED.findall(value)) - known.alerts):
                yield f"{path} names the alert {name}, which no rule has"

    yield from within(dashboard.raw, "")


RULES = {"metrics": names, "labels": labels, "classic and native": both_kinds, "alerts": alerts}


def unused(dashboards, known, exempt):
    """Every metric of the catalogue is on some dashboard, or has a reason not to be."""
    used = set()
    for dashboard in dashboards:
        for _, expression in asked(dashboard):
            for selector, _ in promql.selectors(expression):
                family = known.of(promql.metric(selector))
                used |= {family.name} if family else set()
    listed = {family.name for family in known.families.values() if family.is_listed}
    for name in sorted(listed - used - set(exempt)):
        yield f"{name} is in the catalogue and on no dashboard: show it, or say in UNUSED why not"
    for name in sorted(set(exempt) & used):
        yield f"{name} is on a dashboard and in UNUSED as well: take it out there"
    for name in sorted(set(exempt) - listed):
        yield f"{name} is in UNUSED and not in the catalogue: take it out"
