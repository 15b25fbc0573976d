"""Checks the configurations of the collector and of Jaeger, which is one, too."""

import re

from .files import COMPOSE, Broken, mapping, part, text

COLLECTOR = f"{COMPOSE}/otel-collector/config.yaml"
JAEGER = f"{COMPOSE}/jaeger/config.yaml"
OBJECTIVES = "alerts/slo.rules.yml"
README = "deploy/README.md"
ENDS = ("receivers", "exporters")


def ports(value):
    """Ports of every endpoint that a configuration opens on all addresses."""
    if isinstance(value, dict):
        if value.get("host") == "0.0.0.0" and "port" in value:
            yield int(value["port"])
        for inner in value.values():
            yield from ports(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ports(inner)
    else:
        found = re.fullmatch(r"0\.0\.0\.0:(\d+)", str(value))
        if found:
            yield int(found[1])


def listening(root):
    return {"otel-collector": set(ports(mapping(root, COLLECTOR))), "jaeger": set(ports(mapping(root, JAEGER)))}


def check_collectors(root, _):
    for path in (COLLECTOR, JAEGER):
        for problem in wiring(path, mapping(root, path)):
            yield f"{path}: {problem}"
    yield from (f"{COLLECTOR}: {problem}" for problem in sampling(root, mapping(root, COLLECTOR)))
    yield from (f"{JAEGER}: {problem}" for problem in stores(mapping(root, JAEGER)))


def wiring(path, configuration):
    """Pipelines name what is defined, what is defined is in use, and connectors join two pipelines."""
    pipelines = part(path, configuration, "service", "pipelines")
    connectors = set(configuration.get("connectors") or {})
    used = {"receivers": [], "processors": [], "exporters": []}
    for name, pipeline in pipelines.items():
        for kind in used:
            members = pipeline.get(kind) or []
            if kind in ENDS and not members:
                yield f"the pipeline {name} has no {kind}"
            used[kind] += members
            defined = set(configuration.get(kind) or {}) | (connectors if kind in ENDS else set())
            for member in members:
                if member not in defined:
                    yield f"the pipeline {name} has {member} among its {kind}, which is not defined"
        limiter = [member.split("/")[0] for member in pipeline.get("processors") or []]
        if "memory_limiter" in limiter and limiter[0] != "memory_limiter":
            yield f"the pipeline {name} has a memory_limiter that is not the first of its processors"
    for kind, members in used.items():
        for component in configuration.get(kind) or {}:
            if component not in members:
                yield f"{component} of the {kind} is in no pipeline"
    for connector in sorted(connectors):
        for kind, what in (("exporters", "exporter"), ("receivers", "receiver")):
            count = used[kind].count(connector)
            if count != 1:
                yield f"the connector {connector} is {what} {count} times, not once"
    active = configuration["service"].get("extensions") or []
    for extension in sorted(set(active) ^ set(configuration.get("extensions") or {})):
        yield f"the extension {extension} is {'not defined' if extension in active else 'not in service.extensions'}"


def sampling(root, configuration):
    """Spans are counted before traces are dropped, and no trace that spends error budget is."""
    pipelines = configuration["service"]["pipelines"]
    samplers = [pipe for pipe in pipelines.values() if "tail_sampling" in (pipe.get("processors") or [])]
    if not samplers:
        yield "no pipeline has tail_sampling"
    if not any("span_metrics" in pipe["exporters"] for pipe in pipelines.values()):
        yield "no pipeline has span_metrics"
    # Whoever gets its spans from a sampler, by whatever connectors, gets what was kept.
    after = list(samplers)
    for pipe in after:
        for other in pipelines.values():
            if other not in after and set(pipe["exporters"]) & set(other["receivers"]):
                after.append(other)
    if any("span_metrics" in pipe["exporters"] for pipe in after):
        yield "span_metrics is behind tail_sampling: it would count the traces that were kept"
    policies = part(COLLECTOR, configuration, "processors", "tail_sampling", "policies", kind=list)
    if not any(policy.get("status_code", {}).get("status_codes") == ["ERROR"] for policy in policies):
        yield "no policy keeps the traces with errors"
    yield from share(root, policies)
    kept = [policy["latency"]["threshold_ms"] for policy in policies if "latency" in policy]
    bounds = {float(bound) for bound in re.findall(r'le="([0-9.]+)"', text(root, OBJECTIVES))}
    if not bounds:
        yield f'{OBJECTIVES} names no bound of latency (le="…") to compare with'
    elif not kept or min(kept) > min(bounds) * 1000:
        yield (
            f"traces are kept from {min(kept) if kept else 'no'} ms on, but {OBJECTIVES} counts requests as slow from "
            f"{min(bounds) * 1000:.0f} ms on"
        )


def share(root, policies):
    """As much is kept of the traces that nothing else keeps as users are told."""
    said = re.search(r"(?m)^- (\d+) % of the others\b", text(root, README))
    if not said:
        raise Broken(f"{README}: does not say how many % of the others are kept, with which to compare the sampling")
    real = [policy["probabilistic"]["sampling_percentage"] for policy in policies if policy.get("type") == "probabilistic"]
    if not real:
        yield "no policy keeps a share of the other traces"
    elif real != [int(said[1])]:
        yield f"{' and '.join(map(str, real))} % of the other traces are kept, but {README} says {said[1]} %"


def stores(configuration):
    """Jaeger's parts name stores that there are."""
    storage = part(JAEGER, configuration, "extensions", "jaeger_storage")
    shown = part(JAEGER, configuration, "extensions", "jaeger_query", "storage")
    exporters = [value for key, value in configuration["exporters"].items() if key.startswith("jaeger_storage")]
    for kind, names in (
        ("backends", [shown.get("traces"), *(exporter.get("trace_storage") for exporter in exporters)]),
        ("metric_backends", [shown.get("metrics")] if "metrics" in shown else []),
    ):
        for name in names:
            if name not in (storage.get(kind) or {}):
                yield f"{name} is none of the {kind} of jaeger_storage"
