"""Reads what the checks of deploy/ look at."""

import re

import yaml

COMPOSE = "deploy/compose"


class Broken(Exception):
    """A file that cannot be read as what it should be, so that nothing more can be said of it."""


def text(root, path):
    try:
        return (root / path).read_text(encoding="utf-8")
    except OSError as error:
        raise Broken(f"{path}: cannot be read: {error.strerror}") from error


def documents(root, path):
    try:
        return [document for document in yaml.load_all(text(root, path), yaml.CSafeLoader) if document is not None]
    except yaml.YAMLError as error:
        raise Broken(f"{path}: is no YAML: {' '.join(str(error).split())}") from error


def mapping(root, path):
    """The only document of a file, which has keys."""
    found = documents(root, path)
    if len(found) != 1 or not isinstance(found[0], dict):
        raise Broken(f"{path}: has to be one mapping")
    return found[0]


def part(path, value, *keys, kind=dict):
    """What stands in `value` under `keys`, which has to be there and of a kind."""
    for index, key in enumerate(keys):
        place = ".".join(map(str, keys[: index + 1]))
        if not isinstance(value, dict) or value.get(key) is None:
            raise Broken(f"{path}: {place} is missing")
        value = value[key]
    if not isinstance(value, kind):
        raise Broken(f"{path}: {'.'.join(map(str, keys))} has to be a {kind.__name__}")
    return value


def environment(root):
    """The variables of .env."""
    found = {}
    for line in text(root, f"{COMPOSE}/.env").splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            found[name] = value
    return found


def services(root):
    return part(f"{COMPOSE}/compose.yaml", mapping(root, f"{COMPOSE}/compose.yaml"), "services")


def number(root, path, pattern):
    """The number that a pattern finds in a source."""
    found = re.search(pattern, text(root, path))
    if not found:
        raise Broken(f"{path}: has no {pattern}")
    return int(found[1])


def own_ports(root):
    """Where the example service and its payment service listen, by their sources: API and metrics."""
    sources = "Sources/storefront/Options"
    metrics = "Sources/VitalsEndpoint/Configuration/EndpointConfiguration.swift"
    return {
        "storefront": {
            number(root, f"{sources}/ShopOptions.swift", r"var port = (\d+)"),
            number(root, metrics, r"var port = (\d+)"),
        },
        "payment": {
            number(root, f"{sources}/PaymentOptions.swift", r"usualPort = (\d+)"),
            number(root, f"{sources}/PaymentOptions.swift", r"usualMetricsPort = (\d+)"),
        },
    }


def tag(image):
    """What stands behind the name of an image; nothing if there is no tag."""
    _, separator, value = image.rpartition(":")
    return value if separator and "/" not in value else ""


def is_pinned(image):
    return bool(re.search(r"\d", tag(image))) and "latest" not in tag(image)
