"""Each rule: its fault planted once into the sound project, found once, at its feature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely import LineString, MultiLineString, Point, box
from tests.planting import X, Y, add, both, edit, shape
from tests.small_project import Change, Frames, SmallProject

from spongecalc.language import LANGUAGES
from spongecalc.layers.finding import findings_table
from spongecalc.layers.rules.registry import rules
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

# 0.6 m deep at a manhole of 0.4 m.
CHANNEL = both(
    edit("nodes", "C-R1", invert_m=99.6, kind="manhole"),
    edit("pipes", "C-PR", shape="rect_open", width_mm=500.0, height_mm=600.0, invert_up_m=99.6),
)
LINE = LineString([(X + 10, Y + 8), (X + 40, Y + 8)])


def far_end(layer: str, feature: str, *ends: tuple[float, float]) -> Change:
    return shape(layer, feature, LineString([(X + a, Y + b) for a, b in ends]))


def second_pipe(name: str, start: tuple[float, float], **values: object) -> Change:
    """A second storm pipe into C-R1 from a manhole of its own."""
    place = (X + start[0], Y + start[1])
    return both(
        add("nodes", "C-R1", node_id=f"{name}-N", kind="manhole", invert_m=99.3, geometry=Point(place)),
        add(
            "pipes",
            "C-PR",
            **{
                "pipe_id": name,
                "from_node": f"{name}-N",
                "to_node": "C-R1",
                "invert_up_m": 99.3,
                "invert_down_m": 99.0,
                "geometry": LineString([place, (X + 10, Y + 8)]),
                **values,
            },
        ),
    )


def renamed(layer: str, **names: str) -> Change:
    def change(frames: Frames) -> None:
        frames[layer] = frames[layer].rename(columns=names)

    return change


def lowered(column: str, layer: str) -> Change:
    def change(frames: Frames) -> None:
        if column not in frames[layer]:
            frames[layer][column] = None

    return change


def sunken(name: str, x: float, **values: object) -> Change:
    """A sunken lawn in the north of C's green."""
    place = box(X + x, Y + 36, X + x + 4, Y + 40)
    return add("surfaces", "C-G", surface_id=name, cover="sunken_green", geometry=place, **values)


def cut_green(frames: Frames) -> None:
    """C's green without the two places where sunken lawns come."""
    lawns = box(X + 2, Y + 36, X + 6, Y + 40).union(box(X + 10, Y + 36, X + 14, Y + 40))
    green = box(X, Y + 15, X + 40, Y + 40).difference(box(X + 5, Y + 25, X + 25, Y + 35))
    shape("surfaces", "C-G", green.difference(lawns))(frames)


def receiving(name: str, sources: str) -> Change:
    """One sunken lawn, and what it is said to receive."""
    return both(cut_green, sunken(name, 2, receives_from=sources))


PLANTED: dict[str, tuple[Change, str, str]] = {
    "receives.unknown": (receiving("C-K", "C-G;C-NOTHING"), "surfaces", "C-K"),
    "receives.itself": (receiving("C-K", "C-K"), "surfaces", "C-K"),
    "receives.other_community": (receiving("C-K", "A-G"), "surfaces", "C-K"),
    "receives.cannot": (edit("surfaces", "C-G", receives_from="C-L1"), "surfaces", "C-G"),
    "receives.roof_in_pipes": (receiving("C-K", "C-H"), "surfaces", "C-K"),
    "receives.over_layers": (
        both(cut_green, sunken("C-K", 2), edit("surfaces", "C-L1", receives_from="C-K")),
        "surfaces",
        "C-L1",
    ),
    "receives.ring": (
        both(cut_green, sunken("C-K", 2, receives_from="C-M"), sunken("C-M", 10, receives_from="C-K")),
        "surfaces",
        "C-K",
    ),
    "geometry.multipart": (
        shape(
            "pipes",
            "C-PR",
            MultiLineString([[(X + 10, Y + 8), (X + 20, Y + 8)], [(X + 25, Y + 8), (X + 40, Y + 8)]]),
        ),
        "pipes",
        "C-PR",
    ),
    "geometry.duplicate": (add("surfaces", "C-G", surface_id="C-G2"), "surfaces", "C-G2"),
    # A tower of 6 x 8 m on its podium.
    "building.overlap": (
        add("buildings", "C-H", building_id="C-H2", geometry=box(X + 8, Y + 26, X + 14, Y + 34)),
        "buildings",
        "C-H2",
    ),
    "node.on_other_kind": (
        both(
            shape("nodes", "C-R1", Point(X + 10, Y + 12)),
            far_end("pipes", "C-PR", (10, 12), (40, 8)),
        ),
        "nodes",
        "C-R1",
    ),
    "end.other_node": (far_end("pipes", "C-PR", (10, 12), (40, 8)), "pipes", "C-PR"),
    "end.reversed": (far_end("pipes", "C-PR", (40, 8), (10, 8)), "pipes", "C-PR"),
    "node.close": (
        add("nodes", "C-R1", node_id="C-R9", kind="manhole", geometry=Point(X + 10.05, Y + 8)),
        "nodes",
        "C-R9",
    ),
    "pipe.passes_node": (
        add("nodes", "C-R1", node_id="C-R9", kind="manhole", invert_m=98.9, geometry=Point(X + 25, Y + 8)),
        "pipes",
        "C-PR",
    ),
    "pipe.crossing": (
        both(
            add("nodes", "C-S1", node_id="C-S9", geometry=Point(X + 25, Y + 4), invert_m=98.9),
            add(
                "pipes",
                "C-PS",
                pipe_id="C-PX",
                from_node="C-S9",
                to_node="C-S1",
                invert_up_m=98.9,
                invert_down_m=98.6,
                geometry=LineString([(X + 25, Y + 4), (X + 25, Y + 13), (X + 10, Y + 12)]),
            ),
        ),
        "pipes",
        "C-PR",
    ),
    "pipe.flat": (edit("pipes", "C-PR", invert_down_m=99.0), "pipes", "C-PR"),
    "pipe.steep": (edit("pipes", "C-PR", invert_down_m=92.0), "pipes", "C-PR"),
    "pipe.invert_above_rim": (edit("pipes", "C-PR", invert_up_m=100.4), "pipes", "C-PR"),
    "pipe.invert_above_ground": (edit("nodes", "C-R2", ground_m=98.69, invert_m=98.6), "pipes", "C-PR"),
    "pipe.crown_above_ground": (edit("pipes", "C-PR", invert_up_m=99.8), "pipes", "C-PR"),
    "channel.above_ground": (CHANNEL, "pipes", "C-PR"),
    "pipe.size_unit": (edit("pipes", "C-PR", diameter_mm=0.3), "pipes", "C-PR"),
    "pipe.size_not_made": (edit("pipes", "C-PR", diameter_mm=312.0), "pipes", "C-PR"),
    "pipe.size_never_made": (edit("pipes", "C-PR", diameter_mm=312.0, material=None), "pipes", "C-PR"),
    "pipe.material_unknown": (edit("pipes", "C-PR", material="竹"), "pipes", "C-PR"),
    "pipe.length_differs": (edit("pipes", "C-PR", length_m=45.0), "pipes", "C-PR"),
    "pipe.other_system": (edit("pipes", "C-PR", system="sewage"), "pipes", "C-PR"),
    "status.contradicts": (edit("nodes", "C-R1", status="removed"), "pipes", "C-PR"),
    "date.after_works": (
        both(
            edit("pipes", "C-PC", year=2022), edit("pipes", "C-PR", year=2020), edit("pipes", "C-PS", year=2020)
        ),
        "pipes",
        "C-PC",
    ),
    "network.loop": (
        both(
            second_pipe("C-P9", (10, 3)),
            add(
                "pipes",
                "C-PR",
                pipe_id="C-P8",
                from_node="C-R1",
                to_node="C-P9-N",
                geometry=LineString([(X + 10, Y + 8), (X + 12, Y + 5), (X + 10, Y + 3)]),
            ),
        ),
        "pipes",
        "C-P8",
    ),
    "network.no_way_out": (
        both(
            add("nodes", "C-R1", node_id="C-R8", kind="manhole", geometry=Point(X + 10, Y + 3)),
            add("nodes", "C-R1", node_id="C-R9", kind="manhole", geometry=Point(X + 20, Y + 3)),
            add(
                "pipes",
                "C-PR",
                pipe_id="C-P9",
                from_node="C-R8",
                to_node="C-R9",
                geometry=LineString([(X + 10, Y + 3), (X + 20, Y + 3)]),
            ),
        ),
        "nodes",
        "C-R8",
    ),
    "node.several_outlets": (
        both(
            add("nodes", "C-R2", node_id="C-R9", geometry=Point(X + 40, Y + 3)),
            add(
                "pipes",
                "C-PR",
                pipe_id="C-P9",
                to_node="C-R9",
                geometry=LineString([(X + 10, Y + 8), (X + 40, Y + 3)]),
            ),
        ),
        "nodes",
        "C-R1",
    ),
    "node.step_up": (second_pipe("C-P9", (10, 3), invert_down_m=98.9), "nodes", "C-R1"),
    "pipe.shrinks": (second_pipe("C-P9", (10, 3), diameter_mm=400.0), "pipes", "C-PR"),
    "outfall.wrong_receiver": (edit("nodes", "C-S2", receives="river"), "nodes", "C-S2"),
    "outfall.capacity_elsewhere": (edit("nodes", "C-R1", receiver_capacity_l_s=90.0), "nodes", "C-R1"),
    "roof.no_building": (
        add("surfaces", "C-G", surface_id="C-F", cover="roof", geometry=box(X + 28, Y + 30, X + 34, Y + 34)),
        "surfaces",
        "C-F",
    ),
    "surface.over_building": (
        add("surfaces", "C-G", surface_id="C-F", geometry=box(X + 5, Y + 25, X + 15, Y + 35)),
        "surfaces",
        "C-F",
    ),
    "inlet.no_surface": (
        add("nodes", "C-R1", node_id="C-R9", geometry=Point(X + 15, Y + 30)),
        "nodes",
        "C-R9",
    ),
    "node.storage_no_facility": (edit("nodes", "C-S1", kind="storage"), "nodes", "C-S1"),
    "community.overlap": (shape("communities", "C", box(X - 40, Y, X + 40, Y + 40)), "communities", "C"),
    "community.alike_ids": (edit("communities", "C", community_id="b"), "communities", "b"),
    "community.households_differ": (edit("communities", "C", households=99), "communities", "C"),
    "community.two": (
        shape("communities", "C", box(X - 40, Y, X + 40, Y + 40)),
        "surfaces",
        "B-G",
    ),
    "values.recognised": (edit("nodes", "C-R1", kind="雨水口"), "nodes", ""),
    "fields.recognised": (lowered("管长", "pipes"), "pipes", ""),
    "fields.left": (renamed("pipes", invert_up_m="upinv"), "pipes", ""),
    "level.from_depth": (
        both(edit("pipes", "C-PR", invert_up_m=float("nan")), edit("pipes", "C-PR", depth_up_m=1.0)),
        "pipes",
        "C-PR",
    ),
    "end.no_node": (
        both(edit("pipes", "C-PR", from_node=None), far_end("pipes", "C-PR", (15, 8), (40, 8))),
        "pipes",
        "C-PR",
    ),
}


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


def test_an_outfall_without_a_level_is_named(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(second=edit("nodes", "C-R2", outfall_level_m=98.0))
    named = {f.feature.feature_id for f in checked(project).findings if f.rule == "outfall.free_assumed"}
    assert "C-S2" in named
    assert "C-R2" not in named


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_found_once_at_its_feature(
    small_project: Callable[..., SmallProject], rule: str
) -> None:
    change, layer, feature = PLANTED[rule]
    findings = checked(small_project(second=change)).findings
    own = findings_table([f for f in findings if f.rule == rule], "en")
    if rule == "community.two":
        own = own[(own["layer"] == layer) & (own["feature_id"] == feature)]
    assert len(own) == 1, own.to_string()
    assert (own.iloc[0]["layer"], own.iloc[0]["feature_id"]) == (layer, feature)
    assert own.iloc[0]["severity"] == rules()[rule].severity
    for finding in findings:
        if finding.rule == rule:
            for language in LANGUAGES:
                assert "{" not in finding.message(language) + finding.action(language)


def test_ground_that_two_receive_is_named_at_both_and_not_modelled(
    small_project: Callable[..., SmallProject],
) -> None:
    twice = both(cut_green, sunken("C-K", 2, receives_from="C-G"), sunken("C-M", 10, receives_from="C-G"))
    checked = pipeline.check(load_project(small_project(second=twice).folder))
    found = [(f.feature.feature_id, f.found["others"]) for f in checked.findings if f.rule == "receives.two"]
    assert sorted(found) == [("C-K", "C-M"), ("C-M", "C-K")]
    assert "C" not in {c for s in checked.systems for c in s.communities}


def test_the_sound_project_breaks_no_rule(small_project: Callable[..., SmallProject]) -> None:
    findings = checked(small_project()).findings
    assert not {f.rule for f in findings} & set(PLANTED)
    assert {f.severity for f in findings} == {"info"}


def test_ground_is_held_against_the_dem(small_project: Callable[..., SmallProject]) -> None:
    """A DEM 100 m high with a void: one node 3 m off it, one in the void."""
    project = small_project(second=edit("nodes", "C-R1", ground_m=103.0))
    ground = np.full((60, 140), 100.0, dtype="float32")
    # C-S1 stands at (X + 10, Y + 12): ten rows from the top of the community's square of 40 m.
    row, column = int(Y + 50 - (Y + 12)), int(X + 10 - (X - 90))
    ground[row - 1 : row + 1, column - 1 : column + 1] = -9999
    with rasterio.open(
        project.folder / "dem.tif",
        "w",
        driver="GTiff",
        height=60,
        width=140,
        count=1,
        dtype="float32",
        crs="EPSG:4543",
        transform=from_origin(X - 90, Y + 50, 1, 1),
        nodata=-9999,
    ) as dem:
        dem.write(ground, 1)
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + '\n[layers.dem]\nsource = "dem.tif"\n', encoding="utf-8")
    findings = checked(project).findings
    assert [f.feature.feature_id for f in findings if f.rule == "node.ground_off_dem"] == ["C-R1"]
    assert [f.feature.feature_id for f in findings if f.rule == "dem.void"] == ["C-S1"]


def test_three_thousand_beside_three_hundred_is_a_slip(small_project: Callable[..., SmallProject]) -> None:
    change = both(second_pipe("C-P9", (10, 3)), edit("pipes", "C-PR", diameter_mm=3000.0))
    found = [f for f in checked(small_project(second=change)).findings if f.rule == "pipe.size_unit"]
    assert [(f.feature.feature_id, f.found["meant"]) for f in found if f.feature.feature_id == "C-PR"] == [
        ("C-PR", "300")
    ]


def test_a_facility_without_volume_is_named(small_project: Callable[..., SmallProject]) -> None:
    import geopandas as gpd

    def change(frames: Frames) -> None:
        row = {"facility_id": "C-T", "kind": "rain_tank", "from_node": "C-R1", "status": "proposed"}
        frames["facilities"] = gpd.GeoDataFrame([row], geometry=[Point(X + 10, Y + 8)], crs="EPSG:4543")

    project = small_project(second=change)
    page = project.folder / "spongecalc.toml"
    block = '\n[layers.facilities]\nsource = "c.gpkg"\nlayer = "facilities"\n'
    page.write_text(page.read_text(encoding="utf-8") + block, encoding="utf-8")
    found = [f for f in checked(project).findings if f.rule == "facility.no_volume"]
    assert [f.feature.feature_id for f in found] == ["C-T"]


def test_little_cover_is_judged_to_the_outside_of_the_crown_under_the_lane(
    small_project: Callable[..., SmallProject],
) -> None:
    """DN300 of HDPE (wall 25.5 mm) 1.0 m deep under the lane has 0.67 m above it, short of 0.7 m in A and B."""
    findings = checked(small_project(second=edit("pipes", "C-PR", invert_up_m=99.3))).findings
    own = {f.feature.feature_id: f.found for f in findings if f.rule == "pipe.little_cover"}
    shallow = {"cover": "0.67", "least": "0.7"}
    assert own == {"A-PR": shallow, "B-PR": shallow, "C-PR": {"cover": "0.37", "least": "0.7"}}
