"""A service and a caller with OpenTelemetry's SDK for Python, which we did not write."""

import contextlib
from urllib.parse import parse_qs, urlsplit

from http_peers import Service, call
from opentelemetry import baggage, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

FORMATS = {"tracecontext": TraceContextTextMapPropagator, "b3": B3SingleFormat, "b3multi": B3MultiFormat}


class SDKService(Service):
    """Answers requests within a span; `?next=URL` has it call another service with what it was told."""

    def __init__(self, format):
        self.propagator = CompositePropagator([FORMATS[format](), W3CBaggagePropagator()])
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = provider.get_tracer("interop.python")
        super().__init__(self.respond)

    def respond(self, path, headers):
        """What becomes of a request; what came as baggage is in its span."""
        context = self.propagator.extract(dict(headers), Context())
        with self.tracer.start_as_current_span("python serves", context, trace.SpanKind.SERVER) as span:
            for name, value in baggage.get_all(context).items():
                span.set_attribute(f"baggage.{name}", value)
            for url in parse_qs(urlsplit(path).query).get("next", []):
                self.call(url, trace.set_span_in_context(span, context))
        return {}

    def call(self, url, context):
        """Calls another service within a span; gives the span's context."""
        with self.tracer.start_as_current_span("python calls", context, trace.SpanKind.CLIENT) as span:
            carrier = {}
            self.propagator.inject(carrier, trace.set_span_in_context(span, context))
            status, _ = call(url, carrier.items())
            if status != 200:
                raise AssertionError(f"{url} answered {status}")
            return span.get_span_context()

    def caller(self, flags, state, values):
        """The context of a caller elsewhere, with baggage."""
        span = trace.SpanContext(
            int("4bf92f3577b34da6a3ce929d0e0e4736", 16),
            int("00f067aa0ba902b7", 16),
            is_remote=True,
            trace_flags=trace.TraceFlags(flags),
            trace_state=trace.TraceState(state),
        )
        context = trace.set_span_in_context(trace.NonRecordingSpan(span), Context())
        for name, value in values.items():
            context = baggage.set_baggage(name, value, context)
        return context

    def spans(self):
        """What was exported, by name."""
        return {span.name: span for span in self.exporter.get_finished_spans()}


@contextlib.contextmanager
def sdk_service(format):
    """A service that speaks one of the formats, stopped in any case."""
    service = SDKService(format)
    try:
        yield service
    finally:
        service.stop()
