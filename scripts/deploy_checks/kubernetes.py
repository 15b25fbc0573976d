"""Checks the Kubernetes example: each object against its schema, and what names what."""

import re
import shutil
import subprocess

import kubernetes_validate
import yaml

from .files import Broken, documents, environment, mapping, own_ports, part, tag, text

FOLDER = "deploy/kubernetes"
DASHBOARDS = "dashboards/kustomization.yaml"
RULES = f"{FOLDER}/prometheus-rules.sh"
VERSION = "1.33"
# No failure anywhere: neither Debian nor PyPI has one, and the other checks see most of what it would.
NO_KUBECTL = "kubectl kustomize: there is no kubectl on the PATH"
# What the services take to end at most, by ShopService.endTime and the last export.
END = 5
PATHS = {"startupProbe": "/health", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def objects(root):
    """Every object of the folder, with its file."""
    for path in sorted((root / FOLDER).glob("*.yaml")):
        for document in documents(root, f"{FOLDER}/{path.name}"):
            if document.get("kind") != "Kustomization":
                yield f"{FOLDER}/{path.name}", document


def of_kind(root, kind):
    return {found["metadata"]["name"]: (path, found) for path, found in objects(root) if found["kind"] == kind}


def check_schemas(root, _):
    for path, document in objects(root):
        place = f"{path}: {document.get('kind')} {(document.get('metadata') or {}).get('name')}"
        try:
            kubernetes_validate.validate(document, VERSION, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(map(str, error.path)) or "the object"
            yield f"{place}: {where}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError:
            # Objects of operators have no schema in Kubernetes.
            if document.get("kind") != "ServiceMonitor":
                yield f"{place}: Kubernetes {VERSION} has no such kind"


def check_kustomization(root, _):
    path = f"{FOLDER}/kustomization.yaml"
    found = mapping(root, path)
    listed = part(path, found, "resources", kind=list)
    there = {file.name for file in (root / FOLDER).glob("*.yaml")} - {"kustomization.yaml"}
    for name in sorted(set(listed) ^ there):
        yield f"{path}: {name} is {'not there' if name in listed else 'not among the resources'}"
    if found.get("namespace") not in of_kind(root, "Namespace"):
        yield f"{path}: the namespace {found.get('namespace')} is not made"
    images = {image["name"]: image for image in part(path, found, "images", kind=list)}
    built = environment(root).get("STOREFRONT_IMAGE", "")
    for name, (file, deployment) in of_kind(root, "Deployment").items():
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            image = images.get(container["image"])
            if image is None:
                yield f"{file}: the image {container['image']} of {name} is not among the images of {path}"
            elif str(image.get("newTag")) != tag(built):
                yield f"{path}: the tag of {image['name']} is {image.get('newTag')}, but STOREFRONT_IMAGE is {built}"


def holds(labels, selector):
    return bool(selector) and selector.items() <= (labels or {}).items()


def container_ports(container):
    return {port["name"]: port["containerPort"] for port in container.get("ports") or []}


def check_deployments(root, _):
    claims, own = of_kind(root, "PersistentVolumeClaim"), own_ports(root)
    for name in sorted(set(own) - set(of_kind(root, "Deployment"))):
        yield f"{FOLDER}: there is no Deployment {name}"
    for name, (path, deployment) in of_kind(root, "Deployment").items():
        template, place = deployment["spec"]["template"], f"{path}: Deployment {name}"
        pod, container = template["spec"], template["spec"]["containers"][0]
        if not holds(template["metadata"].get("labels"), deployment["spec"]["selector"]["matchLabels"]):
            yield f"{place}: its selector does not match its own pods"
        ports = container_ports(container)
        if set(ports.values()) != own.get(name, set(ports.values())):
            yield f"{place}: its ports are {sorted(ports.values())}, but it listens at {sorted(own[name])}"
        for probe, wanted in PATHS.items():
            asked = (container.get(probe) or {}).get("httpGet") or {}
            if asked.get("path") != wanted or asked.get("port") != ("http" if wanted == "/health" else "metrics"):
                yield f"{place}: its {probe} does not ask for {wanted} at the port that has it"
            elif asked["port"] not in ports:
                yield f"{place}: its {probe} asks the port {asked['port']}, which it does not have"
        annotations = template["metadata"].get("annotations") or {}
        said, real = annotations.get("prometheus.io/port"), ports.get("metrics")
        if said != str(real):
            yield f"{place}: prometheus.io/port is {said}, its metrics are at {real}"
        volumes = {volume["name"]: volume for volume in pod.get("volumes") or []}
        for mount in container.get("volumeMounts") or []:
            if mount["name"] not in volumes:
                yield f"{place}: mounts {mount['name']}, which is none of its volumes"
        for volume in volumes.values():
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if claim and claim not in claims:
                yield f"{place}: claims {claim}, which there is no PersistentVolumeClaim for"
        yield from (f"{place}: {problem}" for problem in security(root, pod, container))
        yield from (f"{place}: {problem}" for problem in ending(pod, container))


def security(root, pod, container):
    context, own = pod.get("securityContext") or {}, container.get("securityContext") or {}
    user = re.findall(r"^USER (\d+)", text(root, "deploy/Dockerfile"), re.MULTILINE)
    if context.get("runAsNonRoot") is not True or [str(context.get("runAsUser"))] != user[-1:]:
        yield f"has to run as {user[-1:]}, the user of the image, and not as root"
    if own.get("readOnlyRootFilesystem") is not True or own.get("allowPrivilegeEscalation") is not False:
        yield "may write to its image or gain privileges"
    if (own.get("capabilities") or {}).get("drop") != ["ALL"]:
        yield "does not drop all capabilities"
    resources = container.get("resources") or {}
    for kind, what in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
        if what not in (resources.get(kind) or {}):
            yield f"has no {kind} for {what}"


def ending(pod, container):
    pause = ((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep", {}).get("seconds", 0)
    grace = pod.get("terminationGracePeriodSeconds", 30)
    if grace <= pause + END:
        yield f"is killed after {grace} s, but may take {pause} s before SIGTERM and {END} s after it"


def check_services(root, _):
    templates = {name: found["spec"]["template"] for name, (_, found) in of_kind(root, "Deployment").items()}
    pods = {name: (pod["metadata"].get("labels"), pod["spec"]["containers"][0]) for name, pod in templates.items()}
    services = of_kind(root, "Service")
    for name, (path, service) in services.items():
        matched = [pod for pod, (labels, _) in pods.items() if holds(labels, service["spec"].get("selector"))]
        if len(matched) != 1:
            yield f"{path}: Service {name} selects the pods of {matched or 'nothing'}, not of one Deployment"
            continue
        ports = container_ports(pods[matched[0]][1])
        for port in service["spec"]["ports"]:
            target = port.get("targetPort")
            if target not in ports:
                yield f"{path}: Service {name} leads to the port {target}, which {matched[0]} does not have"
            elif port["port"] != ports[target]:
                yield f"{path}: Service {name} has the port {port['port']} for {ports[target]}"
    for name, (_, container) in pods.items():
        for host, port in re.findall(r"http://([a-z-]+):(\d+)", " ".join(container.get("args") or [])):
            known = services[host][1]["spec"]["ports"] if host in services else []
            if int(port) not in {entry["port"] for entry in known}:
                yield f"{FOLDER}: {name} calls {host}:{port}, which no Service has"
    for name, (path, monitor) in of_kind(root, "ServiceMonitor").items():
        selector = (monitor["spec"].get("selector") or {}).get("matchLabels")
        chosen = {key for key, (_, service) in services.items() if holds(service["metadata"].get("labels"), selector)}
        for missed in sorted(set(services) - chosen):
            yield f"{path}: ServiceMonitor {name} does not select the Service {missed}"
        for port in (endpoint.get("port") for endpoint in monitor["spec"]["endpoints"]):
            for service in sorted(chosen):
                if port not in {known["name"] for known in services[service][1]["spec"]["ports"]}:
                    yield f"{path}: ServiceMonitor {name} scrapes the port {port}, which {service} does not have"


def check_dashboards(root, _):
    """Each dashboard has a ConfigMap that Grafana's sidecar finds."""
    found = mapping(root, DASHBOARDS)
    maps = part(DASHBOARDS, found, "configMapGenerator", kind=list)
    listed = [name for one in maps for name in one["files"]]
    there = {path.name for path in (root / "dashboards").glob("*.json")}
    for name in sorted(set(listed) ^ there):
        yield f"{DASHBOARDS}: {name} is {'not there' if name in listed else 'in no ConfigMap'}"
    if part(DASHBOARDS, found, "generatorOptions", "labels").get("grafana_dashboard") != "1":
        yield f'{DASHBOARDS}: the label grafana_dashboard is not "1"'


def check_rules(root, _):
    """The script makes objects whose groups are those of the rule files."""
    said = subprocess.run([root / RULES], capture_output=True, text=True, check=False, timeout=60)
    if said.returncode:
        raise Broken(f"{RULES}: {said.stderr.strip()}")
    made = {document["metadata"]["name"]: document for document in yaml.safe_load_all(said.stdout)}
    for path in sorted((root / "alerts").glob("*.rules.yml")):
        name = f"vitals-{path.name.removesuffix('.rules.yml')}"
        if (made.pop(name, None) or {}).get("spec") != mapping(root, f"alerts/{path.name}"):
            yield f"{RULES}: {name} does not have the groups of alerts/{path.name}"
    for name in made:
        yield f"{RULES}: makes {name}, for which there is no rule file"


def check_build(root, skipped):
    """kubectl makes the same objects of the folders."""
    if not shutil.which("kubectl"):
        skipped.append(NO_KUBECTL)
        return
    dashboards = list((root / "dashboards").glob("*.json"))
    for folder, wanted in ((FOLDER, len(list(objects(root)))), ("dashboards", len(dashboards))):
        said = subprocess.run(
            ["kubectl", "kustomize", root / folder], capture_output=True, text=True, check=False, timeout=60
        )
        if said.returncode:
            yield f"{folder}: kubectl kustomize: {said.stderr.strip()}"
        elif len(list(yaml.safe_load_all(said.stdout))) != wanted:
            yield f"{folder}: kubectl kustomize does not make {wanted} objects"


CHECKS = (
    check_schemas, check_kustomization, check_deployments, check_services, check_dashboards, check_rules, check_build,
)  # fmt: skip
