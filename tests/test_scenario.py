"""How the layers are cut into systems."""

from collections.abc import Callable

import pandas as pd
import pytest
from shapely import LineString

from spongecalc.project.load import load_project
from spongecalc.scenario import SCENARIO_LAYERS
from spongecalc.steps import pipeline
from tests.conftest import WholeRun
from tests.planting import X, Y, add, edit
from tests.small_project import Change, SmallProject


@pytest.mark.parametrize("scenario", ["before", "after"])
def test_systems_that_have_nothing_of_a_layer_share_its_frame(whole_run: WholeRun, scenario: str) -> None:
    checked = whole_run.built.checked
    systems = [s for s in checked.systems if s.scenario == scenario]
    assert len(systems) > 1
    shared = 0
    for name in SCENARIO_LAYERS:
        frames = [getattr(s, name) for s in systems]
        filled = [f for f in frames if len(f)]
        empty = [f for f in frames if not len(f)]
        assert len({id(f) for f in filled}) == len(filled)
        assert len({id(f) for f in empty}) <= 1
        shared += len(empty) > 1
        # A frame without rows is the layer's for all that: columns, types and CRS.
        for frame in empty:
            pd.testing.assert_series_equal(frame.dtypes, checked.layers[name].dtypes)
            assert frame.crs == checked.layers.crs
    assert shared


# From C-R1 to B-R1, beside the pipe of B.
BACK = LineString([(X + 10, Y + 8), (X - 15, Y + 5), (X - 30, Y + 8)])


@pytest.mark.parametrize(
    ("change", "rule", "pipe"),
    [
        (edit("pipes", "B-PR", to_node="C-R1"), "border.cut", "B-PR"),
        (
            add("pipes", "B-PR", pipe_id="B-PX", from_node="C-R1", to_node="B-R1", geometry=BACK),
            "border.cut_upstream",
            "B-PX",
        ),
    ],
)
def test_a_pipe_to_or_from_a_community_that_is_left_out_is_named(
    small_project: Callable[..., SmallProject], change: Change, rule: str, pipe: str
) -> None:
    """C has a node without a system and is not modelled; B is, without it."""
    project = small_project(first=change, second=edit("nodes", "C-S1", system=None))
    checked = pipeline.check(load_project(project.folder))
    assert ["B" in s.communities for s in checked.systems if s.scenario == "after"].count(True) == 1
    assert not [s for s in checked.systems if "C" in s.communities]
    cut = [f for f in checked.findings if f.rule.startswith("border.")]
    assert [(f.rule, f.severity, f.feature.feature_id, f.found["node"]) for f in cut] == [
        (rule, "warning", pipe, "C-R1")
    ]
