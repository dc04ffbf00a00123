"""Values as deliveries hold them: each is read by a stated rule, or is one error at its feature."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely import LineString, Point, transform
from tests.planting import X, Y, add, both, drop, edit, shape
from tests.small_project import CRS, Change, Frames, SmallProject, community

from spongecalc.contract import SCHEMAS
from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.repairs.change import changes_table
from spongecalc.layers.same_place import KINDS, join_same_place
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked
from spongecalc.steps.intake import intake_of, intake_of_repair

NAN = float("nan")
VALUE = "value.not_allowed"


def checked(project: SmallProject) -> Checked:
    found = pipeline.check(load_project(project.folder))
    assert intake_of(pipeline.build(found)).open == ()
    for finding in found.findings:
        for language in ("zh", "en"):
            sentences = finding.message(language) + finding.action(language)
            assert "None" not in sentences
            assert "nan" not in sentences.split()
    return found


def told(found: Checked, severity: str = "error") -> list[tuple[str, str, str]]:
    return [(f.rule, f.feature.layer, f.feature.feature_id) for f in found.findings if f.severity == severity]


def modelled(found: Checked) -> set[tuple[str, str]]:
    return {(c, s.scenario) for s in found.systems for c in s.communities}


OTHERS = {(c, s) for c in "AB" for s in ("before", "after")}


@pytest.mark.parametrize(
    ("layer", "feature", "column", "wrong"),
    [
        ("connections", "C-K1", "kind", "kichen"),
        ("nodes", "C-R1", "kind", "manhol"),
        ("nodes", "C-R1", "system", "strom"),
        ("pipes", "C-PR", "system", "strom"),
        ("pipes", "C-PR", "shape", "round"),
        ("surfaces", "C-L1", "cover", "permeable_concret"),
        ("nodes", "C-R2", "receives", "sea"),
        ("pipes", "C-PR", "status", "propsed"),
    ],
)
def test_a_misspelt_word_is_one_error_with_the_words_allowed(
    small_project: Callable[..., SmallProject], layer: str, feature: str, column: str, wrong: str
) -> None:
    """It stops its own community only, and nothing with a traceback."""
    found = checked(small_project(second=edit(layer, feature, **{column: wrong})))
    own = [f for f in found.findings if f.rule == "value.not_allowed"]
    assert [(f.feature.layer, f.feature.feature_id, f.feature.community_id) for f in own] == [
        (layer, feature, "C")
    ]
    assert own[0].found["value"] == wrong
    assert str(own[0].found["allowed"]).count(", ") >= 2
    assert modelled(found) == OTHERS


def test_a_vertex_without_coordinates_is_one_error(small_project: Callable[..., SmallProject]) -> None:
    line = LineString([(X + 10, Y + 8), (NAN, NAN), (X + 40, Y + 8)])
    found = checked(small_project(second=shape("pipes", "C-PR", line)))
    errors = [f for f in found.findings if f.severity == "error"]
    assert [(f.rule, f.feature.feature_id, f.found) for f in errors] == [
        ("geometry.not_finite", "C-PR", {"vertex": 2})
    ]
    assert modelled(found) == OTHERS


def test_nodes_without_ids_are_named_by_their_places(small_project: Callable[..., SmallProject]) -> None:
    """The survey has to say their names; pipes and bill are there all the same."""

    def nameless(frames: Frames) -> None:
        frames["nodes"]["node_id"] = None
        frames["pipes"][["from_node", "to_node"]] = None
        frames["connections"]["to_node"] = None

    found = checked(small_project(second=nameless))
    assert set(told(found)) == {
        ("id.missing", "nodes", f"node_{X + x:.1f}_{Y + y:.1f}") for x in (10, 40) for y in (8, 10, 12)
    }
    pipe = found.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert pipe["from_node"] == f"node_{X + 10:.1f}_{Y + 8:.1f}"
    assert found.layers["pipes"].length.sum() == pytest.approx(270.0)
    assert modelled(found) == OTHERS


def test_pipes_without_ids_are_named_after_their_nodes(small_project: Callable[..., SmallProject]) -> None:
    """By the nodes that they name, or those at their ends; a surface by its place. The models are made."""

    def nameless(frames: Frames) -> None:
        pipes = frames["pipes"]
        pipes["pipe_id"] = None
        pipes.loc[pipes["system"] == "sewage", ["from_node", "to_node"]] = None
        frames["surfaces"]["surface_id"] = None

    found = checked(small_project(second=nameless))
    assert told(found) == []
    made = [f for f in found.findings if f.rule == "id.made"]
    assert {f.feature.feature_id for f in made if f.feature.layer == "pipes"} == {
        "C-C1-C-C2",
        "C-R1-C-R2",
        "C-S1-C-S2",
    }
    assert {f.severity for f in made} == {"warning"}
    assert len([f for f in made if f.feature.layer == "surfaces"]) == 3
    assert modelled(found) == OTHERS | {("C", "before"), ("C", "after")}


@pytest.mark.parametrize("written", ["2005年", "２００５年５月", "２００５"])
def test_a_year_with_its_sign_is_read(small_project: Callable[..., SmallProject], written: str) -> None:
    found = checked(small_project(second=edit("pipes", "C-PR", year=written)))
    assert told(found) == []
    assert found.layers["pipes"].set_index("pipe_id").loc["C-PR", "year"] == 2005


def test_made_ids_do_not_depend_on_the_order_of_the_file(small_project: Callable[..., SmallProject]) -> None:
    def twins(frames: Frames) -> None:
        pipes = frames["pipes"]
        second = pipes[pipes["pipe_id"] == "C-PR"].assign(material="PVC")
        second = second.set_geometry([LineString([(X + 10, Y + 8), (X + 25, Y + 9), (X + 40, Y + 8)])])
        frames["pipes"] = gpd.GeoDataFrame(pd.concat([pipes, second], ignore_index=True), crs=CRS).assign(
            pipe_id=None
        )

    def turned(frames: Frames) -> None:
        twins(frames)
        frames["pipes"] = frames["pipes"].iloc[::-1].reset_index(drop=True)

    names = []
    for change in (twins, turned):
        project = small_project(second=change)
        pipes = pipeline.check(load_project(project.folder)).layers["pipes"]
        own = pipes[pipes["community_id"] == "C"]
        names.append(dict(zip(own["pipe_id"], shapely.to_wkb(own.geometry.to_numpy()), strict=True)))
        project.folder.rename(project.folder.with_name(f"done{len(names)}"))
    assert names[0] == names[1]
    assert "C-R1-C-R2_" in names[0]


def test_zeros_for_unused_measures_and_dates_for_years_are_read(
    small_project: Callable[..., SmallProject],
) -> None:
    def delivered(frames: Frames) -> None:
        frames["pipes"] = frames["pipes"].assign(width_mm=0.0, height_mm=0.0, year="2005-05-04")

    found = checked(small_project(second=delivered))
    assert told(found) == []
    own = found.layers["pipes"].set_index("pipe_id").loc["C-PR"]
    assert np.isnan(own["width_mm"])
    assert np.isnan(own["height_mm"])
    assert own["year"] == 2005
    notes = {f.rule: f for f in found.findings if f.rule in ("value.unused_zero", "value.year_of_date")}
    assert notes["value.unused_zero"].found == {"columns": "width_mm 3, height_mm 3"}
    assert notes["value.year_of_date"].found == {"count": 3, "example": "2005-05-04", "year": "2005"}
    assert modelled(found) == OTHERS | {("C", "before"), ("C", "after")}


@pytest.mark.parametrize("written", ["2005", 2005.0, "2005/5", "2005年5月", "20050504", "2005.05.04"])
def test_a_year_is_read_from_any_way_of_writing_a_day(
    small_project: Callable[..., SmallProject], written: object
) -> None:
    found = checked(small_project(second=edit("pipes", "C-PR", year=written)))
    assert told(found) == []
    assert found.layers["pipes"].set_index("pipe_id").loc["C-PR", "year"] == 2005


def test_a_zero_for_the_measure_that_counts_stays_an_error(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=edit("pipes", "C-PR", diameter_mm=0.0)))
    assert {t[2] for t in told(found)} == {"C-PR"}
    assert modelled(found) == OTHERS


def test_water_outside_above_the_ground_is_named(small_project: Callable[..., SmallProject]) -> None:
    found = checked(small_project(second=edit("nodes", "C-R2", outfall_level_m=101.0)))
    own = [f for f in found.findings if f.rule == "outfall.level_above_ground"]
    assert [(f.severity, f.feature.feature_id, f.found["over"]) for f in own] == [("warning", "C-R2", "1.00")]
    level = checked(small_project_again(found, outfall_level_m=100.0))
    assert not [f for f in level.findings if f.rule == "outfall.level_above_ground"]


def small_project_again(found: Checked, **values: object) -> SmallProject:
    """The same project with other values of C-R2."""
    folder = found.project.folder
    file = folder / "c.gpkg"
    frames = {layer: gpd.read_file(file, layer=layer) for layer in ("nodes",)}
    edit("nodes", "C-R2", **values)(frames)
    frames["nodes"].to_file(file, layer="nodes", driver="GPKG", mode="w")
    return SmallProject(folder, folder / "ab.gpkg", file)


def twin(**values: object) -> Change:
    """The storm pipe of C in two, whose inner ends name two nodes at one place."""
    middle = Point(X + 25, Y + 8)
    return both(
        add("nodes", "C-R1", node_id="C-R5", kind="manhole", invert_m=98.85, geometry=middle),
        add(
            "nodes",
            "C-R1",
            **{"node_id": "C-R5b", "kind": "junction", "invert_m": 98.85, "geometry": middle} | values,
        ),
        edit("pipes", "C-PR", to_node="C-R5", invert_down_m=98.85),
        shape("pipes", "C-PR", LineString([(X + 10, Y + 8), (X + 25, Y + 8)])),
        add(
            "pipes",
            "C-PR",
            pipe_id="C-PR2",
            from_node="C-R5b",
            to_node="C-R2",
            invert_up_m=98.85,
            invert_down_m=98.7,
            geometry=LineString([(X + 25, Y + 8), (X + 40, Y + 8)]),
        ),
    )


def test_two_nodes_at_one_place_are_one(small_project: Callable[..., SmallProject]) -> None:
    """Nothing is parted: the water of C-R1 reaches C-R2; the finding says which node was taken for which."""
    project = small_project(second=twin())
    found = checked(project)
    own = [f for f in found.findings if f.rule == "node.joined"]
    assert [(f.severity, f.feature.feature_id, f.found["other"]) for f in own] == [("warning", "C-R5b", "C-R5")]
    pipes = found.layers["pipes"].set_index("pipe_id")
    assert pipes.loc["C-PR2", "from_node"] == "C-R5"
    assert not {"network.no_way_out", "node.reaches_no_outfall"} & {f.rule for f in found.findings}
    fixed, mended = pipeline.fix(load_project(project.folder))
    trail = changes_table(mended.changes)
    joined = trail[trail["rule"] == "repair.joined"]
    assert joined[["feature_id", "before", "after"]].values.tolist() == [["C-R5b", "C-R5b", "C-R5"]]
    assert "C-R5b" not in set(fixed.layers["nodes"]["node_id"])
    assert intake_of_repair(fixed, mended).open == ()


def test_two_nodes_at_one_place_and_two_levels_are_named_and_not_joined(
    small_project: Callable[..., SmallProject],
) -> None:
    found = checked(small_project(second=twin(invert_m=98.5)))
    assert [(f.feature.feature_id) for f in found.findings if f.rule == "node.same_place"] in (
        ["C-R5"],
        ["C-R5b"],
    )
    assert found.layers["pipes"].set_index("pipe_id").loc["C-PR2", "from_node"] == "C-R5b"


INNER = ("manhole", "inlet", "storage", "pump", "septic_tank", "junction")


@pytest.mark.parametrize("one", INNER)
def test_nodes_of_any_two_kinds_at_one_place_are_one(one: str) -> None:
    """Every kind with every other: one stays, whichever is named first, and the water finds its way."""
    for other in INNER:
        change = both(twin(kind=other), edit("nodes", "C-R5", kind=one))
        layers, findings = join_same_place(placed(change), 0.1)
        own = [f for f in findings if f.rule == "node.joined"]
        assert len(own) == 1, (one, other)
        kept = layers["nodes"].set_index("node_id").loc[str(own[0].found["other"])]
        assert kept["kind"] == min(one, other, key=KINDS.index)
        pipes = layers["pipes"].set_index("pipe_id")
        assert pipes.loc["C-PR", "to_node"] == pipes.loc["C-PR2", "from_node"] == own[0].found["other"]


def placed(change: Change) -> LayerSet:
    """The layers of C with a change, each feature in its community."""
    frames = community("C", 2)
    change(frames)
    crs = pyproj.CRS(CRS)
    full = {}
    for name in SCHEMAS:
        full[name] = empty = empty_frame(name, crs)
        if name in frames:
            own = frames[name].reindex(columns=empty.columns)
            full[name] = own.assign(community_id="C", file="c.gpkg", file_row=range(1, len(own) + 1))
    return LayerSet(crs, full, None)


def test_a_second_digitising_of_a_node_is_the_same_node() -> None:
    """5 cm off, of the same kind: one; of another kind, or 0.3 m off, or joined by a pipe: two."""
    near = {"kind": "manhole", "geometry": Point(X + 25.05, Y + 8)}
    for values, joined in (
        (near, True),
        ({**near, "kind": "inlet"}, False),
        ({**near, "geometry": Point(X + 25.3, Y + 8)}, False),
        ({**near, "status": "existing"}, False),
        ({**near, "invert_m": 98.5}, False),
    ):
        layers, findings = join_same_place(placed(twin(**values)), 0.1)
        assert [f.rule for f in findings] == (["node.joined"] if joined else []), values
        assert ("C-R5b" in set(layers["nodes"]["node_id"])) is not joined
    tied = both(twin(**near), edit("pipes", "C-PS", from_node="C-R5", to_node="C-R5b"))
    assert join_same_place(placed(tied), 0.1)[1] == ()


def test_an_existing_and_a_proposed_node_at_one_place_are_named(
    small_project: Callable[..., SmallProject],
) -> None:
    """Both stand after the works, and nothing joins them."""
    found = checked(small_project(second=twin(status="existing")))
    own = [f for f in found.findings if f.rule == "node.close"]
    assert len(own) == 1
    assert {own[0].feature.feature_id, own[0].found["other"]} == {"C-R5", "C-R5b"}


def test_a_newly_drained_community_has_a_model_of_after(small_project: Callable[..., SmallProject]) -> None:
    """Nothing drained C before: that is no error, and there is no model of it; after there is."""

    def undrained(frames: Frames) -> None:
        drop("nodes", "C-C1", "C-C2")(frames)
        drop("pipes", "C-PC")(frames)
        drop("connections", "C-K0", "C-T0", "C-D0")(frames)

    found = checked(small_project(second=undrained))
    assert told(found) == []
    assert ("community.not_drained", "communities", "C") in told(found, "warning")
    assert modelled(found) == OTHERS | {("C", "after")}


def test_a_community_that_loses_its_network_is_still_an_error(small_project: Callable[..., SmallProject]) -> None:
    def lost(frames: Frames) -> None:
        drop("pipes", "C-PR", "C-PS")(frames)
        drop("nodes", "C-R1", "C-R2", "C-S1", "C-S2")(frames)
        drop("connections", "C-K1", "C-T1", "C-D1")(frames)

    found = checked(small_project(second=lost))
    assert ("community.no_network", "communities", "C") in told(found)


def test_surfaces_that_a_label_puts_elsewhere_leave_no_model_of_bare_soil(
    small_project: Callable[..., SmallProject],
) -> None:
    """C was modelled with 1400 m2 of bare soil for its lane and lawn."""

    def mislabelled(frames: Frames) -> None:
        frames["surfaces"] = frames["surfaces"].set_crs("EPSG:4544", allow_override=True)

    found = checked(small_project(second=mislabelled))
    errors = {(f.rule, f.feature.layer, f.feature.community_id) for f in found.findings if f.severity == "error"}
    assert errors == {("crs.wrong_meridian", "surfaces", ""), ("layer.lost", "surfaces", "C")}
    assert modelled(found) == OTHERS


def test_surfaces_that_a_repair_brings_home_are_not_lost(small_project: Callable[..., SmallProject]) -> None:
    """X and Y swapped: C is not modelled so, and is once check --fix has turned them."""

    def swapped(frames: Frames) -> None:
        own = frames["surfaces"]
        turned = [transform(s, lambda xy: xy[:, ::-1]) for s in own.geometry]
        frames["surfaces"] = own.set_geometry(gpd.GeoSeries(turned, crs=own.crs))

    project = small_project(second=swapped)
    assert modelled(checked(project)) == OTHERS
    fixed, _ = pipeline.fix(load_project(project.folder))
    assert not [f for f in fixed.findings if f.severity == "error"]
    assert "C" in {c for s in fixed.systems for c in s.communities}


@pytest.mark.parametrize(
    ("label", "rule"), [("EPSG:3857", "crs.wrong_meridian"), ("EPSG:4326", "crs.not_degrees")]
)
def test_a_label_of_another_kind_is_named_with_the_one_that_fits(
    small_project: Callable[..., SmallProject], label: str, rule: str
) -> None:
    """Web Mercator put the nodes 13,364 km away and only their distance was told; of metres that are said to be
    degrees each vertex was told to have no coordinates."""

    def mislabelled(frames: Frames) -> None:
        frames["nodes"] = frames["nodes"].set_crs(label, allow_override=True)

    found = checked(small_project(second=mislabelled))
    (error,) = [f for f in found.findings if f.rule.startswith("crs.") and f.severity == "error"]
    assert (error.rule, error.feature.layer, error.found["fits"]) == (rule, "nodes", "EPSG:4543")
    for language in ("en", "zh"):
        assert label in error.message(language)
    assert not [f for f in found.findings if f.rule == "geometry.not_finite"]
    assert modelled(found) == OTHERS


@pytest.mark.parametrize(("crs", "stray"), [(CRS, 1e308), ("EPSG:4490", 1e308), ("EPSG:4490", 1e12)])
def test_one_vertex_that_is_nowhere_stops_its_own_community_alone(
    small_project: Callable[..., SmallProject], crs: str, stray: float
) -> None:
    """Among degrees one such vertex left the whole layer out, with the advice to write another system."""

    def damaged(frames: Frames) -> None:
        pipes = frames["pipes"].to_crs(crs)
        own = pipes["pipe_id"] == "C-PR"
        line = pipes.geometry[own].iloc[0]
        pipes.loc[own, "geometry"] = LineString([(stray, line.coords[0][1]), *line.coords[1:]])
        frames["pipes"] = pipes

    found = checked(small_project(second=damaged))
    errors = [f for f in found.findings if f.severity == "error"]
    assert {f.feature.feature_id for f in errors} == {"C-PR"}
    assert modelled(found) == OTHERS


def test_a_layer_with_a_wrong_central_meridian_is_one_error_with_the_label_that_fits(
    small_project: Callable[..., SmallProject],
) -> None:
    """EPSG:4542 (99 degrees) instead of 4543 (102): that ends lie 305 km from their nodes is not told of each."""

    def mislabelled(frames: Frames) -> None:
        frames["nodes"] = frames["nodes"].set_crs("EPSG:4542", allow_override=True)

    found = checked(small_project(second=mislabelled))
    errors: list[Finding] = [f for f in found.findings if f.severity == "error"]
    assert [(f.rule, f.feature.layer, f.feature.community_id) for f in errors] == [
        ("crs.wrong_meridian", "nodes", "C")
    ]
    words = errors[0].found
    assert (words["stated"], words["fits"]) == ("EPSG:4542", "EPSG:4543")
    # 3 degrees of longitude at 24.18 degrees north are 304.9 km.
    assert words["km"] == "305"
    assert not [f for f in found.findings if f.rule == "end.far"]
    # Nor of each how far it lies from its community, and that no ground leads to it there.
    own = {f.rule for f in found.findings if f.feature.community_id == "C" and f.severity != "info"}
    assert not own & {"node.outside", "node.far_outside", "feature.away", "inlet.no_surface"}
    assert modelled(found) == OTHERS


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("-5", "value.out_of_bounds"),
        ("0", "value.out_of_bounds"),  # an owner who accepts nothing has closed the outfall
        ("2000000", "value.out_of_bounds"),
        ("不详", "value.not_a_number"),
        ("90", ""),
    ],
)
def test_nonsense_for_what_a_receiver_accepts_is_named_at_its_outfall(
    small_project, value: str, rule: str
) -> None:
    def change(frames: Frames) -> None:
        nodes = frames["nodes"]
        nodes["receiver_capacity_l_s"] = [value if n == "C-R2" else None for n in nodes["node_id"]]

    found = checked(small_project(second=change))
    named = [f for f in found.findings if f.found.get("column") == "receiver_capacity_l_s"]
    assert [(f.rule, f.feature.feature_id, f.feature.layer) for f in named] == (
        [(rule, "C-R2", "nodes")] if rule else []
    )
    if not rule:
        assert found.layers["nodes"].set_index("node_id").loc["C-R2", "receiver_capacity_l_s"] == 90.0


def test_only_covers_are_told_of_rows_of_their_own(small_project: Callable[..., SmallProject]) -> None:
    """A connection of an unknown kind was advised to add a cover."""
    wrong = both(edit("nodes", "C-R1", kind="gully"), edit("surfaces", "C-L1", cover="moss"))
    found = {f.feature.layer: f for f in checked(small_project(second=wrong)).findings if f.rule == VALUE}
    for language in LANGUAGES:
        assert "catalogue.covers" in found["surfaces"].action(language)
        assert "catalogue" not in found["nodes"].action(language)


def test_ground_without_a_surface_is_told_by_its_cover_s_name(small_project: Callable[..., SmallProject]) -> None:
    built = pipeline.build(checked(small_project(second=drop("surfaces", "C-L1"))))
    gap = next(f for f in built.findings if f.rule == "surface.gap")
    assert "裸土 (bare_soil)" in gap.action("zh")
    assert "bare soil (bare_soil)" in gap.action("en")
