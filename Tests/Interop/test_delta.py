"""The accounts of the reference receiver are right about what they are given."""

import unittest
from types import SimpleNamespace

from delta import Accounts, Overlap


def point(start, time, *amounts, name="n", temporality="delta", series="s", kind="sum", monotonic=True):
    return SimpleNamespace(
        start=start, time=time, amounts=amounts, name=name, temporality=temporality, series=(name, series), kind=kind,
        monotonic=monotonic, attributes={"series": series},
    )  # fmt: skip


def total(*points, index=0):
    accounts = Accounts()
    accounts.add(points)
    return accounts.sum("n", index)


class Changes(unittest.TestCase):
    def test_segments_add_up(self):
        self.assertEqual(total(point(1, 5, 3), point(5, 9, 4), point(12, 15, 1)), 8)

    def test_series_add_up(self):
        self.assertEqual(total(point(1, 5, 3), point(1, 5, 4, series="t"), point(1, 5, 9, name="other")), 7)

    def test_the_longer_of_two_with_one_start_counts_in_any_order(self):
        for points in ([point(1, 5, 3), point(1, 7, 4)], [point(1, 7, 4), point(1, 5, 3)]):
            self.assertEqual(total(*points), 4)

    def test_the_same_twice_counts_once(self):
        self.assertEqual(total(point(1, 5, 3), point(1, 5, 3)), 3)

    def test_repetitions_are_counted(self):
        accounts = Accounts()
        accounts.add([point(1, 5, 3), point(1, 5, 3), point(1, 7, 4), point(7, 8, 4)])
        self.assertEqual(accounts.repeated, 2)

    def test_the_same_time_with_another_amount_is_an_error(self):
        with self.assertRaises(Overlap):
            total(point(1, 5, 3), point(1, 5, 4))

    def test_a_longer_one_that_says_less_is_an_error(self):
        for points in ([point(1, 5, 3), point(1, 7, 2)], [point(1, 7, 2), point(1, 5, 3)]):
            with self.assertRaises(Overlap):
                total(*points)

    def test_any_other_overlap_is_an_error(self):
        for second in (point(4, 8, 1), point(2, 3, 1)):
            with self.assertRaises(Overlap):
                total(point(1, 5, 3), second)

    def test_histograms_add_up_by_buckets(self):
        points = [point(1, 5, 3, 1.5, 2, 1, kind="histogram"), point(5, 6, 1, 0.5, 0, 1, kind="histogram")]
        self.assertEqual([total(*points, index=index) for index in range(4)], [4, 2.0, 2, 2])

    def test_a_point_without_start_is_an_error(self):
        for bad in (point(0, 5, 1), point(6, 5, 1)):
            with self.assertRaises(AssertionError):
                total(bad)


class Totals(unittest.TestCase):
    def test_the_last_counts_in_any_order(self):
        for points in ([point(1, 5, 3, temporality="cumulative"), point(1, 7, 4, temporality="cumulative")],):
            self.assertEqual(total(*points), 4)
            self.assertEqual(total(*reversed(points)), 4)

    def test_a_total_that_shrinks_is_an_error(self):
        with self.assertRaises(AssertionError):
            total(point(1, 5, 3, temporality="cumulative"), point(1, 7, 2, temporality="cumulative"))

    def test_a_total_may_shrink_if_it_may_go_down(self):
        points = [
            point(1, time, amount, temporality="cumulative", monotonic=False) for time, amount in ((5, 3), (7, -2))
        ]
        self.assertEqual(total(*points), -2)

    def test_no_temporality_is_an_error(self):
        with self.assertRaises(AssertionError):
            total(point(1, 5, 3, temporality=""))


if __name__ == "__main__":
    unittest.main()
