"""Columns of communities.csv that end in a scenario's name, and what they are made from."""

from __future__ import annotations

import pytest

from spongecalc.assess.compared_columns import (
    OF_SCENARIO,
    PLAIN,
    community_columns,
    compared_in,
    template_of,
)

NAMES = ("before", "after", "phase1", "design_a", "low", "m3", "after_m3", "percent", "a_percent", "l_s", "storm")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("template", OF_SCENARIO)
def test_a_column_is_known_by_its_template_and_scenario(template: str, name: str) -> None:
    assert template_of(template.format(s=name)) == (template, name)


def test_what_stands_once_has_no_scenario() -> None:
    for column in (*PLAIN, "never_heard_of", "community_id"):
        assert template_of(column) == (column, "")


def test_the_pair_is_told_by_the_columns_in_its_order() -> None:
    for pair in (("before", "after"), ("phase2", "phase1"), ("design_a", "design_b")):
        columns = community_columns(pair)
        assert len(set(columns)) == len(columns)
        assert compared_in(columns) == pair
    assert compared_in(["community_id", "scenario"]) == ()


def test_the_columns_of_a_pair_stand_beside_each_other() -> None:
    columns = community_columns(("before", "phase1"))
    at = columns.index("ponding_before_m3")
    assert columns[at + 1] == "ponding_phase1_m3"
    at = columns.index("capture_before_percent")
    ends = ("capture_{s}_percent", "capture_{s}_percent_low", "capture_{s}_percent_high")
    others = ("assessed_capture_{s}_percent", "guide_capture_{s}_percent")
    assert columns[at : at + 10] == [t.format(s=s) for s in ("before", "phase1") for t in (*ends, *others)]
