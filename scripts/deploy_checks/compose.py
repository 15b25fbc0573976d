"""Checks the compose stack: every service on its own, and that the files which name each other agree."""

import re

from .collector import check_collectors, listening
from .files import COMPOSE, Broken, environment, is_pinned, mapping, own_ports, part, services, text

FILE = f"{COMPOSE}/compose.yaml"
PUSH = f"{COMPOSE}/compose.push.yaml"
PROMETHEUS = (f"{COMPOSE}/prometheus/prometheus.yml", f"{COMPOSE}/prometheus/prometheus.push.yml")
SOURCES = f"{COMPOSE}/grafana/provisioning/datasources/datasources.yaml"
PROVIDERS = f"{COMPOSE}/grafana/provisioning/dashboards/dashboards.yaml"
# Where these listen unless they are told otherwise, which they are not.
USUAL = {"prometheus": {9090}, "alertmanager": {9093}, "grafana": {3000}}
ADDRESS = re.compile(r"(?<![\w.-])([a-z][a-z0-9-]*):(\d{2,5})(?![\w.])")
# With it an exponential histogram has classic buckets too, which come and go: quantiles of those are wrong.
CLASSIC = "always_scrape_classic_histograms"
SECONDS = re.compile(r"(\d+)s")


def check_images(root, _):
    """Every image has a pinned tag in .env, and every variable of .env is there for something."""
    known, used = environment(root), set()
    for path in (FILE, PUSH):
        for name in re.findall(r"\$\{(\w+)", text(root, path)):
            used.add(name)
            if name not in known:
                yield f"{path}: ${{{name}}} is not in .env"
    for name in sorted(set(known) - used):
        yield f"{COMPOSE}/.env: nothing uses {name}"
    for name, image in known.items():
        if name.endswith("_IMAGE") and not is_pinned(image):
            yield f"{COMPOSE}/.env: {name} is {image}, which is no pinned version"
    for name, service in services(root).items():
        if not re.fullmatch(r"\$\{\w+_IMAGE:\?\}", str(service.get("image"))):
            yield f"{FILE}: the image of {name} is {service.get('image')} and not ${{…_IMAGE:?}}, a variable of .env"


def check_services(root, _):
    """What every service has to have."""
    everything = services(root)
    for name, service in everything.items():
        for problem in habits(service):
            yield f"{FILE}: {name} {problem}"
        for other, how in dependencies(name, service):
            if other not in everything:
                yield f"{FILE}: {name} depends on {other}, which is no service"
            elif how == "service_healthy" and "healthcheck" not in everything[other]:
                yield f"{FILE}: {name} waits for {other} to be healthy, which has no health check"
            elif how == "service_started" and "healthcheck" in everything[other]:
                yield f"{FILE}: {name} waits for {other} to be started, which has a health check to wait for"


def habits(service):
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    for limit in ("cpus", "memory"):
        if limit not in limits:
            yield f"has no limit for its {limit}"
    test = (service.get("healthcheck") or {}).get("test")
    if not test and not str(service.get("x-no-healthcheck", "")).strip():
        yield "has neither a health check nor x-no-healthcheck, which says why"
    if test and (not isinstance(test, list) or test[0] != "CMD"):
        yield "has a health check that is not [CMD, …]: its image may have no shell"
    if service.get("restart") != "unless-stopped":
        yield "has no restart: unless-stopped"
    options = (service.get("logging") or {}).get("options") or {}
    if (service.get("logging") or {}).get("driver") != "json-file" or not {"max-size", "max-file"} <= set(options):
        yield "has no json-file log with max-size and max-file"
    if str(service.get("user", "0")).split(":")[0] in ("0", "root"):
        yield "runs as root, or does not say as whom"
    if service.get("cap_drop") != ["ALL"]:
        yield "does not drop all capabilities"
    for port in service.get("ports") or []:
        if not str(port).startswith("127.0.0.1:"):
            yield f"publishes {port} to more than this machine"


def dependencies(name, service):
    depends = service.get("depends_on") or {}
    if isinstance(depends, list):
        raise Broken(f"{FILE}: {name} depends on others without a condition")
    return [(other, how.get("condition")) for other, how in depends.items()]


def mounts(root, name, service=None):
    """What is mounted into a service: source, target, and whether it is read-only."""
    service = service or part(FILE, services(root), name)
    for volume in service.get("volumes") or []:
        source, _, rest = volume.partition(":")
        target, _, mode = rest.partition(":")
        yield source, target, mode == "ro"


def check_mounts(root, _):
    """What is mounted exists, and is not written to; programs read their configuration where it is mounted."""
    volumes = set(mapping(root, FILE).get("volumes") or {})
    used = set()
    pushed = part(PUSH, mapping(root, PUSH), "services")
    everything = [(FILE, *item) for item in services(root).items()] + [(PUSH, *item) for item in pushed.items()]
    for path, name, service in everything:
        for source, target, is_fixed in mounts(root, name, service):
            if not source.startswith("."):
                used.add(source)
                if source not in volumes:
                    yield f"{path}: {name} mounts {source}, which is no volume"
            elif not (root / COMPOSE / source).exists():
                yield f"{path}: {name} mounts {source}, which is not there"
            elif not is_fixed:
                yield f"{path}: {name} mounts {source} without :ro"
        if path == PUSH and name not in services(root):
            yield f"{PUSH}: {name} is no service of compose.yaml"
        targets = {target for _, target, _ in mounts(root, name, service)}
        for argument in service.get("command") or []:
            file = re.fullmatch(r"--config(?:\.file)?=(.*)", argument)
            if file and file[1] not in targets:
                yield f"{path}: {name} reads {file[1]}, which is not mounted"
    for volume in sorted(volumes - used):
        yield f"{FILE}: nothing mounts the volume {volume}"
    for _, target, _ in mounts(root, "prometheus", pushed.get("prometheus")):
        if target not in {known for _, known, _ in mounts(root, "prometheus")}:
            yield f"{PUSH}: prometheus mounts {target}, in place of which compose.yaml has nothing"


def check_ports(root, _):
    """Whoever names a service with a port names one at which it listens."""
    listens = {**USUAL, **own_ports(root), **listening(root)}
    published = {}
    for name, service in services(root).items():
        if name not in listens:
            raise Broken(f"{FILE}: where {name} listens is not known: scripts/deploy_checks/compose.py has to be told")
        for port in service.get("ports") or []:
            inside, outside = int(port.rpartition(":")[2]), port.split(":", 1)[1].rpartition(":")[0]
            if inside not in listens[name]:
                yield f"{FILE}: {name} publishes its port {inside}, but listens at {sorted(listens[name])}"
            if outside in published:
                yield f"{FILE}: {name} and {published[outside]} both publish {outside}"
            published[outside] = name
        test = " ".join((service.get("healthcheck") or {}).get("test") or [])
        for port in re.findall(r"localhost:(\d+)", test):
            if int(port) not in listens[name]:
                yield f"{FILE}: the health check of {name} asks port {port}, but it listens at {sorted(listens[name])}"
    for path in sorted((root / COMPOSE).rglob("*.y*ml")):
        place = path.relative_to(root).as_posix()
        for number, line in enumerate(text(root, place).splitlines(), 1):
            line = line.split(" #")[0] if not line.lstrip().startswith("#") else ""
            for host, port in ADDRESS.findall(line):
                if host in listens and int(port) not in listens[host]:
                    yield f"{place}:{number}: {host} does not listen at {port}, but at {sorted(listens[host])}"


def check_prometheus(root, _):
    """Both configurations: targets, rules, where alerts go, and what the flags have to say."""
    command = part(FILE, services(root), "prometheus", "command", kind=list)
    for flag in ("--web.enable-otlp-receiver", "--enable-feature=exemplar-storage"):
        if flag not in command:
            yield f"{FILE}: prometheus lacks {flag}"
    mounted = {target: source for source, target, _ in mounts(root, "prometheus")}
    everything = set(services(root))
    for path in PROMETHEUS:
        found = mapping(root, path)
        for key in ("scrape_native_histograms", "extra_scrape_metrics"):
            if part(path, found, "global").get(key) is not True:
                yield f"{path}: global.{key} is not true"
        if CLASSIC in found["global"]:
            yield f"{path}: global.{CLASSIC} is there: exponential histograms would get buckets that come and go"
        key = "keep_identifying_resource_attributes"
        if (found.get("otlp") or {}).get(key) is not True:
            yield f"{path}: otlp.{key} is not true: target_info would lose service_name"
        for pattern in part(path, found, "rule_files", kind=list):
            folder, _, files = pattern.rpartition("/")
            if folder not in mounted:
                yield f"{path}: the rules {pattern} are in no mounted folder"
            elif not list((root / COMPOSE / mounted[folder]).glob(files)):
                yield f"{path}: there are no rules {pattern} in {mounted[folder]}"
        managers = part(path, part(path, found, "alerting"), "alertmanagers", kind=list)
        jobs = {job.get("job_name"): job for job in part(path, found, "scrape_configs", kind=list)}
        for place in [*managers, *jobs.values()]:
            groups = place.get("static_configs") or []
            for target in (target for group in groups for target in group.get("targets") or []):
                if target.split(":")[0] not in everything | {"localhost"}:
                    yield f"{path}: {target} is no service"
        wanted = set() if path == PROMETHEUS[1] else {"storefront", "payment"}
        scraped = set(jobs) & {"storefront", "payment"}
        for job in sorted(wanted ^ scraped):
            yield f"{path}: {job} is {'scraped, though it pushes' if job in scraped else 'not scraped'}"
    scraping, pushed = (mapping(root, path) for path in PROMETHEUS)
    for key in sorted((scraping.keys() | pushed.keys()) - {"scrape_configs"}):
        if scraping.get(key) != pushed.get(key):
            yield f"{PROMETHEUS[1]}: has another {key} than {PROMETHEUS[0]}"


def seconds(path, value):
    found = SECONDS.fullmatch(str(value))
    if not found:
        raise Broken(f"{path}: '{value}' is no number of seconds such as 15s")
    return int(found[1])


def check_intervals(root, _):
    """One interval for scraping, pushing and Grafana, which makes $__rate_interval from it."""
    interval = seconds(SOURCES, prometheus_source(root).get("timeInterval"))
    for path in PROMETHEUS:
        scraped = seconds(path, part(path, mapping(root, path), "global").get("scrape_interval"))
        if scraped != interval:
            yield f"{path}: scrapes every {scraped} s, but Grafana's timeInterval is {interval} s"
    for name, service in part(PUSH, mapping(root, PUSH), "services").items():
        pushed = (service.get("environment") or {}).get("OTEL_METRIC_EXPORT_INTERVAL")
        if pushed is not None and int(pushed) != interval * 1000:
            yield f"{PUSH}: {name} pushes every {pushed} ms, but Grafana's timeInterval is {interval} s"


def data_sources(root):
    return part(SOURCES, mapping(root, SOURCES), "datasources", kind=list)


def prometheus_source(root):
    found = [source for source in data_sources(root) if source.get("type") == "prometheus"]
    if len(found) != 1:
        raise Broken(f"{SOURCES}: has {len(found)} data sources of type prometheus, not one")
    return found[0].get("jsonData") or {}


def check_grafana(root, _):
    """Data sources know each other, and what is provisioned is mounted."""
    kinds = {}
    for source in data_sources(root):
        if not source.get("uid") or source.get("uid") in kinds:
            yield f"{SOURCES}: {source.get('name')} has no uid of its own"
        kinds[source.get("uid")] = source.get("type")
    destinations = prometheus_source(root).get("exemplarTraceIdDestinations") or []
    if not destinations:
        yield f"{SOURCES}: Prometheus has no exemplarTraceIdDestinations"
    for destination in destinations:
        if kinds.get(destination.get("datasourceUid")) not in ("jaeger", "tempo"):
            yield f"{SOURCES}: exemplars lead to {destination.get('datasourceUid')}, which is no data source for traces"
        if destination.get("name") != "trace_id":
            yield f"{SOURCES}: the label of exemplars is trace_id, not {destination.get('name')}"
    mounted = {target: source for source, target, _ in mounts(root, "grafana")}
    for target, what in {
        "/etc/grafana/provisioning": "grafana/provisioning",
        "/usr/share/grafana/public/runbooks": "../../alerts/runbooks",
    }.items():
        if (root / COMPOSE / mounted.get(target, "nowhere")).resolve() != (root / COMPOSE / what).resolve():
            yield f"{FILE}: grafana does not have {what} at {target}"
    for provider in part(PROVIDERS, mapping(root, PROVIDERS), "providers", kind=list):
        path = (provider.get("options") or {}).get("path")
        if path not in mounted:
            yield f"{PROVIDERS}: {path} is not mounted"
        elif not list((root / COMPOSE / mounted[path]).glob("*.json")):
            yield f"{PROVIDERS}: there are no dashboards in {mounted[path]}, which is {path}"


CHECKS = (
    check_images, check_services, check_mounts, check_ports, check_prometheus, check_intervals, check_grafana,
    check_collectors,
)  # fmt: skip
