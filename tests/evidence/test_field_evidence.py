"""Sensors' files through all steps: means, balance, the model beside them, the place they point to."""

from __future__ import annotations

import json
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import Point
from tests.conftest import take_through
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, SmallProject
from typer.testing import CliRunner

from spongecalc.assess.measured_and_modelled import comparison_table
from spongecalc.assess.modelled import join_results
from spongecalc.cli.app import app
from spongecalc.evidence.measured_quantity import quantity_of
from spongecalc.network.graph import drainage_graph
from spongecalc.project.evidence_settings import EvidenceSettings
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

# The kitchen of 40 households: 120 residents x 120 l x 0.85 x 0.3 / (0.3 + 0.5) = 4.59 m3 a day.
KITCHEN_M3_D = 120 * 0.12 * 0.85 * 0.3 / 0.8
GROUND_M3_D = 0.6
HEADINGS = "sensor_id,node_or_pipe,quantity,file"


def misconnect(frames: Frames) -> None:
    """The new kitchen lateral of community A enters the rain manhole."""
    laterals = frames["connections"]
    laterals.loc[laterals["connection_id"] == "A-K1", "to_node"] = "A-R1"


def add_sensors(project: SmallProject, rows: list[tuple[str, str, str, str]], evidence: str = "") -> None:
    """A layer of sensors, with the contract's names, and its section of the project's file."""
    frame = gpd.GeoDataFrame(
        rows, columns=HEADINGS.split(","), geometry=[Point(ORIGIN_X + 10, ORIGIN_Y + 8)] * len(rows), crs=CRS
    )
    pyogrio.write_dataframe(frame, project.folder / "sensors.gpkg", layer="monitoring", driver="GPKG")
    path = project.folder / "spongecalc.toml"
    section = '\n[layers.monitoring]\nsource = "sensors.gpkg"\nlayer = "monitoring"\n' + evidence
    path.write_text(path.read_text(encoding="utf-8") + section, encoding="utf-8")


def week(value: float, wet: float | None = None) -> pd.DataFrame:
    """Hourly readings of a week; on its third day ``wet``, if given."""
    times = pd.date_range("2025-03-03", periods=7 * 24, freq="h")
    values = np.full(len(times), value)
    if wet is not None:
        values[48:72] = wet
    return pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), "value": values})


@pytest.fixture
def measured(small_project: Callable[..., SmallProject]) -> SmallProject:
    """A project with a misconnected kitchen and three sensors at the rain pipe of A, wrong on the wet day."""
    project = small_project(first=misconnect)
    flow = KITCHEN_M3_D + GROUND_M3_D
    share = KITCHEN_M3_D / flow
    week(flow / 86.4, 9.0).to_csv(project.folder / "flow.csv", index=False)
    week(40 * share + 0.5 * (1 - share)).to_csv(project.folder / "nh3.csv", index=False)
    week(1000 * share + 400 * (1 - share)).to_csv(project.folder / "ec.csv", index=False)
    rain = pd.DataFrame({"time": pd.date_range("2025-03-01", periods=24 * 9, freq="h"), "rain_mm": 0.0})
    rain.loc[24 * 4, "rain_mm"] = 20.0
    rain.to_csv(project.folder / "rain.csv", index=False)
    rows = [
        ("Q1", "A-PR", "flow_l_s", "flow.csv"),
        ("N1", "A-R1", "氨氮 mg/L", "nh3.csv"),
        ("E1", "A-R1", "conductivity", "ec.csv"),
    ]
    add_sensors(project, rows, '\n[evidence]\nrain = "rain.csv"\n')
    return project


def test_the_balance_the_comparison_and_the_place(measured: SmallProject) -> None:
    run = take_through(measured.folder)
    tables = run.review.tables
    balance = tables["evidence_balance"].set_index("node_id").loc["A-R1"]
    # The wet day and the 24 hours after it are left out, so that the flow is that of dry weather.
    assert balance["flow_m3_d"] == pytest.approx(KITCHEN_M3_D + GROUND_M3_D)
    assert balance["sewage_m3_d"] == pytest.approx(KITCHEN_M3_D)
    assert balance["clean_m3_d"] == pytest.approx(GROUND_M3_D)
    assert balance["tracers"] == "nh3_mg_l;conductivity_us_cm"
    assert balance["answer"] == "gains_sewage"
    sensors = tables["evidence_sensors"].set_index("sensor_id")
    assert sensors.loc["Q1", "readings"] == 168
    # 20 mm fell in the hour from midnight of 5 March: its own readings and those of the 24 hours after.
    assert sensors.loc["Q1", "dry_readings"] == 168 - 25
    comparison = tables["evidence_comparison"].set_index("sensor_id")
    assert comparison.loc["Q1", "modelled"] * 86.4 == pytest.approx(KITCHEN_M3_D, rel=0.01)
    assert comparison.loc["N1", "modelled"] == pytest.approx(40, rel=0.01)
    assert set(comparison["agrees"]) == {"yes"}
    # A flow of twice as much is beyond two errors of 10 % each.
    doubled = tables["evidence_sensors"].assign(measured=lambda t: 2 * t["measured"])
    joined = join_results(run.built.checked.systems, run.built.models, run.results)
    modelled = [m for m in joined if m.system.scenario == "after"]
    graphs = {(m.model.name, m.model.scenario): drainage_graph(m.system) for m in modelled}
    apart = comparison_table(doubled, modelled, graphs, EvidenceSettings()).set_index("sensor_id")
    assert apart.loc["Q1", "agrees"] == "no"
    first = tables["evidence_location"].iloc[0]
    assert first["network"] == "A-R2"
    assert first["reach"] == "A-R1"
    assert first["probability_percent"] > 95
    assert first["sewage_m3_d"] == pytest.approx(KITCHEN_M3_D, rel=0.2)
    # The sensors' files count as inputs, so that a new reading is not taken for nothing new.
    assert run.built.checked.measurements.files == ("ec.csv", "flow.csv", "nh3.csv")


def test_the_command_writes_and_says_where(measured: SmallProject) -> None:
    found = CliRunner().invoke(app, ["evidence", str(measured.folder), "--lang", "en", "--json"])
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["evidence_location"][0]["reach"] == "A-R1"
    # Not run: nothing modelled, and the search needs none.
    assert document["evidence_comparison"][0]["modelled"] is None
    said = CliRunner().invoke(app, ["evidence", str(measured.folder), "--lang", "en"])
    assert "above A-R1" in said.output
    assert "have not been run" in said.output
    assert (measured.folder / "results" / "evidence_location.csv").is_file()


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(small_project: Callable[..., SmallProject]) -> None:
    project = small_project()
    good = week(0.1)
    good.to_csv(project.folder / "good.csv", index=False)
    bad = good.astype(object)
    bad.loc[3, "value"] = "断电"
    bad.loc[4, "time"] = "yesterday"
    bad.loc[5, "value"] = "<0.2"
    bad.to_csv(project.folder / "bad.csv", index=False)
    pd.DataFrame({"time": good["time"], "a": 1, "b": 2}).to_csv(project.folder / "two.csv", index=False)
    pd.DataFrame({"time": good["time"], "value": "x"}).to_csv(project.folder / "none.csv", index=False)
    (project.folder / "broken.xlsx").write_bytes(b"no workbook")
    rows = [
        ("OK", "A-R1", "flow l/s", "good.csv"),
        ("BAD", "A-R1", "flow l/s", "bad.csv"),
        ("PLACE", "nowhere", "flow l/s", "good.csv"),
        ("WHAT", "A-R1", "colour", "good.csv"),
        ("GONE", "A-R1", "flow l/s", "gone.csv"),
        ("OUT", "A-R1", "flow l/s", "../../good.csv"),
        ("TWO", "A-R1", "flow l/s", "two.csv"),
        ("NONE", "A-R1", "flow l/s", "none.csv"),
        ("BROKEN", "A-R1", "flow l/s", "broken.xlsx"),
    ]
    add_sensors(project, rows)
    found = CliRunner().invoke(app, ["evidence", str(project.folder), "--json"])
    assert found.exit_code == 0, found.output
    sensors = {r["sensor_id"]: r for r in json.loads(found.stdout)["evidence_sensors"]}
    assert set(sensors) == {"OK", "BAD"}
    assert sensors["BAD"]["dropped"] == 2
    assert sensors["BAD"]["readings"] == 166
    checked = CliRunner().invoke(app, ["check", str(project.folder), "--json"])
    findings = {
        f["feature_id"]: f["rule"] for f in json.loads(checked.stdout)["findings"] if f["layer"] == "monitoring"
    }
    assert findings["BAD"] == "monitoring.bad_readings"
    assert findings["PLACE"] == "monitoring.no_place"
    assert findings["WHAT"] == "monitoring.unknown_quantity"
    assert findings["GONE"] == findings["OUT"] == "monitoring.file_missing"
    assert findings["TWO"] == "monitoring.no_column"
    assert findings["NONE"] == "monitoring.no_readings"
    assert findings["BROKEN"] == "monitoring.file_unreadable"


def test_a_project_without_sensors_is_told_so(small_project: Callable[..., SmallProject]) -> None:
    found = CliRunner().invoke(app, ["evidence", str(small_project().folder), "--lang", "en"])
    assert found.exit_code == 2
    assert "layers.monitoring" in found.output


@pytest.mark.parametrize(
    ("words", "name", "factor"),
    [
        ("flow_l_s", "flow_l_s", 1.0),
        ("流量（m3/h）", "flow_l_s", 1 / 3.6),
        ("Flow m³/d", "flow_l_s", 1 / 86.4),
        ("NH3-N (mg/L)", "nh3_mg_l", 1.0),
        ("电导率 mS/cm", "conductivity_us_cm", 1000.0),
        ("水温℃", "temperature_c", 1.0),
        ("水深 cm", "depth_m", 0.01),
        ("level", "level_m", 1.0),
    ],
)
def test_what_surveys_call_a_quantity(words: str, name: str, factor: float) -> None:
    found = quantity_of(words)
    assert found is not None
    assert (found.name, found.factor) == (name, pytest.approx(factor))


def test_what_is_no_quantity() -> None:
    assert quantity_of("colour") is None
    assert quantity_of("flow furlong") is None


@pytest.mark.parametrize(
    ("evidence", "rule", "severity", "file"),
    [
        ("", "monitoring.no_rain", "info", ""),
        ('\n[evidence]\nrain = "gone.csv"\n', "monitoring.rain_unreadable", "warning", "gone.csv"),
    ],
)
def test_without_a_rain_record_all_weather_counts_as_dry_and_is_said_to(
    small_project: Callable[..., SmallProject], evidence: str, rule: str, severity: str, file: str
) -> None:
    project = small_project()
    week(0.1).to_csv(project.folder / "good.csv", index=False)
    add_sensors(project, [("OK", "A-R1", "flow l/s", "good.csv")], evidence)
    measurements = pipeline.check(load_project(project.folder)).measurements
    assert measurements.rain_mm is None
    assert [(f.rule, f.severity, f.feature.file) for f in measurements.findings] == [(rule, severity, file)]
