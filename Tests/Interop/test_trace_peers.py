"""Services with OpenTelemetry's SDK for Python on both sides of a call: one trace, right parents, and all baggage."""

import unittest
from urllib.parse import quote

from receivers import GRPCReceiver, receiving
from sdk_service import FORMATS, sdk_service
from support import SPAN, TRACE
from tracer import TraceTest

STATE = [("vendor", "value"), ("o@ther", "a b/1")]
BAGGAGE = {"tenant.id": "acme", "who": 'Jürgen & Söhne, 100 %;="x"', "empty": "", "all": "ü=\\+/?🛒"}
OURS = {"tenant.id": "acme", "who": 'Jürgen & Söhne, 100 %;="x"'}


def ids(span):
    """The ids of a span of the SDK, as OTLP would have them: trace, span and parent."""
    parent = format(span.parent.span_id, "016x") if span.parent else ""
    return format(span.context.trace_id, "032x"), format(span.context.span_id, "016x"), parent


def told(attributes):
    return {name.removeprefix("baggage."): value for name, value in attributes.items() if name.startswith("baggage.")}


def written(values):
    """That SDK writes a space as a plus, which in W3C's baggage is a plus."""
    return {name: value.replace(" ", "+") for name, value in values.items()}


class Peers(TraceTest):
    def begin(self, format):
        """A service with the SDK, a tracer that speaks the same, and the receiver of its spans."""
        receiver = self.enterContext(receiving(GRPCReceiver))
        tracer = self.trace("grpc", f"http://127.0.0.1:{receiver.port}", PROPAGATORS=f"{format},baggage")
        return self.enterContext(sdk_service(format)), tracer, receiver

    def ours(self, tracer, receiver):
        self.assertTrue(tracer.flush(), tracer.messages())
        spans = receiver.spans()
        found = {span.name: span for span in spans}
        self.assertEqual(len(found), len(spans))
        return found

    def test_python_calls_us_and_we_call_python(self):
        for format in FORMATS:
            with self.subTest(format):
                service, tracer, receiver = self.begin(format)
                # B3 has no state.
                state = STATE if format == "tracecontext" else []
                caller = service.caller(1, state, BAGGAGE)
                service.call(f"{tracer.base}/orders/1?next={service.base}/", caller)
                ours, theirs = self.ours(tracer, receiver), service.spans()
                served, called = ours["GET /orders/{id}"], ours["call"]
                trace, caller_id, parent = ids(theirs["python calls"])
                self.assertEqual((trace, parent), (TRACE, SPAN))
                self.assertEqual((served.trace, served.parent, served.kind), (TRACE, caller_id, "server"))
                self.assertEqual((called.trace, called.parent, called.kind), (TRACE, served.id, "client"))
                self.assertEqual(ids(theirs["python serves"])[::2], (TRACE, called.id))
                self.assertTrue(theirs["python serves"].parent.is_remote)
                self.assertEqual((served.flags & 0x300, called.flags & 0x300), (0x300, 0x100))
                for span in (served, called):
                    self.assertEqual(span.state, ",".join(f"{key}={value}" for key, value in state))
                self.assertEqual(list(theirs["python serves"].context.trace_state.items()), state)
                self.assertEqual(told(served.attributes), written(BAGGAGE))
                # And reads a plus as a space.
                read = {name: value.replace("+", " ") for name, value in BAGGAGE.items()}
                self.assertEqual(told(theirs["python serves"].attributes), read)

    def test_we_call_python_and_python_calls_us(self):
        for format in FORMATS:
            with self.subTest(format):
                service, tracer, receiver = self.begin(format)
                back = quote(f"{tracer.base}/orders/2", safe="")
                answer = tracer.tell(f"call {service.base}/?next={back}")
                self.assertEqual(answer["status"], 200)
                ours, theirs = self.ours(tracer, receiver), service.spans()
                first, called, served = ours["checkout"], ours["call"], ours["GET /orders/{id}"]
                trace, served_id, parent = ids(theirs["python serves"])
                self.assertEqual((first.trace, first.parent), (answer["trace"], ""))
                self.assertEqual((called.trace, called.parent), (first.trace, first.id))
                self.assertEqual((trace, parent), (first.trace, called.id))
                trace, calls_id, parent = ids(theirs["python calls"])
                self.assertEqual((trace, parent), (first.trace, served_id))
                self.assertEqual((served.trace, served.parent), (first.trace, calls_id))
                self.assertEqual(told(theirs["python serves"].attributes), OURS)
                self.assertEqual(told(served.attributes), written(OURS))

    def test_what_a_caller_does_not_want_sampled_is_not(self):
        for format in FORMATS:
            with self.subTest(format):
                service, tracer, receiver = self.begin(format)
                caller = service.caller(0, STATE, BAGGAGE)
                service.call(f"{tracer.base}/orders/1?next={service.base}/", caller)
                self.assertEqual((self.ours(tracer, receiver), service.spans()), ({}, {}))
                # The context went onward all the same.
                sent = dict(service.requests[-1])
                if format == "tracecontext":
                    self.assertRegex(sent["traceparent"], f"^00-{TRACE}-(?!{SPAN})[0-9a-f]{{16}}-00$")
                elif format == "b3":
                    self.assertRegex(sent["b3"], f"^{TRACE}-(?!{SPAN})[0-9a-f]{{16}}-0$")
                else:
                    self.assertEqual((sent["x-b3-traceid"], sent["x-b3-sampled"]), (TRACE, "0"))
                self.assertIn("who=J%C3%BCrgen", sent["baggage"])


if __name__ == "__main__":
    unittest.main()
