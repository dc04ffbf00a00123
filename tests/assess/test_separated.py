"""Separated, not separated, or not known: by the rows of separation.csv."""

from __future__ import annotations

import pandas as pd
import pytest

from spongecalc.assess.separation import SEPARATION_COLUMNS, WORK_COLUMNS, separated, work_order


def rows(*kinds: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"community_id": "A", "scenario": "after", "kind": list(kinds)},
        columns=["community_id", "scenario", "kind"],
    )


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        ((), "yes"),
        (("reaches_nothing",), "unknown"),
        (("pipe_between_systems",), "no"),
        (("reaches_nothing", "sewage_lateral_to_storm"), "no"),
        (("wrong_receiver",), "no"),
    ],
)
def test_water_that_ends_nowhere_is_not_called_separated(kinds: tuple[str, ...], answer: str) -> None:
    table = rows(*kinds)
    assert separated(table, "A", "after") == answer
    assert separated(table, "A", "before") == "yes"
    assert separated(table, "B", "after") == "yes"


def test_nothing_to_mend_is_an_empty_work_order() -> None:
    order = work_order({}, pd.DataFrame(columns=SEPARATION_COLUMNS), ("before", "after"))
    assert order.empty
    assert order.columns.tolist() == WORK_COLUMNS
