"""Pipes of some centimetres under water: what the engine makes of them, and of what a model carries instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from shapely import LineString, Point
from tests.planting import X, Y, both, edit, shape
from tests.small_project import Change, SmallProject

from spongecalc.catalogue.pipe_section import PipeSection
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.conduit import Conduit
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.model_frames import conduit_frame
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.short_links import lengthened, short_conduits

LENGTH_M = 0.05
# What the storm brings through the pipe is some tens of litres a second.
HARMLESS_L_S = 100.0


def stub(level_m: float | None = 99.3) -> Change:
    """The rain pipe of C is 5 cm long, and falls by 30 cm below the river's level: a drop shaft at the bank."""
    bank = (X + 40 - LENGTH_M, Y + 8)
    return both(
        shape("nodes", "C-R1", Point(bank)),
        shape("pipes", "C-PR", LineString([bank, (X + 40, Y + 8)])),
        shape("connections", "C-D1", LineString([(X + 25, Y + 25), bank])),
        edit("nodes", "C-R2", outfall_level_m=level_m),
    )


def run(text: str, folder: Path) -> RunResult:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "model.inp", folder / "run")


def test_a_pipe_of_centimetres_under_water_makes_no_water(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    found = pipeline.build(pipeline.check(load_project(small_project(second=stub()).folder)))
    model = next(m for m in found.models if m.communities == ("C",) and m.scenario == "after")
    (told,) = [f for f in found.findings if f.rule == "link.lengthened"]
    assert (told.feature.feature_id, told.found["length"]) == ("C-PR", "0.05")
    event = storm_event(found.storms[0], found.checked.project.settings.simulation)
    own = run(model.text(event), tmp_path / "own")
    assert own.status == "done"
    assert abs(own.routing_error_percent) < 1
    assert own.links.at["C-PR", "peak_l_s"] < HARMLESS_L_S
    # As long as it is: cubic metres a second.
    rows = [
        (*r[:3], f"{LENGTH_M:.3f}", "0.0110", *r[5:]) if r[0] == "C-PR" else r for r in model.sections["CONDUITS"]
    ]
    short = replace(model, sections={**model.sections, "CONDUITS": rows})
    # With the engine's usual settings; those of drowned models hold even such a pipe.
    text = short.text(event)
    usual = {"INERTIAL_DAMPING": "PARTIAL", "ROUTING_STEP": "2.00", "HEAD_TOLERANCE": "0.0015", "MAX_TRIALS": "8"}
    for option, value in usual.items():
        text = re.sub(rf"(?m)^{option} +\S+", f"{option}  {value}", text)
    made = run(text, tmp_path / "short")
    assert [m.subject for m in made.messages if m.key == "engine.run.short_links"] == ["C-PR"]
    assert made.status == "failed"
    assert made.links.at["C-PR", "peak_l_s"] > 1000.0


def test_fall_and_conveyance_stay(small_project: Callable[..., SmallProject]) -> None:
    found = pipeline.build(pipeline.check(load_project(small_project(second=stub(None)).folder)))
    model = next(m for m in found.models if m.communities == ("C",) and m.scenario == "after")
    own = conduit_frame(model).loc["C-PR"]
    assert (own["length_m"], own["up_m"], own["down_m"]) == (1.0, 99.0, 98.7)
    # By Manning's formula at the pipe's own slope of 6 and at 0.3.
    pipe = PipeSection.circle(0.3)
    assert pipe.full_flow_m3_s(0.3, own["roughness"]) == pytest.approx(pipe.full_flow_m3_s(6.0, 0.011), rel=0.02)


def test_a_metre_is_long_enough() -> None:
    one = Conduit("P", "pipe", "pipes", "P", "C", "A", "B", 1.0, 0.01, 1.0, 0.9, ("CIRCULAR", 0.3, 0.0), ())
    assert lengthened([one], {}) == ([one], [])


FOREIGN = """[OPTIONS]
FLOW_UNITS {units}
FLOW_ROUTING {routing}
{more}
[CONDUITS]
;;Name From To Length
C1 J1 J2 30 0.013 0 0 0
C2 J2 J3 {length} 0.013 0 0 0
C3 J3 O 0.9 0.013 0 0 0
"""


@pytest.mark.parametrize(
    ("values", "links"),
    [
        ({}, "C2 (0.05 m), C3 (0.90 m)"),
        ({"units": "CFS"}, "C2 (0.02 m), C3 (0.27 m)"),
        ({"length": 30}, "C3 (0.90 m)"),
        ({"routing": "KINWAVE"}, None),
        ({"more": "LENGTHENING_STEP 5"}, None),
    ],
)
def test_short_conduits_of_any_model_are_named(values: dict[str, object], links: str | None) -> None:
    given = {"units": "LPS", "routing": "DYNWAVE", "more": "", "length": LENGTH_M, **values}
    inp = parse_input(FOREIGN.format(**given).encode())
    found = short_conduits(inp, 0.3048 if given["units"] == "CFS" else 1.0)
    assert [dict(m.values)["links"] for m in found] == ([] if links is None else [links])


def test_many_are_counted_and_the_shortest_named() -> None:
    rows = "".join(f"P{n} A B {0.9 - n / 100:.2f} 0.01 0 0 0\n" for n in range(12))
    (found,) = short_conduits(parse_input(f"[CONDUITS]\n{rows}".encode()), 1.0)
    assert dict(found.values)["count"] == "12"
    assert dict(found.values)["links"].startswith("P11 (0.79 m), ")
    assert dict(found.values)["links"].endswith(", …")
