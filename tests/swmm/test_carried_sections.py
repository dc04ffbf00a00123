"""What a model holds beside its layers stands in what is built of it, and flows in the right events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from swmm_api import SwmmInput
from tests.layers.sources.swmm_cases import changed
from tests.swmm.model_project import write_model_project

from spongecalc.layers.finding import Finding
from spongecalc.network.ledger import ledger
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import dry_event, storm_event
from spongecalc.swmm.model import SwmmModel

MORE = """
[CONTROLS]
RULE FULL
IF NODE st1 DEPTH > 2
AND LINK c6 FLOW > 0.05
THEN ORIFICE or1 SETTING = 0.5
ELSE ORIFICE OR1 SETTING = 1
PRIORITY 1
RULE RAINY
IF GAGE R1 6-HR_DEPTH > 2
THEN WEIR WE1 SETTING = 0
[INFLOWS]
J2 FLOW WAVE FLOW 1 2 0.005 DAY
J3 FLOW "" FLOW 1 1 0.002
[PATTERNS]
DAY HOURLY 1 1 1 1 1 1 1 1 1 1 1 1
DAY 1 1 1 1 1 1 1 1 1 1 1 1
[TIMESERIES]
WAVE 01/01/2020 00:00 0
WAVE 01/01/2020 01:00 0.02
WAVE 01/01/2020 03:00 0
"""
MORE_BARRELS_M = 2 * 50.0
"""Of the pipe of 50 m with three barrels, the second and the third."""
WITH_MORE = changed(
    ("[TIMESERIES]", MORE.strip().removesuffix("\n") + "\n[TIMESERIES]"), ("J1 FLOW 0.01", "J1 FLOW 0.01 DAY")
)


def built(folder: Path) -> tuple[list[SwmmModel], Sequence[Finding]]:
    done = pipeline.build(pipeline.check(load_project(folder)))
    return [model for model in done.models if model.scenario == "after"], done.findings


def read_back(model: SwmmModel, storm: bool, path: Path) -> SwmmInput:
    settings = load_project(path.parent).settings.simulation
    event = storm_event(model.storms[0], settings) if storm else dry_event(settings)
    path.write_text(model.text(event), encoding="utf-8")
    result = run_inp(path, path.parent / path.stem)
    assert result.status == "done", result.messages
    return SwmmInput.read_file(str(path))


def points(inp: SwmmInput, series: str) -> list[tuple[float, float]]:
    """Hours and values; the package leaves decimal hours as texts."""
    return [(float(hour), float(value)) for hour, value in inp["TIMESERIES"][series].data]


@pytest.mark.parametrize("system", ["storm", "sewage"])
def test_rules_inflows_and_patterns_stand_in_the_model(system: str, tmp_path: Path) -> None:
    """A rule's flow of 0.05 m3/s is 50 l/s, inflows are in l/s, and dry weather has their steady part alone."""
    folder = write_model_project(tmp_path, WITH_MORE, system=system)
    (model,), findings = built(folder)
    inp = read_back(model, True, folder / "storm.inp")
    rule = inp["CONTROLS"]["FULL"].to_inp_line()
    assert "NODE ST1 DEPTH > 2" in " ".join(rule.split())
    assert "LINK C6 FLOW > 50" in " ".join(rule.split())
    assert "RAINY" not in inp["CONTROLS"]
    wave = inp["INFLOWS"]["J2", "FLOW"]
    assert (wave.time_series, wave.scale_factor, wave.base_value, wave.pattern) == ("WAVE", 2000, 5, "DAY")
    assert inp["INFLOWS"]["J3", "FLOW"].base_value == 2
    assert points(inp, "WAVE") == [(0.0, 0.0), (1.0, 0.02), (3.0, 0.0)]
    if system == "sewage":
        assert (inp["DWF"]["J1", "FLOW"].base_value, inp["DWF"]["J1", "FLOW"].pattern1) == (10, "DAY")
    else:
        assert (inp["INFLOWS"]["J1", "FLOW"].base_value, inp["INFLOWS"]["J1", "FLOW"].pattern) == (10, "DAY")
    dry = read_back(model, False, folder / "dry.inp")
    assert dry["INFLOWS"]["J2", "FLOW"].time_series in ("", '""', None)
    assert "WAVE" not in dry.get("TIMESERIES", {})
    left = [f for f in findings if f.rule == "model.left_out"]
    assert [(f.found["section"], f.found["names"]) for f in left] == [("CONTROLS", "RULE RAINY")]
    said = {f.found["section"]: f.found["names"] for f in findings if f.rule == "model.carried"}
    assert said == {
        "CONTROLS": "RULE FULL",
        "INFLOWS": "J2 FLOW, J3 FLOW",
        "PATTERNS": "DAY",
        "TIMESERIES": "WAVE",
    }


def test_names_with_a_prefix_are_met(tmp_path: Path) -> None:
    folder = write_model_project(tmp_path, WITH_MORE, prefix="N1-")
    (model,), _ = built(folder)
    inp = read_back(model, True, folder / "storm.inp")
    assert "ORIFICE N1-OR1 SETTING = 0.5" in " ".join(inp["CONTROLS"]["FULL"].to_inp_line().split())
    assert ("N1-J2", "FLOW") in inp["INFLOWS"]


def test_what_names_another_community_is_told(tmp_path: Path) -> None:
    """Two communities that no pipe joins: each has what is its own, and a rule across both is in neither."""
    apart = WITH_MORE.replace("C3 J3 J4 50 0.013 0 0\n", "C3 J3 O3 50 0.013 0 0\n").replace(
        "O1 1897.0 FREE YES", "O1 1897.0 FREE YES\nO3 1898.0 FREE"
    )
    apart = apart.replace("O1 300 0", "O1 300 0\nO3 120 -40").replace("LINK c6 FLOW", "LINK c2 FLOW")
    folder = write_model_project(tmp_path, apart, split_at_m=130)
    models, findings = built(folder)
    assert [model.name for model in models] == ["A", "B"]
    by_name = {m.name: read_back(m, True, folder / f"{m.name}.inp") for m in models}
    assert ("J2", "FLOW") in by_name["A"]["INFLOWS"]
    assert ("J2", "FLOW") not in by_name["B"].get("INFLOWS", {})
    assert not by_name["A"].get("CONTROLS") and not by_name["B"].get("CONTROLS")
    elsewhere = {
        (f.found["model"], f.found["section"], f.found["names"]) for f in findings if f.rule == "model.elsewhere"
    }
    assert elsewhere == {
        ("A", "CONTROLS", "RULE FULL"),
        ("B", "CONTROLS", "RULE FULL"),
        ("B", "INFLOWS", "J2 FLOW, J3 FLOW"),
    }


@pytest.mark.parametrize(
    "us, place, expected",
    [(False, "0.02", 20.0), (True, "0.02", 0.02 * 28.316846592)],
)
def test_units_of_inflows(us: bool, place: str, expected: float, tmp_path: Path) -> None:
    """The peak of the inflow is twice the series' 0.02 of the model's own unit, in l/s."""
    text = WITH_MORE.replace("CMS", "CFS") if us else WITH_MORE
    folder = write_model_project(tmp_path, text)
    (model,), _ = built(folder)
    inp = read_back(model, True, folder / "storm.inp")
    assert inp["INFLOWS"]["J2", "FLOW"].scale_factor * float(place) == pytest.approx(2 * expected, rel=1e-6)


def test_a_tide_stands_outside(tmp_path: Path) -> None:
    """The level of a tide by the hour of the day, from the hour at which the model's own run begins."""
    text = changed(
        ("O1 1897.0 FREE YES", "O1 1897.0 TIDAL TD YES"),
        ("[DWF]", "TD TIDAL 0 1897.2\nTD 6 1898\nTD 24 1897.2\n[DWF]"),
    )
    folder = write_model_project(tmp_path, text)
    (model,), findings = built(folder)
    inp = read_back(model, True, folder / "storm.inp")
    outfall = inp["OUTFALLS"]["O1"]
    assert (outfall.kind, outfall.has_flap_gate) == ("TIMESERIES", True)
    series = dict(points(inp, outfall.data))
    assert (series[0.0], series[6.0]) == (1897.2, 1898.0)
    assert "outfall.series_used" in {f.rule for f in findings}
    assert "outfall.series_and_level" not in {f.rule for f in findings}


@pytest.mark.parametrize("length, total_m", [("", 330.0), ("recorded", 330.0), ("drawn", 300.0)])
def test_the_recorded_length_counts_in_a_model(length: str, total_m: float, tmp_path: Path) -> None:
    folder = write_model_project(tmp_path, changed(("C1 J1 J2 50", "C1 J1 J2 80")), length=length)
    checked = pipeline.check(load_project(folder))
    rows = ledger(checked.layers)
    pipes = rows[rows["item"] == "pipe"]
    # The bill counts each barrel; the model has one conduit.
    assert pipes["length_m"].sum() == pytest.approx(total_m + MORE_BARRELS_M)
    rule = "pipe.length_differs" if length == "drawn" else "pipe.length_recorded"
    assert [f.feature.feature_id for f in checked.findings if f.rule.startswith("pipe.length_")] == ["C1"]
    assert rule in {f.rule for f in checked.findings}
    (model,), _ = built(folder)
    inp = read_back(model, True, folder / "storm.inp")
    assert sum(c.length for c in inp["CONDUITS"].values()) == pytest.approx(total_m)


@pytest.mark.parametrize(
    "flow, more, kept, dropped, base",
    [
        # That of the hours goes first, whatever the order.
        ("YEAR DAY", "", "DAY", "YEAR", "10"),
        ("DAY", "", "DAY", "", "10"),
        # A pattern that no file has.
        ("DAY NONE", "", "DAY", "NONE", "10"),
        # Water of a file enters the same node, by a pattern of its own, steadily, or by its series alone.
        ("DAY", 'J1 FLOW "" FLOW 1 1 0.002 YEAR', "YEAR", "DAY", "12"),
        ("DAY", 'J1 FLOW "" FLOW 1 1 0.002', "-", "DAY", "12"),
        ("", 'J1 FLOW "" FLOW 1 1 0.002 YEAR', "YEAR", "-", "12"),
        ("DAY", "J1 FLOW WAVE FLOW 1 1 0 YEAR", "DAY", "", "10"),
    ],
)
def test_patterns_that_a_node_of_rain_cannot_have_are_told(
    flow: str, more: str, kept: str, dropped: str, base: str, tmp_path: Path
) -> None:
    text = WITH_MORE.replace("J1 FLOW 0.01 DAY", f"J1 FLOW 0.01 {flow}")
    text = text.replace("[INFLOWS]\n", f"[INFLOWS]\n{more}\n").replace(
        "[PATTERNS]\n", "[PATTERNS]\nYEAR MONTHLY 1 1 1 1 1 1 1 1 1 1 1 1\n"
    )
    folder = write_model_project(tmp_path, text)
    (model,), findings = built(folder)
    inflow = read_back(model, True, folder / "storm.inp")["INFLOWS"]["J1", "FLOW"]
    assert (f"{inflow.base_value:g}", str(inflow.pattern)) == (base, kept if kept != "-" else "nan")
    told = {
        (f.feature.feature_id, f.found["kept"], f.found["dropped"])
        for f in findings
        if f.rule == "model.patterns_dropped"
    }
    assert told == ({("J1", kept, dropped)} if dropped else set())


def test_sewage_has_all_its_patterns_and_clean_water_there_none_of_them(tmp_path: Path) -> None:
    """Ground water and the carrier of tracers enter at the same node: they are steady."""
    text = WITH_MORE.replace("J1 FLOW 0.01 DAY", "J1 FLOW 0.01 YEAR DAY").replace(
        "[PATTERNS]\n", "[PATTERNS]\nYEAR MONTHLY 1 1 1 1 1 1 1 1 1 1 1 1\n"
    )
    folder = write_model_project(tmp_path, text, system="sewage")
    (model,), findings = built(folder)
    assert not [f for f in findings if f.rule == "model.patterns_dropped"]
    inp = read_back(model, False, folder / "dry.inp")
    flow = inp["DWF"]["J1", "FLOW"]
    assert (flow.pattern1, flow.pattern2) == ("YEAR", "DAY")
    carrier = inp["INFLOWS"]["J1", "FLOW"]
    assert carrier.base_value > 0
    assert str(carrier.pattern) == "nan"
