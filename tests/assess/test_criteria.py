import math

import pytest
from tests.report.synthetic_review import community_row

from spongecalc.assess.criteria import by_urgency, overall, urgency, verdicts


def answers(**changed):
    return {v.question: (v.answer, v.key) for v in verdicts(community_row("A", "a", **changed))}


def test_all_well():
    assert {a for a, _ in answers().values()} == {"pass"}
    assert overall(community_row("A", "a")) == "pass"


@pytest.mark.parametrize(
    ("changed", "question", "answer", "key"),
    [
        ({"claimed_storm_m": 130.2}, "lengths", "attention", "lengths_differ"),
        ({"claimed_storm_m": 132.2}, "lengths", "pass", "lengths_agree"),
        ({"claimed_sewage_m": math.nan}, "lengths", "unknown", "lengths_no_claim"),
        ({"claimed_sewage_m": math.nan, "claimed_storm_m": 0}, "lengths", "attention", "lengths_differ"),
        ({"separated_after": "no"}, "separation", "attention", "not_separated"),
        ({"sewage_to_storm_after_m3_d": 0.5}, "separation", "attention", "sewage_without_joint"),
        ({"separated_after": None}, "separation", "unknown", "separation_unknown"),
        ({"runoff_after_m3": 241.0}, "runoff", "attention", "runoff_grows"),
        ({"peak_after_l_s": 91.0}, "runoff", "attention", "runoff_grows"),
        ({"outfall_peak_after_l_s": 70.01}, "runoff", "attention", "outfalls_rise_drained"),
        ({"outfall_peak_after_l_s": 71, "ponding_before_m3": 0}, "runoff", "attention", "outfalls_rise"),
        (
            {
                "outfall_peak_after_l_s": 71,
                "ponding_before_m3": 0,
                "over_ground_before_m3": 9.0,
                "over_ground_after_m3": 1.0,
            },
            "runoff",
            "attention",
            "outfalls_rise_drained",
        ),
        # What no table shows is no rise.
        ({"outfall_peak_after_l_s": 70.004}, "runoff", "pass", "runoff_falls"),
        ({"outfall_peak_before_l_s": None}, "runoff", "unknown", "outfalls_unknown"),
        ({"runoff_after_m3": 240.004}, "runoff", "pass", "runoff_same"),
        ({"runoff_after_m3": None}, "runoff", "unknown", "runoff_unknown"),
        ({"ponding_sites_after": 1}, "ponding", "attention", "ponding_left"),
        ({"ponding_sites_before": 0}, "ponding", "pass", "ponding_never"),
        ({"ponding_sites_before": math.nan}, "ponding", "pass", "ponding_none_after"),
        ({"ponding_sites_after": math.nan}, "ponding", "unknown", "ponding_unknown"),
    ],
)
def test_each_verdict(changed, question, answer, key):
    assert answers(**changed)[question] == (answer, key)


def test_the_most_urgent_come_first():
    rows = [
        community_row("well", "a"),
        community_row("runoff", "a", runoff_after_m3=300.0),
        community_row("length", "a", claimed_storm_m=100.0),
        community_row("ponding", "a", ponding_sites_after=2),
        community_row("joint", "a", separated_after="no"),
        community_row("failed", "a", status="failed"),
        community_row("unknown", "a", claimed_storm_m=None),
        community_row("well too", "a"),
    ]
    order = [rows[i]["community_id"] for i in by_urgency(rows)]
    assert order == ["failed", "joint", "ponding", "length", "runoff", "unknown", "well", "well too"]
    assert urgency(rows[5]) == 0
    assert overall(rows[5]) == "unanswered"
    assert overall(rows[6]) == "unknown"


def test_targets_of_the_project_move_the_limits():
    """Each limit on both sides, by figures typed here."""
    shorter = community_row("A", "a", storm_laid_m=98.0, claimed_storm_m=100.0)
    assert verdicts(shorter)[0].answer == "attention"
    assert verdicts(shorter, {"length_difference_m": 2.0})[0].answer == "pass"
    assert verdicts(shorter, {"length_difference_m": 1.9})[0].answer == "attention"
    falls = community_row("A", "a", runoff_before_m3=100.0, runoff_after_m3=80.0, runoff_reduction_percent=20.0)
    assert verdicts(falls, {"runoff_reduction_percent": 20.0})[2].answer == "pass"
    short = verdicts(falls, {"runoff_reduction_percent": 20.1})[2]
    assert (short.answer, short.key) == ("attention", "runoff_below_target")
    left = community_row("A", "a", ponding_sites_after=1.0, ponding_after_m3=0.5)
    assert verdicts(left)[3].answer == "attention"
    assert verdicts(left, {"ponding_max_m3": 0.5})[3].answer == "pass"
    assert verdicts(left, {"ponding_max_m3": 0.4})[3].answer == "attention"
