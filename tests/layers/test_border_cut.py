"""Surfaces over several communities are cut at their borders; every square metre is one community's, or named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
from pyproj import CRS as PyprojCRS  # noqa: N811
from shapely import MultiPolygon, Polygon, box
from tests.planting import X, Y, add, both, drop, edit, shape
from tests.small_project import CRS, Change, Frames, SmallProject, write_small_project

from spongecalc.contract import SCHEMAS
from spongecalc.intake.ledger import LEFT_OUT, READ, SPLIT, TAKEN
from spongecalc.layers.border_cut import cut_at_borders
from spongecalc.layers.community_ground import community_grounds
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.membership import assign_communities
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of, intake_of_repair
from spongecalc.steps.repaired_copy import repair

PROJECTED = PyprojCRS(CRS)
Q, Z = box(0, 0, 100, 60), box(100, 0, 200, 60)


def layers_of(outlines: dict[str, object], surfaces: dict[str, object], **named: str) -> LayerSet:
    """Layers of communities and surfaces alone; ``named`` are the communities that surfaces name."""
    frames = {name: empty_frame(name, CRS) for name in SCHEMAS}
    frames["communities"] = gpd.GeoDataFrame(
        {"community_id": list(outlines), "file": "c.gpkg", "file_row": range(1, len(outlines) + 1)},
        geometry=list(outlines.values()),
        crs=CRS,
    )
    frames["surfaces"] = gpd.GeoDataFrame(
        {
            "surface_id": list(surfaces),
            "community_id": [named.get(s) for s in surfaces],
            "file": "s.gpkg",
            "file_row": range(1, len(surfaces) + 1),
        },
        geometry=list(surfaces.values()),
        crs=CRS,
    )
    return LayerSet(PROJECTED, frames, None)


def shares(outlines: dict[str, object], surfaces: dict[str, object], **named: str) -> dict[tuple, float]:
    """Square metres of each surface by community after cutting."""
    layers, _ = assign_communities(layers_of(outlines, surfaces, **named))
    cut = cut_at_borders(layers)[0]["surfaces"]
    assert not cut.duplicated(["surface_id", "community_id"]).any()
    return {(r.surface_id, r.community_id): r.geometry.area for r in cut.itertuples()}


def found(outlines: dict[str, object], surfaces: dict[str, object], **named: str) -> list[tuple]:
    layers, _ = assign_communities(layers_of(outlines, surfaces, **named))
    return [
        (f.rule, f.feature.community_id, f.found["area"], f.found["whole"]) for f in cut_at_borders(layers)[1]
    ]


def test_a_surface_over_two_is_shared_by_area_and_its_holes_respected() -> None:
    """200 x 40 m with a hole of 30 x 15 in each half: 4000 - 450 in each."""
    holes = [box(10, 35, 40, 50).exterior.coords, box(110, 35, 140, 50).exterior.coords]
    green = Polygon(box(0, 20, 200, 60).exterior.coords, holes)
    assert shares({"Q": Q, "Z": Z}, {"G": green}) == {("G", "Q"): 3550.0, ("G", "Z"): 3550.0}
    assert found({"Q": Q, "Z": Z}, {"G": green}) == [
        ("surface.cut", "Q", "3550.0", "7100.0"),
        ("surface.cut", "Z", "3550.0", "7100.0"),
    ]


def test_a_hole_over_the_border_leaves_two_parts_in_one_piece() -> None:
    """A ring of 80 x 40 with a hole of 60 x 40 in Q's half: what is left of it lies north and south."""
    ring = Polygon(box(50, 10, 130, 50).exterior.coords, [box(60, 20, 120, 40).exterior.coords])
    own = shares({"Q": Q, "Z": Z}, {"R": ring})
    # Q: 50 x 40 - 40 x 20; Z: 30 x 40 - 20 x 20.
    assert own == {("R", "Q"): pytest.approx(1200.0), ("R", "Z"): pytest.approx(800.0)}


def test_a_surface_of_parts_in_two_communities_is_shared() -> None:
    parts = MultiPolygon([box(10, 10, 20, 20), box(150, 10, 170, 20), box(30, 10, 40, 20)])
    assert shares({"Q": Q, "Z": Z}, {"M": parts}) == {("M", "Q"): 200.0, ("M", "Z"): 200.0}


def test_what_lies_in_no_community_is_a_piece_of_none_and_named_with_its_area() -> None:
    """120 x 10 m from the west: 20 m in the street, 100 m in Q."""
    assert shares({"Q": Q}, {"S": box(-20, 10, 100, 20)}) == {("S", "Q"): 1000.0, ("S", None): 200.0}
    assert found({"Q": Q}, {"S": box(-20, 10, 100, 20)}) == [("surface.no_community", "", "200.0", "1200.0")]
    away = box(-50, 0, -40, 10)
    layers, findings = assign_communities(layers_of({"Q": Q}, {"S": away}))
    assert [(f.rule, f.feature.feature_id) for f in findings if f.feature.layer == "surfaces"] == [
        ("community.none", "S")
    ]
    assert "100.0 m2" in findings[-1].message("en")
    assert "100.0 m2" in findings[-1].message("zh")
    assert cut_at_borders(layers)[1] == ()


@pytest.mark.parametrize(("over_m", "pieces"), [(0.05, 1), (0.09, 1), (0.11, 2), (1.0, 2)])
def test_a_strip_narrower_than_the_tolerance_stays_with_its_piece(over_m: float, pieces: int) -> None:
    """An edge digitised off the border by less than 0.10 m, over 60 m of border or out in the street."""
    own = shares({"Q": Q, "Z": Z}, {"S": box(0, 0, 100 + over_m, 60)})
    assert len(own) == pieces
    assert sum(own.values()) == pytest.approx(6000 + 60 * over_m)
    own = shares({"Q": Q, "Z": Z}, {"S": box(-over_m, 0, 100, 60)})
    assert len(own) == pieces
    assert sum(own.values()) == pytest.approx(6000 + 60 * over_m)


def test_what_reaches_into_a_community_by_a_strip_alone_is_in_none(
    small_project: Callable[..., SmallProject],
) -> None:
    """A lane of 10 x 5 m in the street, 0.05 m over the southern border of C."""
    lane = add("surfaces", "C-G", surface_id="C-X", geometry=box(X, Y - 5, X + 10, Y + 0.05))
    built = pipeline.build(checked(small_project(second=lane)))
    assert [f.found["area"] for f in built.findings if f.rule == "surface.no_community"] == ["50.5"]
    ledger = intake_of(built)
    assert ledger.open == ()
    left = ledger.table[ledger.table["fate"] == LEFT_OUT].set_index("rule")
    assert left.loc["surface.no_community", ["count", "area_m2"]].tolist() == [1, pytest.approx(50.5)]


def test_a_strip_between_communities_joins_the_piece_beside_it() -> None:
    """Outlines 4 cm apart: 60 m x 0.04 m go to one of them, and nothing is said to lie in none."""
    apart = box(100.04, 0, 200, 60)
    own = shares({"Q": Q, "Z": apart}, {"S": box(50, 0, 150, 60)})
    assert set(own) == {("S", "Q"), ("S", "Z")}
    assert sum(own.values()) == pytest.approx(6000.0)
    assert {f[0] for f in found({"Q": Q, "Z": apart}, {"S": box(50, 0, 150, 60)})} == {"surface.cut"}


@pytest.mark.parametrize("order", [("P", "Q"), ("Q", "P")])
def test_ground_of_two_outlines_is_that_of_the_smaller(order: Sequence[str]) -> None:
    """P of 40 x 60 m lies 20 m over Q of 100 x 60: neither the order of the file nor the names decide."""
    outlines = {"P": box(80, 0, 120, 60), "Q": Q}
    for names in ({"P": "P", "Q": "Q"}, {"P": "Q", "Q": "P"}):
        given = {names[key]: outlines[key] for key in order}
        own = shares(given, {"S": box(60, 0, 110, 10)})
        assert own == {("S", names["Q"]): pytest.approx(200.0), ("S", names["P"]): pytest.approx(300.0)}
        ground = community_grounds(layers_of(given, {})["communities"]).set_index("community_id").geometry.area
        assert ground.to_dict() == {names["P"]: pytest.approx(2400.0), names["Q"]: pytest.approx(4800.0)}


@pytest.mark.parametrize("order", ["AB", "BA"])
def test_one_outline_under_two_ids_stops_both_and_no_other(
    small_project: Callable[..., SmallProject], order: str
) -> None:
    """Whose ground it is neither ids nor the order of the file may decide."""

    def twice(frames: Frames) -> None:
        shape("communities", "B", box(X - 80, Y, X - 40, Y + 40))(frames)
        rows = frames["communities"].set_index("community_id", drop=False)
        frames["communities"] = rows.loc[list(order)].reset_index(drop=True)

    seen = checked(small_project(first=twice))
    assert {f.feature.feature_id for f in seen.findings if f.rule == "community.same_outline"} == {"A", "B"}
    assert {s.model for s in seen.systems} == {"C"}


def test_a_surface_that_names_its_community_is_not_cut_and_what_lies_elsewhere_is_named() -> None:
    """Its bill is that community's; 50 x 10 of 100 x 10 m lie in the other one."""
    over = box(50, 0, 150, 10)
    assert shares({"Q": Q, "Z": Z}, {"S": over}, S="Q") == {("S", "Q"): 1000.0}
    assert found({"Q": Q, "Z": Z}, {"S": over}, S="Q") == [("surface.off_community", "Q", "500.0", "1000.0")]
    elsewhere = found({"Q": Q, "Z": Z}, {"S": box(120, 0, 130, 10)}, S="Q")
    assert elsewhere == [("surface.off_community", "Q", "100.0", "100.0")]


def test_equal_shares_of_a_house_fall_to_the_western_community_whatever_the_names() -> None:
    for west, east in (("Q", "Z"), ("Z", "Q")):
        layers = layers_of({east: Z, west: Q}, {})
        house = layers_of({}, {"H": box(95, 0, 105, 10)})["surfaces"].rename(
            columns={"surface_id": "building_id"}
        )
        layers = layers.with_frame("buildings", house)
        placed = assign_communities(layers)[0]["buildings"]
        assert placed["community_id"].tolist() == [west]


def one_lawn(frames: Frames) -> None:
    """The lawns of A and B as one polygon, with the two houses as holes."""
    surfaces = frames["surfaces"]
    lawn = surfaces.geometry[surfaces["surface_id"].isin(["A-G", "B-G"])].union_all()
    shape("surfaces", "A-G", lawn)(frames)
    drop("surfaces", "B-G")(frames)


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


def models(project: SmallProject) -> dict[tuple[str, str], str]:
    built = pipeline.build(checked(project))
    return {(m.name, m.scenario): m.text(built.events[0]) for m in built.models}


def test_models_are_those_of_surfaces_drawn_apart(tmp_path: Path) -> None:
    one = write_small_project(tmp_path / "one", first=one_lawn)
    assert models(one) == models(write_small_project(tmp_path / "apart"))


def test_the_ledger_closes_with_pieces_and_what_lies_in_none(small_project: Callable[..., SmallProject]) -> None:
    """Of one lawn for A and B, 2 x 800 m2, and a strip of C's lane 10 x 15 m out in the street."""
    lane = box(X, Y, X + 50, Y + 15)
    project = small_project(first=one_lawn, second=shape("surfaces", "C-L1", lane))
    built = pipeline.build(checked(project))
    ledger = intake_of(built)
    assert ledger.open == ()
    own = ledger.table[ledger.table["layer"] == "surfaces"]
    sums = own.groupby(["file", "fate", "rule"])[["count", "area_m2"]].sum()
    assert sums.loc[("ab.gpkg", READ, "")].tolist() == [5, pytest.approx(4000.0)]
    assert sums.loc[("ab.gpkg", SPLIT, "surface.cut")].tolist() == [1, 0]
    assert sums.loc[("ab.gpkg", TAKEN, "")].tolist() == [6, pytest.approx(4000.0)]
    assert sums.loc[("c.gpkg", READ, "")].tolist() == [3, pytest.approx(2150.0)]
    assert sums.loc[("c.gpkg", SPLIT, "surface.cut")].tolist() == [1, 0]
    assert sums.loc[("c.gpkg", TAKEN, "")].tolist() == [3, pytest.approx(2000.0)]
    assert sums.loc[("c.gpkg", LEFT_OUT, "surface.no_community")].tolist() == [1, pytest.approx(150.0)]


def test_the_ledger_closes_with_a_piece_of_a_community_that_has_an_error(
    small_project: Callable[..., SmallProject],
) -> None:
    change: Change = both(one_lawn, edit("pipes", "B-PR", diameter_mm=3.0))
    ledger = intake_of(pipeline.build(checked(small_project(first=change))))
    assert ledger.open == ()
    own = ledger.table[(ledger.table["layer"] == "surfaces") & (ledger.table["file"] == "ab.gpkg")]
    left = own[own["fate"] == LEFT_OUT].set_index("community_id")
    # Lawn 40 x 25 less the house of 20 x 10, two lanes of 40 x 15.
    assert left.loc["B", ["count", "area_m2"]].tolist() == [3, pytest.approx(2000.0)]


def test_the_ledger_closes_with_a_surface_off_the_community_that_it_names(
    small_project: Callable[..., SmallProject],
) -> None:
    change = both(
        shape("surfaces", "C-L1", box(X, Y, X + 50, Y + 15)), edit("surfaces", "C-L1", community_id="C")
    )
    ledger = intake_of(pipeline.build(checked(small_project(second=change))))
    assert ledger.open == ()
    own = ledger.table[ledger.table["layer"] == "surfaces"].set_index(["file", "fate", "rule"])
    assert own.loc[("c.gpkg", LEFT_OUT, "surface.off_community"), "area_m2"] == pytest.approx(150.0)
    assert own.loc[("c.gpkg", TAKEN, ""), "area_m2"] == pytest.approx(2000.0)


def test_an_error_in_a_surface_of_two_communities_stops_both(small_project: Callable[..., SmallProject]) -> None:
    change = both(one_lawn, edit("surfaces", "A-G", cover="grene"))
    result = checked(small_project(first=change))
    assert result.excluded == {"A", "B"}
    assert "id.duplicate" not in {f.rule for f in result.findings}


def test_the_repaired_copy_keeps_the_surface_whole_and_shares_it_again(
    small_project: Callable[..., SmallProject],
) -> None:
    project = small_project(first=one_lawn)
    fixed, mended = pipeline.fix(load_project(project.folder))
    assert intake_of_repair(fixed, mended).open == ()
    repair(load_project(project.folder), (), "en")
    copy = project.folder / "repaired"
    written = gpd.read_file(copy / "layers.gpkg", layer="surfaces").set_index("surface_id")
    assert written["community_id"].isna().to_dict() == {s: s == "A-G" for s in written.index}
    assert written.geometry.area["A-G"] == pytest.approx(1600.0)
    again = pipeline.check(load_project(copy)).layers["surfaces"]
    own = again[again["surface_id"] == "A-G"].set_index("community_id").geometry.area
    assert own.to_dict() == {"A": pytest.approx(800.0), "B": pytest.approx(800.0)}


def test_rain_on_a_house_over_the_border_counts_once(small_project: Callable[..., SmallProject]) -> None:
    """C's house of 20 x 10 m reaches 5 m into B: B's ground is 50 m2 less, and the roof is all C's."""
    change = both(
        shape("buildings", "C-H", box(X - 5, Y + 25, X + 15, Y + 35)),
        add("surfaces", "C-G", surface_id="C-G2", geometry=box(X + 20, Y + 25, X + 25, Y + 35)),
    )
    built = pipeline.build(checked(small_project(second=change)))
    for scenario in ("before", "after"):
        area = {m.name: sum(a.area_m2 for a in m.areas) for m in built.models if m.scenario == scenario}
        assert sum(area.values()) == pytest.approx(4800.0), scenario
        assert area["B"] == pytest.approx(1550.0), scenario


def test_ground_of_outlines_that_overlap_counts_once(small_project: Callable[..., SmallProject]) -> None:
    """C's outline reaches 10 m into B: B, as large as C or smaller, keeps its 1600 m2."""
    built = pipeline.build(
        checked(small_project(second=shape("communities", "C", box(X - 10, Y, X + 40, Y + 40))))
    )
    for scenario in ("before", "after"):
        area = sum(a.area_m2 for m in built.models if m.scenario == scenario for a in m.areas)
        assert area == pytest.approx(4800.0), scenario
