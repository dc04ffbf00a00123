"""Discharges against what receivers accept, by figures typed here."""

import math

import pytest

from spongecalc.assess.discharge import Discharge, listed, worst


@pytest.mark.parametrize(
    ("last", "allowed", "first", "answer", "said"),
    [
        # What is accepted decides on both sides of the limit, whatever came before.
        (70.0, 70.0, 10.0, "pass", "Y5 70.00 <= 70.00"),
        (70.004, 70.0, 10.0, "pass", "Y5 70.00 <= 70.00"),
        (70.01, 70.0, 90.0, "fail", "Y5 70.01 > 70.00"),
        (70.01, 70.0, math.nan, "fail", "Y5 70.01 > 70.00"),
        # Without it no rise passes, and a rise is for the owner to confirm; also that to a new receiver.
        (70.0, math.nan, 70.0, "pass", "Y5 70.00 → 70.00"),
        (70.004, math.nan, 70.0, "pass", "Y5 70.00 → 70.00"),
        (70.01, math.nan, 70.0, "conditional", "Y5 70.00 → 70.01"),
        (9.0, math.nan, 0.0, "conditional", "Y5 0.00 → 9.00"),
        (0.0, math.nan, 0.0, "pass", "Y5 0.00 → 0.00"),
        # Nothing passes for want of a figure.
        (70.0, math.nan, math.nan, "undecided", "Y5 nan → 70.00"),
        (math.nan, 70.0, 60.0, "undecided", "Y5 nan <= 70.00"),
    ],
)
def test_each_answer(last: float, allowed: float, first: float, answer: str, said: str) -> None:
    discharge = Discharge(("Y5",), "river", last, allowed, first)
    assert (discharge.answer, str(discharge)) == (answer, said)


def test_the_worst_of_several_is_theirs() -> None:
    answers = ["pass", "conditional", "undecided", "fail"]
    assert [worst(answers[:n]) for n in (1, 2, 3, 4)] == answers


def test_a_list_names_outfalls_that_are_judged_together() -> None:
    one = Discharge(("Y1", "Y2"), "river", 9.0, first_l_s=3.0)
    other = Discharge(("Y3",), "municipal_storm", 9.0, 8.0)
    assert listed([one, other]) == "Y1+Y2 3.00 → 9.00, Y3 9.00 > 8.00"
    assert listed([]) == "none"
