import unittest

import spans


def figures(ended=1000, received=1000, dropped=0, **others):
    processed = {"": received, **({"queue_full": dropped} if dropped else {})}
    return {
        "ended": ended, "received": received, "processed": processed, "exported": {"": received}, "flushed": True,
        "seconds": 1.0, **others,
    }


class Sums(unittest.TestCase):
    def test_by_error(self):
        text = (
            "# TYPE spans_total counter\n"
            'spans_total{otel_component_type="batch"} 7\n'
            'spans_total{otel_component_type="batch",error_type="queue_full"} 3\n'
            'spans_total{otel_component_type="other",error_type="queue_full"} 1e+06\n'
            'spans_total_of_others{error_type="queue_full"} 5\n'
        )
        self.assertEqual(spans.sums(text, "spans_total"), {"": 7, "queue_full": 1_000_003})


class Complaints(unittest.TestCase):
    def found(self, may_drop=False, rate=1000, **others):
        return list(spans.complaints(figures(**others), rate, may_drop))

    def test_all_arrived(self):
        self.assertEqual(self.found(), [])

    def test_what_does_not_arrive_is_dropped_and_counted(self):
        self.assertEqual(self.found(may_drop=True, received=400, dropped=600), [])
        self.assertEqual(len(self.found(may_drop=True, received=400, dropped=599)), 1)
        self.assertEqual(len(self.found(received=400, dropped=600)), 1)
        self.assertEqual(len(self.found(may_drop=True)), 1)

    def test_all_that_tell_of_it_agree(self):
        self.assertEqual(len(self.found(exported={"": 999})), 1)
        self.assertEqual(len(self.found(processed={"": 999})), 1)
        self.assertEqual(len(self.found(exported={"": 1000, "timeout": 1})), 1)
        self.assertEqual(len(self.found(received=999, exported={"": 1000}, processed={"": 1000})), 2)

    def test_as_many_as_were_asked_for(self):
        self.assertEqual(self.found(rate=1010), [])
        self.assertEqual(len(self.found(rate=1100)), 1)
        self.assertEqual(len(self.found(flushed=False)), 1)


if __name__ == "__main__":
    unittest.main()
