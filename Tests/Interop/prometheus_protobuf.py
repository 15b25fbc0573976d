"""The messages of Prometheus, as its documentation numbers the fields, for Google's decoder."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

DOUBLE, INT64, UINT64, INT32, STRING, MESSAGE, UINT32, ENUM, SINT32, SINT64 = 1, 3, 4, 5, 9, 11, 13, 14, 17, 18
ONE, MANY = 1, 3

# name: (number, type, how many, message)
MESSAGES = {
    "LabelPair": {"name": (1, STRING), "value": (2, STRING)},
    "Timestamp": {"seconds": (1, INT64), "nanos": (2, INT32)},
    "Exemplar": {"label": (1, "LabelPair", MANY), "value": (2, DOUBLE), "timestamp": (3, "Timestamp")},
    "Gauge": {"value": (1, DOUBLE)},
    "Counter": {"value": (1, DOUBLE), "exemplar": (2, "Exemplar"), "created_timestamp": (3, "Timestamp")},
    "Bucket": {"cumulative_count": (1, UINT64), "upper_bound": (2, DOUBLE), "exemplar": (3, "Exemplar")},
    "BucketSpan": {"offset": (1, SINT32), "length": (2, UINT32)},
    "Histogram": {
        "sample_count": (1, UINT64),
        "sample_sum": (2, DOUBLE),
        "bucket": (3, "Bucket", MANY),
        "schema": (5, SINT32),
        "zero_threshold": (6, DOUBLE),
        "zero_count": (7, UINT64),
        "negative_span": (9, "BucketSpan", MANY),
        "negative_delta": (10, SINT64, MANY),
        "positive_span": (12, "BucketSpan", MANY),
        "positive_delta": (13, SINT64, MANY),
        "created_timestamp": (15, "Timestamp"),
        "exemplars": (16, "Exemplar", MANY),
    },
    "Metric": {
        "label": (1, "LabelPair", MANY),
        "gauge": (2, "Gauge"),
        "counter": (3, "Counter"),
        "timestamp_ms": (6, INT64),
        "histogram": (7, "Histogram"),
    },
    "MetricFamily": {
        "name": (1, STRING),
        "help": (2, STRING),
        "type": (3, "MetricType"),
        "metric": (4, "Metric", MANY),
        "unit": (5, STRING),
    },
}
TYPES = ("COUNTER", "GAUGE", "SUMMARY", "UNTYPED", "HISTOGRAM", "GAUGE_HISTOGRAM")


def _family_class():
    package = "io.prometheus.client"
    file = descriptor_pb2.FileDescriptorProto(name="metrics.proto", package=package, syntax="proto2")
    enum = file.enum_type.add(name="MetricType")
    for number, name in enumerate(TYPES):
        enum.value.add(name=name, number=number)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind, *many) in fields.items():
            added = message.field.add(name=field, number=number, label=many[0] if many else ONE)
            if kind == "MetricType":
                added.type, added.type_name = ENUM, f".{package}.{kind}"
            elif isinstance(kind, str):
                added.type, added.type_name = MESSAGE, f".{package}.{kind}"
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.MetricFamily"))


MetricFamily = _family_class()


def families(body):
    """The messages of a delimited body; an error if it is not whole."""
    at = 0
    while at < len(body):
        length = shift = 0
        while True:
            byte = body[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if at + length > len(body):
            raise ValueError("the last message is cut")
        family = MetricFamily()
        family.ParseFromString(bytes(body[at : at + length]))
        at += length
        yield family
