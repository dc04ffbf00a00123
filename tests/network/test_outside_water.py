"""Water outside above the rims inside is named, and what it does to a dry day is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shapely import LineString, Point

from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.engine import run_inp
from tests.planting import X, Y, add, both, edit
from tests.small_project import Change, SmallProject


def built(project: SmallProject) -> Built:
    return pipeline.build(pipeline.check(load_project(project.folder)))


def told(found: Built) -> list[Finding]:
    return [f for f in found.findings if f.rule == "outfall.level_above_rim"]


def level(level_m: float | None) -> Change:
    """The water outside the sewage outfall of C; its bank is high, the manhole's rim is at 100 m."""
    return edit("nodes", "C-S2", outfall_level_m=level_m, ground_m=102.0)


@pytest.mark.parametrize("level_m", [None, 98.0, 99.9, 100.0])
def test_up_to_the_rim_nothing_is_told(small_project: Callable[..., SmallProject], level_m: float | None) -> None:
    assert told(built(small_project(second=level(level_m)))) == []


def test_the_lowest_rim_below_the_level_is_named(small_project: Callable[..., SmallProject]) -> None:
    (found,) = told(built(small_project(second=level(100.4))))
    assert (found.severity, found.feature.feature_id, found.feature.community_id) == ("warning", "C-S2", "C")
    assert found.found == {
        "level": "100.40",
        "over": "0.40",
        "node": "C-S1",
        "rim": "100.00",
        "count": 1,
        "scenario": "after",
    }


@pytest.mark.parametrize(("invert_down_m", "named"), [(99.6, []), (98.7, [("C-S0", "0.50", 1)])])
def test_a_pipe_that_ends_above_the_level_keeps_it_out(
    small_project: Callable[..., SmallProject], invert_down_m: float, named: list[object]
) -> None:
    """A manhole in a hollow at 99.0 m under a level of 99.5 m, behind a pipe that ends above or below that."""
    place = (X + 2, Y + 12)
    node = {"node_id": "C-S0", "ground_m": 99.0, "invert_m": 98.8, "geometry": Point(place)}
    pipe = {
        "pipe_id": "C-P0",
        "from_node": "C-S0",
        "to_node": "C-S1",
        "diameter_mm": 150.0,
        "invert_up_m": 98.8,
        "invert_down_m": invert_down_m,
        "geometry": LineString([place, (X + 10, Y + 12)]),
    }
    change = both(level(99.5), add("nodes", "C-S1", **node), add("pipes", "C-PS", **pipe))
    found = told(built(small_project(second=change)))
    assert [(f.found["node"], f.found["over"], f.found["count"]) for f in found] == named


def test_sewage_stays_on_a_street_under_water(small_project: Callable[..., SmallProject], tmp_path: Path) -> None:
    """What the finding says: of a day's 12.24 m3 of sewage (1.224 kg of tracer) little more than half leaves."""
    found = built(small_project(second=level(100.4)))
    model = next(m for m in found.models if m.communities == ("C",) and m.scenario == "after")
    (tmp_path / "model.inp").write_text(model.text(found.dry), encoding="utf-8")
    result = run_inp(tmp_path / "model.inp", tmp_path / "run", mark_s=model.as_run(found.dry).mark_s)
    left_kg = result.outfalls.loc["C-S2", "load_SEWAGE_kg_after_mark"]
    assert 0.4 * 1.224 < left_kg < 0.7 * 1.224
