"""What became of each ponding site: held against the same neighbourhood before and after, whatever the order."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
import shapely

from spongecalc.assess.ponding import with_verdicts

RADIUS_M = 30.0


def sites(*given: tuple[float, float] | tuple[float, float, str]) -> pd.DataFrame:
    """Sites along a street: metres along it, m3, and whether they keep the limits."""
    rows = [(x, volume_m3, *limits) for x, volume_m3, *limits in given]
    return pd.DataFrame(
        {
            "x_m": [r[0] for r in rows],
            "y_m": 0.0,
            "places": [shapely.MultiPoint([(r[0], 0.0)]) for r in rows],
            "volume_m3": [r[1] for r in rows],
            "within_limits": [r[2] if len(r) > 2 else "" for r in rows],
        }
    )


def verdicts(before: pd.DataFrame, after: pd.DataFrame) -> tuple[list[str], list[str]]:
    judged, matched = with_verdicts(before, after, RADIUS_M)
    return judged["verdict"].tolist(), matched["verdict"].tolist()


def test_a_street_of_sites_that_did_not_change_is_unchanged() -> None:
    """A site was held against the sum of those after alone: 55 of 61 that were the same were told to be worse."""
    street = sites(*((20.0 * n, 0.6 + 0.3 * n) for n in range(20)))
    assert verdicts(street, street) == (["unchanged"] * 20, ["unchanged"] * 20)


def test_a_street_of_sites_that_halved_is_reduced() -> None:
    before = sites(*((20.0 * n, 4.0) for n in range(20)))
    after = sites(*((20.0 * n, 2.0) for n in range(20)))
    assert verdicts(before, after) == (["reduced"] * 20, ["reduced"] * 20)
    assert verdicts(after, before) == (["worse"] * 20, ["worse"] * 20)


@pytest.mark.parametrize(
    ("before", "after", "judged", "matched"),
    [
        # Alone: gone, within a tenth, less, more, and new.
        ([(0, 5)], [], ["eliminated"], []),
        ([(0, 5)], [(10, 4.6)], ["unchanged"], ["unchanged"]),
        ([(0, 5)], [(10, 4.4)], ["reduced"], ["reduced"]),
        ([(0, 5)], [(10, 5.6)], ["worse"], ["worse"]),
        ([(0, 5)], [(31, 5)], ["eliminated"], ["new"]),
        # One of two neighbours is gone: there is less, but their street still ponds.
        ([(0, 5), (20, 5)], [(20, 5)], ["reduced", "reduced"], ["reduced"]),
        # Its water moved on to the neighbour.
        ([(0, 5), (20, 5)], [(20, 10)], ["unchanged", "unchanged"], ["unchanged"]),
        # Two became one that holds less than both.
        ([(0, 5), (20, 5)], [(10, 8)], ["reduced", "reduced"], ["reduced"]),
        # What is left keeps the limits that were broken.
        ([(0, 5, "no")], [(10, 4.9, "yes")], ["eliminated"], ["reduced"]),
        ([(0, 5, "no")], [(10, 4.9, "no")], ["unchanged"], ["unchanged"]),
    ],
)
def test_verdicts_by_hand(before: list, after: list, judged: list[str], matched: list[str]) -> None:
    assert verdicts(sites(*before), sites(*after)) == (judged, matched)


def test_order_decides_nothing() -> None:
    before, after = [(0, 5.0), (20, 3.0), (45, 7.0)], [(5, 4.0), (25, 6.0), (90, 1.0)]
    judged, matched = verdicts(sites(*before), sites(*after))
    for order in itertools.permutations(range(3)):
        turned = verdicts(sites(*(before[n] for n in order)), sites(*(after[n] for n in order)))
        assert turned == ([judged[n] for n in order], [matched[n] for n in order])
