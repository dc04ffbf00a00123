"""What flows in at outfalls, by hand: a basin behind a pipe to the sea follows the tide."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spongecalc.cli.app import app
from spongecalc.swmm.backflow import outfalls_with_level
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.finished_run import finished_run
from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.report_file import quality_balances
from spongecalc.swmm.run_result import RunResult, SeriesRequest

AREA_M2 = 1000.0
# Hours and levels: the basin begins at 1.0 m, rises by 1.0 m from 1 h to 4 h, falls by 0.8 m from 5 h to 11 h.
TIDE = ((0, 1.0), (1, 1.0), (4, 2.0), (5, 2.0), (11, 1.2), (12, 1.2))
BASIN = """[TITLE]
A basin behind a pipe to the sea

[OPTIONS]
FLOW_UNITS  LPS
FLOW_ROUTING  DYNWAVE
LINK_OFFSETS  ELEVATION
START_DATE  06/01/2025
START_TIME  00:00:00
END_DATE  06/01/2025
END_TIME  12:00:00
REPORT_STEP  00:01:00
WET_STEP  00:01:00
DRY_STEP  00:01:00
ROUTING_STEP  1
VARIABLE_STEP  0.75
INERTIAL_DAMPING  FULL

[STORAGE]
BASIN  0  5  1.0  FUNCTIONAL  0 0 1000 0 0

[OUTFALLS]
SEA  0  TIMESERIES  TIDE  NO

[CONDUITS]
PIPE  BASIN  SEA  10  0.06  0  0  0

[XSECTIONS]
PIPE  RECT_CLOSED  0.9  0.5  0  0  1

[POLLUTANTS]
SEWAGE MG/L 0 0 0 0 NO * 0 {dwf} {initial}

[TIMESERIES]
{tide}

[REPORT]
NODES ALL
LINKS ALL
"""
INFLOW = "\n[DWF]\nBASIN FLOW 20\n"


def model(dwf_mg_l: float = 0.0, initial_mg_l: float = 100.0) -> str:
    tide = "\n".join(f"TIDE {hour}:00 {level}" for hour, level in TIDE)
    text = BASIN.format(dwf=dwf_mg_l, initial=initial_mg_l, tide=tide)
    return text + INFLOW if dwf_mg_l else text


def run(text: str, folder: Path, mark_s: float | None = None) -> RunResult:
    (folder / "tide.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "tide.inp", folder / "run", mark_s=mark_s, series=SeriesRequest(outfall_inflow=True))


def test_a_tide_by_hand(tmp_path: Path) -> None:
    """In 1000 m2 times 1.0 m, out 1000 m2 times 0.8 m; all of it at 100 mg/l."""
    result = run(model(), tmp_path)
    sea = result.outfalls.loc["SEA"]
    assert sea["volume_in_m3"] == pytest.approx(1000.0, rel=0.01)
    assert sea["volume_out_m3"] == pytest.approx(800.0, rel=0.01)
    assert sea["volume_m3"] == pytest.approx(-200.0, rel=0.01)
    assert sea["load_SEWAGE_in_kg"] == pytest.approx(100.0, rel=0.01)
    assert sea["load_SEWAGE_kg"] == pytest.approx(-20.0, rel=0.01)
    assert sea["peak_l_s"] == pytest.approx(1e3 * AREA_M2 * 0.8 / (6 * 3600), rel=0.02)
    # The engine balances both ways rightly itself.
    assert sea["volume_in_m3"] == pytest.approx(result.totals_m3["external_inflow"], rel=1e-4)
    assert sea["volume_out_m3"] == pytest.approx(result.totals_m3["outflow"], rel=1e-4)
    # It says -99 % of a tracer of which nothing is missing: what comes back is not among what came in.
    assert quality_balances((tmp_path / "run" / "model.rpt").read_text())[0][1] < -90
    assert abs(result.quality_error_percent) < 0.5
    assert result.messages == ()
    inflow = result.series["inflow_l_s:SEA"]
    assert inflow[150.0] == pytest.approx(-1e3 * AREA_M2 / (3 * 3600), rel=0.01)
    assert inflow[480.0] == pytest.approx(1e3 * AREA_M2 * 0.8 / (6 * 3600), rel=0.01)
    volume_m3 = float(inflow.sum()) * 60 / 1000
    assert volume_m3 == pytest.approx(-200.0, rel=0.02)


def test_a_series_that_nobody_asked_for_has_its_signs_too(tmp_path: Path) -> None:
    """What is read of a finished run's files later: SWMM's file says 92.6 l/s at 150 min too, without a sign."""
    (tmp_path / "tide.inp").write_text(model(), encoding="utf-8")
    result = run_inp(tmp_path / "tide.inp", tmp_path / "run", keep_out=True)
    run_ = finished_run(result, tmp_path / "tide.inp", tmp_path / "run")
    inflow = run_.series("node", "SEA", "inflow_l_s")
    assert inflow[150.0] == pytest.approx(-1e3 * AREA_M2 / (3 * 3600), rel=0.01)
    assert inflow[480.0] == pytest.approx(1e3 * AREA_M2 * 0.8 / (6 * 3600), rel=0.01)
    # In 1000 m3, out 800 m3.
    assert float(inflow.clip(upper=0).sum()) * 60 / 1000 == pytest.approx(-1000.0, rel=0.02)
    assert float(inflow.clip(lower=0).sum()) * 60 / 1000 == pytest.approx(800.0, rel=0.02)
    # What no water came in at is as it was: of a basin in the model nothing is turned round.
    assert float(run_.series("node", "BASIN", "inflow_l_s").min()) >= 0.0


def test_what_comes_after_the_mark_has_its_signs_too(tmp_path: Path) -> None:
    result = run(model(), tmp_path, mark_s=4.5 * 3600)
    sea = result.outfalls.loc["SEA"]
    assert sea["volume_out_m3_after_mark"] == pytest.approx(800.0, rel=0.01)
    assert sea["volume_m3_after_mark"] == pytest.approx(800.0, rel=0.01)
    assert sea["load_SEWAGE_kg_after_mark"] == pytest.approx(80.0, rel=0.01)
    assert sea["load_SEWAGE_in_kg_after_mark"] < 1.0


def test_sewage_of_a_basin_under_a_tide(tmp_path: Path) -> None:
    """20 l/s of sewage into clean water: basin and pipe each mixed wholly, by small steps outside the engine.

    What flows back in has the concentration that left last, which is what SWMM takes.
    """
    result = run(model(dwf_mg_l=100.0, initial_mg_l=0.0), tmp_path)
    step_s, pipe_m3, volume_m3 = 5.0, 10 * 0.9 * 0.5, AREA_M2 * TIDE[0][1]
    basin_g = pipe_g = last_mg_l = out_g = in_g = out_m3 = in_m3 = 0.0
    for (begin, low), (end, high) in pairwise(TIDE):
        flow = 0.02 - AREA_M2 * (high - low) / ((end - begin) * 3600)
        for _ in range(int((end - begin) * 3600 / step_s)):
            moved = abs(flow) * step_s
            if flow > 0:
                last_mg_l = pipe_g / pipe_m3
                into_pipe = moved * basin_g / volume_m3 - moved * last_mg_l
                from_basin = moved * basin_g / volume_m3
                out_g, out_m3 = out_g + moved * last_mg_l, out_m3 + moved
            else:
                into_pipe = moved * last_mg_l - moved * pipe_g / pipe_m3
                from_basin = -moved * pipe_g / pipe_m3
                in_g, in_m3 = in_g + moved * last_mg_l, in_m3 + moved
            pipe_g += into_pipe
            basin_g += 0.02 * step_s * 100.0 - from_basin
            volume_m3 += (0.02 - flow) * step_s
    sea = result.outfalls.loc["SEA"]
    assert sea["volume_out_m3"] == pytest.approx(out_m3, rel=0.01)
    assert sea["volume_in_m3"] == pytest.approx(in_m3, rel=0.01)
    assert sea["load_SEWAGE_kg"] + sea["load_SEWAGE_in_kg"] == pytest.approx(out_g / 1000, rel=0.01)
    assert sea["load_SEWAGE_in_kg"] == pytest.approx(in_g / 1000, rel=0.01)
    assert sea["load_SEWAGE_kg"] == pytest.approx((out_g - in_g) / 1000, rel=0.01)
    assert abs(result.quality_error_percent) < 0.5


THROUGH = (
    BASIN.partition("[STORAGE]")[0]
    + """[JUNCTIONS]
SHAFT  0  3  1.5  0  0

[OUTFALLS]
RIVER  0  FIXED  1.6  NO
SEWER  0  FIXED  1.4  NO

[CONDUITS]
IN   RIVER  SHAFT  10  0.06  0  0  0
OUT  SHAFT  SEWER  10  0.06  0  0  0

[XSECTIONS]
IN   RECT_CLOSED  0.9  0.5  0  0  1
OUT  RECT_CLOSED  0.9  0.5  0  0  1

[POLLUTANTS]
SEWAGE MG/L 0 0 0 0 NO * 0 100 0

[DWF]
SHAFT FLOW 20
"""
)


def test_what_comes_in_at_a_fixed_stage_that_nothing_left_by_is_clean(tmp_path: Path) -> None:
    """A river stands 0.2 m above a sewer: it runs through, clean, and takes 20 l/s of sewage (2 g/s) along."""
    result = run(THROUGH, tmp_path)
    river, sewer = result.outfalls.loc["RIVER"], result.outfalls.loc["SEWER"]
    seconds = 12 * 3600
    assert river["volume_out_m3"] == pytest.approx(0.0, abs=1.0)
    assert river["volume_in_m3"] > 1000
    assert sewer["volume_in_m3"] == 0.0
    assert sewer["volume_m3"] == pytest.approx(river["volume_in_m3"] + 0.02 * seconds, rel=0.002)
    assert river["load_SEWAGE_in_kg"] == pytest.approx(0.0, abs=1e-6)
    assert sewer["load_SEWAGE_kg"] == pytest.approx(0.002 * seconds, rel=0.01)
    assert abs(result.quality_error_percent) < 0.5
    assert abs(result.routing_error_percent) < 0.5


@pytest.mark.parametrize(
    ("lang", "headings"), [("en", ("Out", "In", "Net out")), ("zh", ("流出", "倒灌", "净流出"))]
)
def test_run_prints_the_three(tmp_path: Path, lang: str, headings: tuple[str, ...]) -> None:
    """`run` on a model that is not ours says what left, what came in, and the difference."""
    (tmp_path / "tide.inp").write_text(model(), encoding="utf-8")
    answer = CliRunner().invoke(app, ["run", str(tmp_path / "tide.inp"), "--lang", lang], env={"COLUMNS": "400"})
    assert answer.exit_code == 0, answer.output
    for heading in headings:
        assert f"{heading} (m³)" in answer.output
        assert f"SEWAGE {heading.lower()} (kg)" in answer.output
    row = next(line for line in answer.output.splitlines() if line.strip(" │|").startswith("SEA"))
    figures = [float(word) for word in row.replace("│", " ").replace("|", " ").replace(",", "").split()[1:]]
    assert figures[:3] == pytest.approx([800.0, 1000.0, -200.0], rel=0.01)
    assert figures[4:] == pytest.approx([80.0, 100.0, -20.0], rel=0.01)


def test_outfalls_that_water_may_come_in_at() -> None:
    text = """[OUTFALLS]
;;Name Invert Type Stage Gated
A 1.0 FREE NO
B 1.0 FIXED 2.0 NO
"C" 1.0 tidal TIDE
D 1.0 TIMESERIES TIDE YES
E 1.0 NORMAL
F 1.0 FIXED 2.0 NO ;a comment
[CONDUITS]
G 1.0 FIXED 2.0 NO
"""
    assert outfalls_with_level(parse_input(text.encode())) == ("B", "C", "F")
