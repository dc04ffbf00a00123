"""The reference scheme: what it changes of a model, and that a steady flow under pressure is settled."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.reference_scheme import is_accepted, is_under_pressure, reference_text
from spongecalc.swmm.run_result import RunResult

# A combined sewer of two pipes with less fall than its flow wants, from water at rest to 60 l/s within an hour.
LENGTH_M, DIAMETER_M, N, FLOW_L_S, OUTLET_M = 50.0, 0.3, 0.013, 60.0, 98.0
SEWER = f"""[TITLE]
a steady flow under pressure
[OPTIONS]
FLOW_UNITS LPS
FLOW_ROUTING DYNWAVE
LINK_OFFSETS ELEVATION
START_DATE 06/01/2025
START_TIME 00:00:00
END_DATE 06/01/2025
END_TIME 02:00:00
REPORT_STEP 00:01:00
ROUTING_STEP 2.00
INERTIAL_DAMPING PARTIAL
SURCHARGE_METHOD EXTRAN
VARIABLE_STEP 0.75
[JUNCTIONS]
J1 98.100 3.000 0.200 0 0
J2 98.050 3.000 0.250 0 0
[OUTFALLS]
O {OUTLET_M:.3f} FIXED {OUTLET_M + DIAMETER_M:.3f} NO
[CONDUITS]
C1 J1 J2 {LENGTH_M:.1f} {N} * * 0
C2 J2 O {LENGTH_M:.1f} {N} * * 0
[XSECTIONS]
C1 CIRCULAR {DIAMETER_M} 0 0 0
C2 CIRCULAR {DIAMETER_M} 0 0 0
[INFLOWS]
J1 FLOW RISE FLOW 1 1
[TIMESERIES]
RISE 0:00 0
RISE 1:00 {FLOW_L_S}
RISE 3:00 {FLOW_L_S}
[REPORT]
NODES NONE
"""


def friction_slope() -> float:
    """Manning's slope of the energy line of a full pipe, by hand: (Q n / (A R^(2/3)))^2."""
    area_m2, radius_m = math.pi * DIAMETER_M**2 / 4, DIAMETER_M / 4
    return (FLOW_L_S / 1000 * N / (area_m2 * radius_m ** (2 / 3))) ** 2


def run(text: str, folder: Path) -> RunResult:
    folder.mkdir()
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "model.inp", folder / "results")


def test_only_the_scheme_changes() -> None:
    changed = reference_text(SEWER)
    differs = [two for two in zip(SEWER.splitlines(), changed.splitlines(), strict=True) if two[0] != two[1]]
    assert differs == [
        ("ROUTING_STEP 2.00", "ROUTING_STEP 0.10"),
        ("SURCHARGE_METHOD EXTRAN", "SURCHARGE_METHOD SLOT"),
    ]
    assert reference_text(changed) == changed


def test_options_that_a_model_leaves_out_are_put_in() -> None:
    bare = re.sub(r"(ROUTING_STEP|SURCHARGE_METHOD) .*\n", "", SEWER)
    section = reference_text(bare).split("[OPTIONS]\n")[1].split("[")[0]
    assert {"ROUTING_STEP 0.10", "SURCHARGE_METHOD SLOT"} <= set(section.splitlines())
    with pytest.raises(ValueError, match="OPTIONS"):
        reference_text("[TITLE]\nnothing")


def test_a_word_of_another_section_is_no_option() -> None:
    named = SEWER.replace("[REPORT]", "[TAGS]\nROUTING_STEP J1 old\n[REPORT]")
    assert "ROUTING_STEP J1 old" in reference_text(named)


def test_a_steady_flow_under_pressure_is_settled_where_manning_says(tmp_path: Path) -> None:
    """Both schemes end at the head of the full pipe's friction, 100 m of it above the water at the outfall."""
    own, reference = run(SEWER, tmp_path / "run"), run(reference_text(SEWER), tmp_path / "reference")
    assert is_under_pressure(own)
    assert is_accepted(reference)
    head_m = OUTLET_M + DIAMETER_M + 2 * LENGTH_M * friction_slope()
    for result in (own, reference):
        assert result.links["peak_l_s"].tolist() == pytest.approx([FLOW_L_S] * 2, rel=0.01)
        assert 98.1 + result.nodes.loc["J1", "max_depth_m"] == pytest.approx(head_m, abs=0.02)
        assert result.nodes["flood_volume_m3"].sum() == 0


def test_a_run_without_pressure_needs_no_reference(tmp_path: Path) -> None:
    dry = SEWER.replace("3.000 0.200", "3.000 0").replace("3.000 0.250", "3.000 0")
    free = dry.replace("FIXED 98.300 NO", "FREE NO").replace(f":00 {FLOW_L_S}", ":00 10")
    own = run(free, tmp_path / "run")
    assert not is_under_pressure(own)
    reference = run(reference_text(free), tmp_path / "reference")
    assert own.links["peak_l_s"].tolist() == pytest.approx(reference.links["peak_l_s"].tolist(), rel=0.01)
    assert own.nodes["max_depth_m"].tolist() == pytest.approx(reference.nodes["max_depth_m"].tolist(), abs=0.005)


def test_a_reference_that_makes_water_or_failed_is_refused() -> None:
    good = RunResult("done", runoff_error_percent=0.1, routing_error_percent=-0.99)
    assert is_accepted(good)
    assert not is_accepted(RunResult("done", runoff_error_percent=0.1, routing_error_percent=-1.0))
    assert not is_accepted(RunResult("failed", routing_error_percent=0.1))
