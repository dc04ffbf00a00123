"""Codes for missing levels such as -9999: one error at the feature that holds it, and nothing made of it."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
from tests.planting import both, edit
from tests.small_project import SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

CODE = -9999.0


def told(project: SmallProject) -> set[tuple[str, str, str]]:
    """Rule, feature and column of all that is worse than a note in community C."""
    found = pipeline.check(load_project(project.folder)).findings
    return {
        (f.rule, f.feature.feature_id, str(f.found.get("column", "")))
        for f in found
        if f.severity != "info" and f.feature.community_id == "C"
    }


@pytest.mark.parametrize(
    ("layer", "feature", "column"),
    [
        ("pipes", "C-PR", "invert_up_m"),
        ("pipes", "C-PR", "invert_down_m"),
        ("nodes", "C-R1", "invert_m"),
        ("nodes", "C-R2", "invert_m"),
        ("nodes", "C-R1", "ground_m"),
        ("nodes", "C-R2", "outfall_level_m"),
    ],
)
def test_a_code_for_a_missing_level_is_one_error_where_it_stands(
    small_project: Callable[..., SmallProject], layer: str, feature: str, column: str
) -> None:
    change = edit(layer, feature, **{column: CODE})
    assert told(small_project(second=change)) == {("value.out_of_bounds", feature, column)}


def test_a_node_without_invert_takes_none_of_an_impossible_pipe(
    small_project: Callable[..., SmallProject],
) -> None:
    change = both(edit("pipes", "C-PR", invert_up_m=CODE), edit("nodes", "C-R1", invert_m=None))
    project = small_project(second=change)
    rules = {(rule, feature) for rule, feature, _ in told(project)}
    assert ("value.out_of_bounds", "C-PR") in rules
    assert ("value.out_of_bounds", "C-R1") not in rules
    # The node has no level of its own, and no pipe tells one.
    assert ("node.no_invert", "C-R1") in rules


def test_an_impossible_depth_makes_no_level(small_project: Callable[..., SmallProject]) -> None:
    """A depth of -9999 m below ground at 100 m made an invert at 10 099 m, an error of its own."""

    def depth(frames: dict[str, gpd.GeoDataFrame]) -> None:
        nodes = frames["nodes"]
        nodes["depth_m"] = [CODE if i == "C-R1" else None for i in nodes["node_id"]]
        nodes.loc[nodes["node_id"] == "C-R1", "invert_m"] = None

    assert told(small_project(second=depth)) == {("value.out_of_bounds", "C-R1", "depth_m")}


def test_a_repair_keeps_the_code_as_its_error_and_makes_nothing_of_it(
    small_project: Callable[..., SmallProject],
) -> None:
    change = both(edit("pipes", "C-PR", invert_up_m=CODE), edit("nodes", "C-R1", invert_m=None))
    checked, mended = pipeline.fix(load_project(small_project(second=change).folder))
    pipes = mended.layers["pipes"].set_index("pipe_id")
    nodes = mended.layers["nodes"].set_index("node_id")
    assert pipes.loc["C-PR", "invert_up_m"] == CODE
    assert not nodes.loc["C-R1", "invert_m"] < 0
    errors = [(f.rule, f.feature.feature_id) for f in checked.findings if f.rule == "value.out_of_bounds"]
    assert errors == [("value.out_of_bounds", "C-PR")]


def test_ground_beside_an_impossible_one_is_not_drawn_down(small_project: Callable[..., SmallProject]) -> None:
    """The mean of its neighbours' ground is 100 m; with the code in it, it was -9999 m."""
    change = both(edit("nodes", "C-R1", ground_m=CODE), edit("nodes", "C-R2", ground_m=None))
    _, mended = pipeline.fix(load_project(small_project(second=change).folder))
    nodes = mended.layers["nodes"].set_index("node_id")
    assert nodes.loc["C-R1", "ground_m"] == CODE
    # The nearest node with a ground that can be lies at 100 m.
    assert nodes.loc["C-R2", "ground_m"] == pytest.approx(100.0)
