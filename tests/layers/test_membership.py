"""What lies just outside the red line is that of its pipe's community; a layer of no communities is an error."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest
from shapely import LineString, Point
from tests.planting import X, Y, add, both, drop, edit, shape
from tests.small_project import CRS, Change, Frames, SmallProject

from spongecalc.intake.ledger import LEFT_OUT
from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of

OUTSIDE = {"node.outside", "node.far_outside", "pipe.outside", "pipe.far_outside"}


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


def said(result: Checked) -> list[tuple[str, str, str, object]]:
    found = [f for f in result.findings if f.rule in OUTSIDE]
    return sorted((f.rule, f.feature.feature_id, f.feature.community_id, f.found["distance"]) for f in found)


def community_of(result: Checked, layer: str, column: str) -> dict[str, str]:
    frame = result.layers[layer]
    return dict(zip(frame[column], frame["community_id"], strict=True))


def far_outfall(x_m: float) -> Change:
    """The rain outfall of C ``x_m`` east of its border, with the pipe to it."""
    place = (X + 40 + x_m, Y + 8)
    return both(
        shape("nodes", "C-R2", Point(place)), shape("pipes", "C-PR", LineString([(X + 10, Y + 8), place]))
    )


@pytest.mark.parametrize(
    ("x_m", "rules"),
    [
        (0.0, []),
        # The pipe's middle is 12.5 m east of R1, still in C.
        (5.0, [("node.outside", "C-R2", "C", "5.00")]),
        (45.0, [("node.outside", "C-R2", "C", "45.00"), ("pipe.outside", "C-PR", "C", "45.00")]),
        (50.5, [("node.far_outside", "C-R2", "C", "50.50"), ("pipe.far_outside", "C-PR", "C", "50.50")]),
    ],
)
def test_an_outfall_outside_belongs_to_the_community_of_its_pipe(
    small_project: Callable[..., SmallProject], x_m: float, rules: list[tuple]
) -> None:
    built = pipeline.build(checked(small_project(second=far_outfall(x_m))))
    assert said(built.checked) == rules
    assert "C" not in built.checked.excluded
    (model,) = [m for m in built.models if (m.name, m.scenario) == ("C", "after")]
    assert {"C-R2", "C-PR"} <= set(model.elements["feature_id"])
    ledger = intake_of(built)
    assert ledger.open == ()
    assert ledger.total(LEFT_OUT).count == 0


@pytest.mark.parametrize(
    ("unnamed", "x_m", "home"),
    [(False, 3.0, "A"), (True, 3.0, "A"), (False, 25.0, "A")],
)
def test_an_outfall_on_the_neighbours_ground_belongs_to_the_community_of_its_pipe(
    small_project: Callable[..., SmallProject], unnamed: bool, x_m: float, home: str
) -> None:
    """A's rain outfall some metres within B: two models, as drawn a metre before the border."""
    place = (X - 40 + x_m, Y + 8)
    moved = both(
        shape("nodes", "A-R2", Point(place)), shape("pipes", "A-PR", LineString([(X - 70, Y + 8), place]))
    )
    change = both(moved, edit("pipes", "A-PR", from_node=None, to_node=None)) if unnamed else moved
    result = checked(small_project(first=change))
    assert community_of(result, "nodes", "node_id")["A-R2"] == home
    assert ("node.outside", "A-R2", "A", f"{x_m:.2f}") in said(result)
    assert {s.model for s in result.systems if s.scenario == "after"} == {"A", "B", "C"}


def test_an_outfall_that_pipes_of_two_lead_to_is_that_of_the_ground_it_stands_on(
    small_project: Callable[..., SmallProject],
) -> None:
    change = both(drop("nodes", "A-R2"), edit("pipes", "A-PR", to_node="B-R1"))
    result = checked(small_project(first=both(change, edit("nodes", "B-R1", kind="outfall", receives="river"))))
    assert community_of(result, "nodes", "node_id")["B-R1"] == "B"


def test_a_named_community_counts_and_is_not_noted(small_project: Callable[..., SmallProject]) -> None:
    change = both(far_outfall(5.0), edit("nodes", "C-R2", community_id="C"))
    assert said(checked(small_project(second=change))) == []


@pytest.mark.parametrize("names", [("B", "C"), ("C", "B")])
def test_a_manhole_in_the_street_between_two_is_that_of_the_nearer(
    small_project: Callable[..., SmallProject], names: tuple[str, str]
) -> None:
    """A manhole 6 m north of B and 8 m north-east of C's corner takes a pipe of each; names do not matter."""
    manhole = Point(X - 3, Y + 46)

    def change(frames: Frames) -> None:
        add("nodes", "C-S1", node_id="M", geometry=manhole)(frames)
        for n, (west, own) in enumerate((("C-S1", "C-1"), ("C-S1", "C-2"))):
            start = Point(X + (-20 if n == 0 else 20), Y + 30)
            add("nodes", west, node_id=f"N{n}", geometry=start)(frames)
            line = LineString([start, (start.x, Y + 39.9), manhole])
            add("pipes", "C-PS", pipe_id=own, from_node=f"N{n}", to_node="M", geometry=line)(frames)

    def renamed(frames: Frames) -> None:
        frames["communities"]["community_id"] = frames["communities"]["community_id"].replace(
            dict(zip(("B", "C"), names, strict=True))
        )

    result = checked(small_project(first=renamed, second=both(change, renamed)))
    assert community_of(result, "nodes", "node_id")["M"] == names[0]


def test_a_main_in_the_street_belongs_to_none(small_project: Callable[..., SmallProject]) -> None:
    """It cuts a corner of C: both its ends lie outside, and it is named with its length."""
    main = LineString([(X + 20, Y - 20), (X + 60, Y + 20)])
    change = add("pipes", "C-PS", pipe_id="MAIN", from_node=None, to_node=None, geometry=main)
    result = checked(small_project(second=change))
    (finding,) = [f for f in result.findings if f.rule == "community.none"]
    assert finding.feature.feature_id == "MAIN"
    assert "56.57 m" in finding.message("en")


def test_a_layer_of_communities_without_features_is_an_error(small_project: Callable[..., SmallProject]) -> None:
    def nothing(frames: Frames) -> None:
        frames["communities"] = gpd.GeoDataFrame(frames["communities"].iloc[:0], geometry="geometry", crs=CRS)

    def rules(result: Checked) -> list[Finding]:
        return [f for f in result.findings if f.rule in ("communities.empty", "layer.empty")]

    result = checked(small_project(first=nothing, second=nothing))
    (finding,) = rules(result)
    assert (finding.rule, finding.severity) == ("communities.empty", "error")
    for language in ("en", "zh"):
        assert "ab.gpkg, c.gpkg" in finding.message(language)


def test_one_of_two_files_without_communities_is_a_warning(small_project: Callable[..., SmallProject]) -> None:
    def nothing(frames: Frames) -> None:
        frames["communities"] = gpd.GeoDataFrame(frames["communities"].iloc[:0], geometry="geometry", crs=CRS)

    found = [
        f
        for f in checked(small_project(second=nothing)).findings
        if f.rule in ("communities.empty", "layer.empty")
    ]
    assert [(f.rule, f.severity) for f in found] == [("layer.empty", "warning")]
