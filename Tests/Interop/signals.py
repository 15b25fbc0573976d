"""The kinds of telemetry that OTLP carries: their services, paths and messages."""

import base64
import json
from dataclasses import dataclass

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

# What OTLP's JSON writes as strings, being integers of 64 bits.
WIDE = {
    "asInt", "bucketCounts", "count", "endTimeUnixNano", "intValue", "startTimeUnixNano", "timeUnixNano", "zeroCount",
}  # fmt: skip
ENUMS = {"aggregationTemporality", "code", "kind"}
IDS = {"traceId", "spanId", "parentSpanId"}


@dataclass(frozen=True)
class Signal:
    """One of them."""

    service: str
    path: str
    request: type
    response: type
    rejected: str

    def decode(self, body):
        request = self.request()
        request.ParseFromString(body)
        return request

    def decode_json(self, body):
        """Decodes OTLP's own JSON, which is stricter than that of protobuf and has identifiers in hexadecimal."""
        return json_format.ParseDict(plain_json(json.loads(body.decode())), self.request())

    def answer(self, rejected, message):
        response = self.response()
        if rejected or message:
            setattr(response.partial_success, self.rejected, rejected)
            response.partial_success.error_message = message
        return response


METRICS = Signal(
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    "/v1/metrics",
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
    "rejected_data_points",
)
TRACES = Signal(
    "opentelemetry.proto.collector.trace.v1.TraceService",
    "/v1/traces",
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
    "rejected_spans",
)
SIGNALS = (METRICS, TRACES)


def plain_json(node, key=None):
    """The same as protobuf's JSON, if it is OTLP's."""
    if isinstance(node, list):
        return [plain_json(element, key) for element in node]
    if key in WIDE and not isinstance(node, str):
        raise AssertionError(f"{key} is written as {node!r}, and not as a string")
    if key in IDS:
        if node != node.lower():
            raise AssertionError(f"{key} is written as {node!r}")
        return base64.b64encode(bytes.fromhex(node)).decode()
    if key in ENUMS and not isinstance(node, int):
        raise AssertionError(f"an enum is written as {node!r}")
    if not isinstance(node, dict):
        return node
    if bad := [name for name in node if "_" in name]:
        raise AssertionError(f"keys are not in lowerCamelCase: {bad}")
    return {name: plain_json(element, name) for name, element in node.items()}
