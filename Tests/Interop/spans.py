"""What an OTLP request says, span by span."""

from dataclasses import dataclass, field

from points import attributes

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")


@dataclass
class Event:
    """Something that happened."""

    name: str
    time: int
    attributes: dict
    dropped: int


@dataclass
class Link:
    """Another span."""

    trace: str
    span: str
    state: str
    flags: int
    attributes: dict
    dropped: int


@dataclass
class Span:
    """A span with all that is known about it; ids in hexadecimal."""

    resource: dict = field(repr=False)
    scope: str
    scope_version: str
    scope_attributes: dict
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    state: str
    flags: int
    start: int
    end: int
    attributes: dict
    events: list
    links: list
    status: tuple
    dropped_attributes: int
    dropped_events: int
    dropped_links: int


def spans(request):
    """The spans of a decoded request."""
    for group in request.resource_spans:
        resource = attributes(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                yield Span(
                    resource,
                    scope.scope.name,
                    scope.scope.version,
                    attributes(scope.scope.attributes),
                    span.name,
                    KINDS[span.kind],
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.trace_state,
                    span.flags,
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    attributes(span.attributes),
                    [
                        Event(
                            event.name,
                            event.time_unix_nano,
                            attributes(event.attributes),
                            event.dropped_attributes_count,
                        )
                        for event in span.events
                    ],
                    [
                        Link(
                            link.trace_id.hex(),
                            link.span_id.hex(),
                            link.trace_state,
                            link.flags,
                            attributes(link.attributes),
                            link.dropped_attributes_count,
                        )
                        for link in span.links
                    ],
                    (STATUSES[span.status.code], span.status.message),
                    span.dropped_attributes_count,
                    span.dropped_events_count,
                    span.dropped_links_count,
                )
