"""Nodes of models are as deep as their ground says: by hand, through layers, check, build and the engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from shapely import LineString, Point
from tests.planting import X, Y, add, both, edit
from tests.small_project import Change, SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import dry_event
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.model_frames import conduit_frame, node_frame
from spongecalc.swmm.run_result import RunResult

# A channel of 0.5 x 0.6 m, 30 m long, falling by 0.3 m from a manhole that is 0.4 m deep; the water below stands
# at the height of the rim above the channel's end, so that the channel runs full at 0.4 m and no deeper.
WIDTH_M, WALL_M, DEPTH_M, LENGTH_M, FALL_M, ROUGHNESS = 0.5, 0.6, 0.4, 30.0, 0.3, 0.015
# What flows in grows over half an hour, stays for another, and stops.
PEAK_M3_S, RISING_S, STAYING_S = 0.5555, 1800.0, 1800.0
PONDED_M2 = 500.0


def channel(**pipe: object) -> Change:
    values = {
        "shape": "rect_open",
        "width_mm": 1000 * WIDTH_M,
        "height_mm": 1000 * WALL_M,
        "roughness": ROUGHNESS,
    }
    inlet = Point(X + 10, Y + 3)
    return both(
        # The ground drains to an inlet above the manhole, which has nothing but its rim.
        add("nodes", "C-R1", node_id="C-R0", ground_m=100.5, invert_m=99.62, geometry=inlet),
        add(
            "pipes",
            "C-PR",
            pipe_id="C-P0",
            from_node="C-R0",
            to_node="C-R1",
            diameter_mm=200.0,
            invert_up_m=99.62,
            invert_down_m=99.6,
            geometry=LineString([inlet, (X + 10, Y + 8)]),
        ),
        edit("nodes", "C-R1", kind="manhole", ground_m=100.0, invert_m=100.0 - DEPTH_M),
        edit("nodes", "C-R2", ground_m=100.5, invert_m=100.0 - DEPTH_M - FALL_M, outfall_level_m=100.0 - FALL_M),
        edit(
            "pipes",
            "C-PR",
            **{"invert_up_m": 100.0 - DEPTH_M, "invert_down_m": 100.0 - DEPTH_M - FALL_M, **values, **pipe},
        ),
    )


def wide_ground(toml: str) -> str:
    return f'{toml}\n[ponding]\ndefault_area = "{PONDED_M2:g} m2"\n'


def built(project: SmallProject) -> Built:
    return pipeline.build(pipeline.check(load_project(project.folder)))


def after(found: Built, community: str = "C") -> SwmmModel:
    return next(m for m in found.models if m.communities == (community,) and m.scenario == "after")


def of_rule(found: Built, rule: str) -> list[Finding]:
    return [f for f in found.findings if f.rule == rule]


def inflow_m3_s(seconds: float) -> float:
    return PEAK_M3_S * min(seconds / RISING_S, 1.0)


def street_m3() -> float:
    """What stands on the street at last, by hand: Manning's formula full at 0.4 m, with the street's own head."""
    area, perimeter = WIDTH_M * DEPTH_M, WIDTH_M + 2 * DEPTH_M
    full_m3_s = area * (area / perimeter) ** (2 / 3) * (FALL_M / LENGTH_M) ** 0.5 / ROUGHNESS
    volume = 0.0
    for second in range(int(RISING_S + STAYING_S)):
        passed = full_m3_s * (1 + volume / PONDED_M2 / FALL_M) ** 0.5
        volume = max(volume + inflow_m3_s(second + 0.5) - passed, 0.0)
    return volume


def fed(model: SwmmModel, found: Built, folder: Path) -> RunResult:
    """The model in dry weather with a flow into C-R1."""
    text = model.text(dry_event(found.checked.project.settings.simulation))
    rows = [(60 * n, 1000 * inflow_m3_s(60 * n)) for n in range(61)]
    series = "\n".join(f"FED {s / 3600:.6f} {v:.4f}" for s, v in [*rows, (3601, 0.0)])
    text = f"{text}\n[INFLOWS]\nC-R1 FLOW FED FLOW 1.0 1.0\n\n[TIMESERIES]\n{series}\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "model.inp", folder / "run")


def test_a_channel_that_stands_above_the_rim_floods_the_street_from_the_rim_on(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    """What the channel cannot pass at 0.4 m stands on the street: 142 m3, by Manning's formula by hand."""
    found = built(small_project(second=channel(), toml=wide_ground))
    model = after(found)
    assert node_frame(model).at["C-R1", "full_depth_m"] == pytest.approx(DEPTH_M)
    assert conduit_frame(model).at["C-PR", "height_m"] == pytest.approx(DEPTH_M)
    (told,) = of_rule(found, "link.cut_at_rim")
    assert (told.feature.layer, told.feature.feature_id, told.found["node"]) == ("pipes", "C-PR", "C-R1")
    assert (told.found["over"], told.found["cut"], told.found["percent"]) == ("0.200", "0.400", "67")
    (walls,) = of_rule(found, "channel.above_ground")
    assert walls.found["node"] == "C-R1"
    assert f"{walls.found['height']}" == "0.20"
    assert not of_rule(found, "pipe.crown_above_ground")
    result = fed(model, found, tmp_path)
    assert result.status == "done"
    assert abs(result.routing_error_percent) < 1
    assert result.nodes.at["C-R1", "flood_volume_m3"] == pytest.approx(142.0, rel=0.02)
    assert street_m3() == pytest.approx(142.0, abs=0.5)
    assert [w for w in result.warnings if w.subject == "C-R1"] == []


def test_the_same_channel_uncut_makes_the_manhole_deeper_and_the_street_drier(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    """What the engine does by itself: no water on the street, and a warning."""
    found = built(small_project(second=channel(), toml=wide_ground))
    model = after(found)
    rows = [(r[0], r[1], f"{WALL_M:.3f}", *r[3:]) if r[0] == "C-PR" else r for r in model.sections["XSECTIONS"]]
    result = fed(replace(model, sections={**model.sections, "XSECTIONS": rows}), found, tmp_path)
    assert result.nodes.at["C-R1", "flood_volume_m3"] < 1.0
    assert [w.engine_text for w in result.warnings if w.subject == "C-R1"] == [
        "WARNING 02: maximum depth increased for Node C-R1"
    ]


@pytest.mark.parametrize(
    ("pipe", "silt_m"),
    [({"shape": "circular", "diameter_mm": 600.0}, 0.0), ({"shape": "circular", "diameter_mm": 600.0}, 0.1)],
)
def test_a_round_pipe_passes_what_its_part_below_the_rim_passes(
    small_project: Callable[..., SmallProject], pipe: dict[str, object], silt_m: float
) -> None:
    """A box of the area that a circle has between silt and rim, with its full flow by Manning's formula."""
    given = channel(width_mm=None, height_mm=None, sediment_mm=1000 * silt_m, **pipe)
    found = built(small_project(second=given, toml=wide_ground))
    own = conduit_frame(after(found)).loc["C-PR"]
    assert own["shape"] == "RECT_CLOSED"
    assert own["height_m"] == pytest.approx(DEPTH_M - silt_m, abs=0.001)
    assert own["up_m"] == pytest.approx(100.0 - DEPTH_M + silt_m)
    # Chow's segments: to 0.4 m less that to the silt; arcs, the lid, and the top of the silt.
    angles = [2 * math.acos(1 - 2 * y / 0.6) for y in (DEPTH_M, silt_m)]
    segments = [0.6**2 * (a - math.sin(a)) / 8 for a in angles]
    area = segments[0] - segments[1]
    perimeter = 0.3 * (angles[0] - angles[1]) + sum(0.6 * math.sin(a / 2) for a in angles)
    assert own["height_m"] * own["width_m"] == pytest.approx(area, rel=0.005)
    box = own["height_m"] * own["width_m"] / (2 * (own["height_m"] + own["width_m"]))
    assert box ** (2 / 3) / own["roughness"] == pytest.approx(
        (area / perimeter) ** (2 / 3) / ROUGHNESS, rel=0.005
    )
    (told,) = of_rule(found, "pipe.crown_above_ground")
    assert told.found["node"] == "C-R1"
    assert not of_rule(found, "channel.above_ground")


def test_an_end_above_the_rim_keeps_the_community_from_being_modelled(
    small_project: Callable[..., SmallProject],
) -> None:
    found = built(small_project(second=edit("pipes", "C-PR", invert_up_m=100.2)))
    (told,) = of_rule(found, "pipe.invert_above_rim")
    assert (told.severity, told.feature.feature_id, told.found["node"]) == ("error", "C-PR", "C-R1")
    assert {m.communities for m in found.models} == {("A",), ("B",)}


def test_an_assumed_lead_comes_in_below_the_rim(small_project: Callable[..., SmallProject]) -> None:
    """A lead from an inlet at 101 m to a manhole whose ground is at 100 m: its crown ends at the rim."""
    inlet = Point(X + 10, Y + 3)
    change = both(
        add("nodes", "C-R1", node_id="C-I", ground_m=102.0, invert_m=101.0, geometry=inlet),
        add(
            "connections",
            "C-D1",
            connection_id="C-L",
            source="C-I",
            to_node="C-R1",
            kind="yard_drain",
            geometry=LineString([inlet, (X + 10, Y + 8)]),
        ),
        edit("nodes", "C-R1", kind="manhole"),
    )
    found = built(small_project(second=change))
    own = conduit_frame(after(found)).loc["C-L"]
    assert own["down_m"] + own["height_m"] == pytest.approx(100.0)


REGULATORS = """[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
START_DATE 06/01/2026
END_DATE 06/01/2026
END_TIME 00:10
ROUTING_STEP 1
[JUNCTIONS]
UP 10 0.4 0 0 0
DOWN 9.5 0.3 0 0 0
[STORAGE]
BASIN 10 0.4 0 FUNCTIONAL 0 0 10 0 0
[OUTFALLS]
O 9 FREE NO
[CONDUITS]
C DOWN O 30 0.013 0 0 0
[WEIRS]
W UP DOWN TRANSVERSE 0.2 1.7 NO 0 0
B BASIN DOWN TRANSVERSE 0.2 1.7 NO 0 0
[XSECTIONS]
C CIRCULAR 0.2 0 0 0 1
W RECT_OPEN 0.5 1 0 0
B RECT_OPEN 0.5 1 0 0
"""


def test_the_opening_of_a_weir_makes_the_node_above_it_deeper_and_no_other(tmp_path: Path) -> None:
    """0.2 m and an opening of 0.5 m: 0.7 m, at a junction above the weir, not below it, and not at a storage."""
    (tmp_path / "model.inp").write_text(REGULATORS, encoding="utf-8")
    result = run_inp(tmp_path / "model.inp", tmp_path / "run")
    deeper = {w.subject: dict(w.values) for w in result.warnings if "WARNING 02" in w.engine_text}
    assert deeper == {"UP": {"stated_m": "0.400", "run_m": "0.700", "over_m": "0.300", "links": "W"}}
