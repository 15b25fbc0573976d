"""Dashboards against the types of Grafana's foundation SDK.

Its `from_json` takes anything, so what it made is looked at: what it left out nobody knows, and what has another type
than is declared is wrong.
"""

import enum
import inspect
import json
import types
import typing

from grafana_foundation_sdk.cog import plugins, runtime
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

# Panels that the SDK lacks, and keys that Grafana has and the SDK does not.
PANELS = {"alertlist", "row"}
KEYS: set = set()


def problems(raw):
    """What is wrong with a dashboard, by the SDK's types."""
    plugins.register_default_plugins()
    yield from compared(models.Dashboard, raw, "dashboard")
    for panel in panels(raw):
        kind = panel.get("type")
        if kind not in PANELS and runtime.panelcfg_config(kind or "") is None:
            yield f"panel {panel.get('id')} is of the type {kind!r}, which there is not"


def compared(model, raw, path):
    """What a class of the SDK does not take from JSON, or takes as what it is not."""
    try:
        decoded = model.from_json(raw)
        encoded = json.loads(JSONEncoder().encode(decoded))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        yield f"{path} cannot be read by the SDK: {type(problem).__name__}: {problem}"
        return
    yield from lost(raw, encoded, path)
    yield from mistyped(decoded, path)


def panels(raw):
    for panel in raw.get("panels") or []:
        yield panel
        yield from panels(panel)


def lost(before, after, path):
    """Keys that did not come back."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from lost(value, after[key], f"{path}.{key}")
            elif value is not None and key not in KEYS:
                yield f"{path} has '{key}', which nobody knows"
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip(before, after)):
            yield from lost(one, other, f"{path}[{index}]")


def mistyped(value, path):
    """Fields of decoded classes that are not what their class declares."""
    if isinstance(value, runtime.UnknownDataquery):
        yield f"{path} is a query of an unknown data source"
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from mistyped(inner, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from mistyped(inner, f"{path}.{key}")
    elif is_model(type(value)):
        for name, hint in typing.get_type_hints(type(value)).items():
            inner = getattr(value, name)
            if not fits(inner, hint):
                yield f"{path}.{name} is {inner!r:.80}, not {getattr(hint, '__name__', hint)}"
            else:
                yield from mistyped(inner, f"{path}.{name}")
                yield from undecoded(inner, hint, f"{path}.{name}")


def undecoded(value, hint, path):
    """What the SDK left as it was, though it has a class for it."""
    kinds = [each for each in every(hint) if is_model(each)]
    for index, each in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(each, dict) and len(kinds) == 1:
            yield from compared(kinds[0], each, f"{path}[{index}]")


def every(hint):
    """A type hint, and those within it."""
    yield hint
    for inner in typing.get_args(hint):
        yield from every(inner)


def is_model(kind):
    return inspect.isclass(kind) and kind.__module__.startswith("grafana_foundation_sdk.") and not issubclass(
        kind, enum.Enum
    )


def fits(value, hint):
    """Whether a value is what a type hint says, one level deep; lists and dictionaries with what is in them."""
    origin = typing.get_origin(hint)
    if hint in (typing.Any, object):
        return True
    if isinstance(value, enum.Enum):
        # A default of the SDK's.
        value = value.value
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, each) for each in typing.get_args(hint))
    if origin is typing.Literal:
        return value in typing.get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(fits(each, typing.get_args(hint)[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(each, typing.get_args(hint)[1]) for each in value.values())
    if not inspect.isclass(hint):
        return True
    if issubclass(hint, enum.Enum):
        return value in [each.value for each in hint]
    if hint is float:
        return type(value) in (int, float)
    if hint in (int, str, bool):
        return type(value) is hint
    # What the SDK decodes has its class; some it leaves as it was.
    return isinstance(value, hint) or (isinstance(value, dict) and is_model(hint))
