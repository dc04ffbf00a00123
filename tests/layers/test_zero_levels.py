"""Levels of 0: empty where the community lies high, levels like others at the sea."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.planting import both, edit
from tests.small_project import Frames, SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


def zeros(found: Checked) -> set[tuple[str, str, str, str]]:
    return {
        (f.feature.community_id, f.feature.feature_id, str(f.found["column"]), f.severity)
        for f in found.findings
        if f.rule == "level.zero"
    }


def test_a_zero_in_a_high_place_is_empty_and_follows_from_the_node(
    small_project: Callable[..., SmallProject],
) -> None:
    """The pipe was modelled as a rise from 0 m, its manhole as 100 m deep."""
    change = both(edit("pipes", "C-PR", invert_up_m=0.0), edit("nodes", "C-R2", invert_m=0.0))
    found = checked(small_project(second=change))
    assert zeros(found) == {("C", "C-PR", "invert_up_m", "warning"), ("C", "C-R2", "invert_m", "warning")}
    assert not [
        f for f in found.findings if f.severity == "error" or f.rule in ("node.deep", "pipe.adverse_slope")
    ]
    nodes = found.layers["nodes"].set_index("node_id")
    pipe = found.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert pipe["invert_up_m"] == pytest.approx(99.0)
    # The outfall's invert follows from the lower end of its pipe.
    assert nodes.loc["C-R2", "invert_m"] == pytest.approx(pipe["invert_down_m"])


def test_a_ground_of_zero_is_missing_ground(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=edit("nodes", "C-R1", ground_m=0.0)))
    assert zeros(found) == {("C", "C-R1", "ground_m", "warning")}
    assert [(f.rule, f.feature.feature_id) for f in found.findings if f.severity == "error"] == [
        ("node.no_ground", "C-R1")
    ]


def test_water_outside_at_zero_is_unknown(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=edit("nodes", "C-R2", outfall_level_m=0.0)))
    assert zeros(found) == {("C", "C-R2", "outfall_level_m", "warning")}
    assert np.isnan(found.layers["nodes"].set_index("node_id").loc["C-R2", "outfall_level_m"])


@pytest.mark.parametrize(("down_m", "empty"), [(40.0, True), (60.0, False)])
def test_a_community_near_the_sea_keeps_its_zeros(
    small_project: Callable[..., SmallProject], down_m: float, empty: bool
) -> None:
    """Levels of about 99 m, lowered by 40 m to 59 m and by 60 m to 39 m: the limit is 50 m."""

    def lowered(frames: Frames) -> None:
        for layer, columns in {
            "nodes": ("ground_m", "invert_m"),
            "pipes": ("invert_up_m", "invert_down_m"),
        }.items():
            for column in columns:
                frames[layer][column] -= down_m
        frames["nodes"].loc[frames["nodes"]["node_id"] == "C-R2", "outfall_level_m"] = 0.0

    found = checked(small_project(second=lowered))
    assert bool(zeros(found)) == empty
    level = found.layers["nodes"].set_index("node_id").loc["C-R2", "outfall_level_m"]
    assert np.isnan(level) if empty else level == 0


def test_the_repaired_copy_says_what_it_emptied(small_project: Callable[..., SmallProject]) -> None:
    """A node's invert that no repair fills: without the row, the copy would differ from the source in silence."""
    change = both(edit("nodes", "C-R2", invert_m=0.0), edit("pipes", "C-PR", invert_up_m=0.0))
    project = load_project(small_project(second=change).folder)
    done, mended = pipeline.fix(project)
    own = [(f.feature.feature_id, f.found) for f in mended.changes if f.rule == "repair.zero_level"]
    assert [(name, found["column"], found["before"], found["after"]) for name, found in own] == [
        ("C-R2", "invert_m", "0", "-"),
        ("C-PR", "invert_up_m", "0", "-"),
    ]
    assert not [f for f in done.findings if f.severity == "error"]
