"""Nothing that was recorded is lost, and nothing is counted twice, while the receiver dies a hundred times."""

import random
import time
import unittest

from child_receiver import child_receiver
from delta import Accounts
from pusher import PushTest

FAULTS = 100
SEED = 4
PUSHERS = [
    (protocol, temporality)
    for protocol in ("grpc", "http/protobuf")
    for temporality in ("delta", "cumulative")
]  # fmt: skip


class NothingLost(PushTest):
    """The rule about ambiguous acknowledgements.

    The receiver writes what it acknowledges to a file before it answers, so a kill or a hang may come between the two:
    then it has counted what the pusher believes to be undelivered, and reports again. Receivers tell this by the start
    time of a point. A pusher of changes moves the start of its points on only when it heard an acknowledgement. So
    points of one series with the same start are reports about the same beginning, of which the one that ends last
    contains all others: it is counted, and the others are not. Points with different starts must not overlap. No other
    correction is made: the sum of what is left must be the total that was recorded, exactly. For totals (cumulative)
    nothing is ambiguous: the last point that was acknowledged must be the total recorded.
    """

    def test_a_receiver_that_dies_a_hundred_times(self):
        chance = random.Random(SEED)
        with child_receiver(self.folder, delay=0.02) as receiver:
            pushers = {
                (protocol, temporality): self.push(
                    protocol,
                    f"http://127.0.0.1:{receiver.ports['grpc' if protocol == 'grpc' else 'http']}",
                    METRIC_EXPORT_INTERVAL=60,
                    METRIC_EXPORT_TIMEOUT=300,
                    EXPORTER_OTLP_TIMEOUT=300,
                    EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=temporality,
                    RESOURCE_ATTRIBUTES=f"test.protocol={protocol},test.temporality={temporality}",
                )
                for protocol, temporality in PUSHERS
            }
            for pusher in pushers.values():
                pusher.tell("start-recording")
            memory = {}
            for number in range(FAULTS):
                time.sleep(chance.uniform(0.02, 0.2))
                self.break_one(chance, receiver)
                if number == FAULTS // 4:
                    memory = {key: pusher.memory() for key, pusher in pushers.items()}
            time.sleep(0.5)
            after = {key: pusher.memory() for key, pusher in pushers.items()}
            totals = {}
            for key, pusher in pushers.items():
                totals[key] = pusher.tell("stop-recording")["total"]
                self.assertTrue(pusher.flush(), [key, pusher.messages()])
                self.assertTrue(pusher.shutdown()[0], key)
            receiver.terminate()
            accounts = self.accounts(receiver)
        for key, total in totals.items():
            with self.subTest(key):
                mine, exports = accounts[key]
                self.assertGreater(total, 10_000)
                # It was no silence that was survived.
                self.assertGreater(exports, FAULTS // 2)
                self.assertEqual((mine.sum("load.items"), mine.sum("load.sizes")), (total, total))
                self.assertEqual(sum(mine.sum("load.sizes", bucket) for bucket in (2, 3, 4)), total)
                # Acknowledgements were lost on their way.
                self.assertEqual(mine.repeated > 0, key[1] == "delta")
                # In KiB, of all and of anonymous memory.
                for before, now in zip(memory[key], after[key], strict=True):
                    self.assertLess(now - before, 1024, (memory[key], after[key]))

    def break_one(self, chance, receiver):
        fault = chance.choice(("kill", "kill", "hang", "hang", "hang and kill", "end"))
        if fault.startswith("hang"):
            receiver.pause()
            time.sleep(chance.uniform(0.01, 0.5))
        if fault == "hang":
            receiver.resume()
            return
        if fault == "end":
            receiver.terminate()
        else:
            receiver.kill()
        time.sleep(chance.uniform(0, 0.3))
        receiver.start()

    def accounts(self, receiver):
        """The accounts of each pusher, and how many exports of it were acknowledged."""
        books, times = {}, {}
        for point in receiver.points():
            if not point.name.startswith("load."):
                continue
            key = (point.resource["test.protocol"], point.resource["test.temporality"])
            books.setdefault(key, Accounts()).add([point])
            times.setdefault(key, set()).add(point.time)
        return {key: (books[key], len(times[key])) for key in books}


if __name__ == "__main__":
    unittest.main()
