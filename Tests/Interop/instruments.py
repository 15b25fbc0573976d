"""The instruments of the example service, as the conventions and its documentation have them."""

from dataclasses import dataclass

WORDS = {"s": "seconds", "By": "bytes", "EUR": "EUR"}


@dataclass(frozen=True)
class Instrument:
    """One instrument, and what it becomes on each door."""

    name: str
    what: str  # counter, up-down, gauge, histogram, exponential
    unit: str
    labels: tuple = ()
    optional: tuple = ()

    @property
    def kind(self):
        """What OTLP calls its points."""
        return {
            "counter": "sum", "up-down": "sum", "gauge": "gauge", "histogram": "histogram",
            "exponential": "exponential_histogram",
        }[self.what]  # fmt: skip

    @property
    def type(self):
        """What OpenMetrics calls it."""
        return {"counter": "counter", "up-down": "gauge", "gauge": "gauge"}.get(self.what, "histogram")

    @property
    def family(self):
        """Its name in OpenMetrics."""
        name = self.name.replace(".", "_")
        word = WORDS.get(self.unit, "")
        return name if not word or name.endswith(f"_{word}") else f"{name}_{word}"

    @property
    def samples(self):
        """The names of its series in Prometheus, whichever format it asked for."""
        if self.what == "counter":
            return (f"{self.family}_total",)
        return (f"{self.family}_count", self.family) if self.type == "histogram" else (self.family,)


SERVER = ("http.request.method", "url.scheme")
ANSWERED = ("error.type", "http.route", "network.protocol.version", "http.response.status_code")
HTTP_SERVER = [
    Instrument("http.server.request.duration", "histogram", "s", (*SERVER, "http.response.status_code"), ANSWERED),
    Instrument("http.server.active_requests", "up-down", "{request}", SERVER),
    Instrument("http.server.request.body.size", "histogram", "By", (*SERVER, "http.response.status_code"), ANSWERED),
    Instrument("http.server.response.body.size", "histogram", "By", (*SERVER, "http.response.status_code"), ANSWERED),
]
CLIENT = ("http.request.method", "server.address", "server.port")
HTTP_CLIENT = [
    Instrument("http.client.request.duration", "histogram", "s", CLIENT, (*ANSWERED, "url.scheme")),
    Instrument("http.client.active_requests", "up-down", "{request}", CLIENT, ("url.template", "url.scheme")),
    Instrument("http.client.request.body.size", "histogram", "By", CLIENT, (*ANSWERED, "url.template")),
    Instrument("http.client.response.body.size", "histogram", "By", CLIENT, (*ANSWERED, "url.template")),
]
PROCESS = [
    Instrument("process.cpu.time", "counter", "s", ("cpu.mode",)),
    Instrument("process.memory.usage", "up-down", "By"),
    Instrument("process.memory.virtual", "up-down", "By"),
    Instrument("process.thread.count", "up-down", "{thread}"),
    Instrument("process.unix.file_descriptor.count", "up-down", "{file_descriptor}"),
    Instrument("process.context_switches", "counter", "{context_switch}", ("process.context_switch.type",)),
    Instrument("process.paging.faults", "counter", "{fault}", ("system.paging.fault.type",)),
    Instrument("process.cpu.limit", "up-down", "{cpu}"),
    Instrument("process.memory.heap.usage", "up-down", "By"),
    Instrument("process.memory.heap.reserved", "up-down", "By"),
    Instrument("process.disk.io", "counter", "By", ("disk.io.direction",)),
    Instrument("process.unix.file_descriptor.limit", "up-down", "{file_descriptor}"),
    Instrument("process.uptime", "gauge", "s"),
    Instrument("process.start_time", "gauge", "s"),
]
DATABASE = [
    Instrument(
        "db.client.operation.duration", "histogram", "s", ("db.system.name", "db.operation.name"),
        ("db.namespace", "db.collection.name", "db.query.summary", "error.type", "db.response.status_code"),
    ),
    Instrument(
        "db.client.response.returned_rows", "histogram", "{row}", ("db.system.name", "db.operation.name"),
        ("db.namespace", "db.collection.name", "db.query.summary"),
    ),
    Instrument("cache.lookups", "counter", "{lookup}", ("cache.name", "cache.result")),
]  # fmt: skip
MESSAGE = ("messaging.system", "messaging.operation.name", "messaging.destination.name")
MESSAGING = [
    Instrument(
        "messaging.client.operation.duration", "histogram", "s", (*MESSAGE, "messaging.operation.type"),
        ("messaging.consumer.group.name", "error.type"),
    ),
    Instrument("messaging.client.sent.messages", "counter", "{message}", MESSAGE, ("error.type",)),
    Instrument(
        "messaging.client.consumed.messages", "counter", "{message}", MESSAGE,
        ("messaging.consumer.group.name", "error.type"),
    ),
    Instrument(
        "messaging.process.duration", "histogram", "s", MESSAGE, ("messaging.consumer.group.name", "error.type")
    ),
]  # fmt: skip
NAMED = ("processor.name",)
STREAM = [
    Instrument("processor.events.received", "counter", "{event}", NAMED),
    Instrument("processor.events.processed", "counter", "{event}", NAMED, ("error.type",)),
    Instrument("processor.events.dropped", "counter", "{event}", (*NAMED, "reason")),
    Instrument("processor.deduplication.count", "counter", "{event}", NAMED),
    Instrument("processor.window.triggers", "counter", "{trigger}", (*NAMED, "window.name", "trigger")),
    Instrument("processor.processing.duration", "histogram", "s", NAMED, ("error.type",)),
    Instrument("processor.aggregation.duration", "histogram", "s", (*NAMED, "aggregation")),
    Instrument("processor.state.operation.duration", "histogram", "s", (*NAMED, "operation")),
    Instrument("processor.event.lag", "histogram", "s", NAMED),
    Instrument("processor.windows.open", "gauge", "{window}", (*NAMED, "window.name")),
    Instrument("processor.deduplication.entries", "gauge", "{entry}", NAMED),
    Instrument("processor.watermark.lag", "gauge", "s", NAMED),
    Instrument("processor.watermark.timestamp", "gauge", "s", NAMED),
    Instrument("processor.queue.size", "up-down", "{event}", NAMED),
    Instrument("processor.queue.capacity", "up-down", "{event}", NAMED),
]
SHOP = [
    Instrument("orders.placed", "counter", "{order}", ("payment.method",)),
    Instrument("orders.refused", "counter", "{order}", ("reason",)),
    Instrument("orders.in_flight", "up-down", "{order}"),
    Instrument("orders.value", "exponential", "EUR"),
    Instrument(
        "rpc.client.call.duration", "histogram", "s", ("rpc.system.name", "rpc.method"),
        ("error.type", "server.address", "server.port", "rpc.status_code"),
    ),
]  # fmt: skip
INSTRUMENTS = HTTP_SERVER + HTTP_CLIENT + PROCESS + DATABASE + MESSAGING + STREAM + SHOP
PAYMENT = [
    *HTTP_SERVER,
    *PROCESS,
    Instrument("payments", "counter", "{payment}", ("payment.method", "payment.outcome")),
]
# What the library says of itself, and what only a machine with control groups has.
OTHERS = ("target", "otel_sdk_", "vitals_", "container_")
