"""Rain of a gage's series by hand, and what the engine lets fall of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.gage_rain import gage_of, gage_rain
from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.water_balance import describe

START = datetime(2026, 6, 1)


def told(gage: str, series: str, hours: float = 6.0) -> dict[str, tuple[float, int]]:
    text = f"[RAINGAGES]\n{gage}\n[TIMESERIES]\n{series}\n"
    found = gage_rain(parse_input(text.encode()), START, hours)
    return {name: (pytest.approx(g.held), g.gaps) for name, g in found.items()}


@pytest.mark.parametrize(
    ("gage", "series", "held", "gaps"),
    [
        # 20 mm/h for half an hour, 150 and 30 for a quarter each: 10 + 37.5 + 7.5 mm.
        ("G INTENSITY 0:05 1 TIMESERIES S", "S 0:00 20\nS 0:30 150\nS 0:45 30\nS 1:00 0", 55.0, 3),
        ("G INTENSITY 0:30 1 TIMESERIES S", "S 0:00 20 0:30 150 ; a storm\nS 1:00 0", 85.0, 0),
        # Decimal hours, and a day that holds for the lines below it.
        ("G INTENSITY 0.5 1 TIMESERIES S", "S 06/01/2026 1.0 12\nS 1.5 0", 6.0, 0),
        # What falls before the start or after the end is none of the run's.
        ("G INTENSITY 1:00 1 TIMESERIES S", "S 05/31/2026 23:30 10\nS 06/01/2026 0:30 0", 5.0, 0),
        ("G INTENSITY 1:00 1 TIMESERIES S", "S 5:30 10\nS 6:30 0", 5.0, 0),
        ("G VOLUME 0:05 1 TIMESERIES S", "S 0:00 1.5\nS 0:10 2.5", 4.0, 0),
    ],
)
def test_rain_by_hand(gage: str, series: str, held: float, gaps: int) -> None:
    assert told(gage, series) == {"G": (held, gaps)}


@pytest.mark.parametrize(
    ("gage", "series"),
    [
        ('G INTENSITY 0:05 1 FILE "rain.dat" R MM', "S 0:00 1"),
        ("G INTENSITY 0:05 1 TIMESERIES S", 'S FILE "rain.dat"'),
        ("G INTENSITY 0:05 1 TIMESERIES S", "S 0:00 much"),
        ("G INTENSITY 0:05 1 TIMESERIES S", "S 0:00"),
        ("G INTENSITY 0:05 1 TIMESERIES S", "S 2026-06-01 0:00 1"),
        ("G CUMULATIVE 0:05 1 TIMESERIES S", "S 0:00 1"),
        ("G INTENSITY 0:05 1 TIMESERIES T", "S 0:00 1"),
        ("G INTENSITY", "S 0:00 1"),
    ],
)
def test_what_cannot_be_told_is_not(gage: str, series: str) -> None:
    assert told(gage, series) == {}


def test_gages_of_subcatchments() -> None:
    inp = parse_input(b'[SUBCATCHMENTS]\n;;Name Gage\nA "G 1"\nB G2 J1 ; roof\n')
    assert gage_of(inp)["B"] == "G2"


def run(text: str, folder: Path) -> RunResult:
    folder.mkdir(exist_ok=True)
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "model.inp", folder / "run")


STORM = "STORM 0:00 20\nSTORM 0:30 150\nSTORM 0:45 30\nSTORM 1:00 0\n"


def test_rain_lost_between_long_steps_is_told_in_millimetres(courtyard: str, tmp_path: Path) -> None:
    """Of 55 mm the gage of 5 min lets 20, 150 and 30 mm/h fall for 5 min each: 16.7 mm."""
    assert STORM in courtyard
    result = run(courtyard, tmp_path)
    (lost,) = [w for w in result.warnings if w.subject == "RG"]
    assert lost.key == "engine.warning.09_lost"
    assert dict(lost.values) == {"given_mm": "55.0", "fallen_mm": "16.7", "lost_mm": "38.3", "percent": "70"}
    assert result.subcatchments["rainfall_mm"].max() == pytest.approx(200 * 5 / 60, abs=0.05)
    rows = describe(result, "en")[-1].rows
    assert "38.3 mm of rain (70 %) are lost" in str([r[3] for r in rows])
    # With the interval of the series' shortest step the engine says nothing more, and half an hour still loses.
    quiet = run(courtyard.replace("RG INTENSITY 0:05", "RG INTENSITY 0:15"), tmp_path)
    assert [w for w in quiet.warnings if w.subject == "RG"] == []
    (between,) = [m for m in quiet.messages if m.key == "engine.run.rain_between"]
    assert dict(between.values) == {
        "gage": "RG",
        "gaps": "1",
        "interval_min": "15",
        "fallen_mm": "50.0",
        "held_mm": "55.0",
    }


def test_a_whole_series_loses_nothing(courtyard: str, tmp_path: Path) -> None:
    steps = [(0, 20), (15, 20), (30, 150), (45, 30), (60, 0)]
    whole = "".join(f"STORM {m // 60}:{m % 60:02d} {v}\n" for m, v in steps)
    text = courtyard.replace(STORM, whole).replace("RG INTENSITY 0:05", "RG INTENSITY 0:15")
    result = run(text, tmp_path)
    assert result.subcatchments["rainfall_mm"].max() == pytest.approx(55.0, abs=0.05)
    assert [m for m in (*result.warnings, *result.messages) if "RG" in m.subject] == []
