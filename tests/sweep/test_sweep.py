"""Sweeps: the base is the plain run, every set changes what it says and nothing else, mistakes are answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box
from tests.conftest import WholeRun
from tests.small_project import CRS, ORIGIN_X, ORIGIN_Y, Frames, SmallProject
from typer.testing import CliRunner

from spongecalc.assess.modelled import join_results
from spongecalc.assess.sponge import sponge_row
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.cli.app import app
from spongecalc.project.load import Project, ProjectError, load_project
from spongecalc.project.settings import Settings
from spongecalc.project.sweep_settings import SweepSettings
from spongecalc.steps import pipeline
from spongecalc.sweep.error import SweepError
from spongecalc.sweep.parameter_sets import latin_hypercube, parameter_sets
from spongecalc.sweep.parameters import checked_key
from spongecalc.sweep.plan import SweepPlan, plan_sweep
from spongecalc.sweep.tables import FIGURES, sweep_tables
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.run_result import FRAMES


def sweep_of(**given: object) -> SweepSettings:
    return SweepSettings.model_validate({"name": "s", **given})


@pytest.fixture
def planned(whole_run: WholeRun, tmp_path: Path) -> Callable[..., SweepPlan]:
    """A function that plans a sweep of the small project's systems, with results in a folder of its own."""
    checked = whole_run.built.checked
    project = Project(tmp_path, checked.project.settings)

    def plan(**given: object) -> SweepPlan:
        return plan_sweep(sweep_of(**given), project, checked.systems)

    return plan


def rows_of(plan: SweepPlan, parameters: str, section: str, model: str = "A/after") -> dict[str, list[str]]:
    """The rows of a section of a model's input file in one set, by their first field."""
    point = next(p for p in plan.points if p.parameters.name == parameters and f"{p.model}/{p.scenario}" == model)
    text = next(r.text for r in plan.runs if r.run_id == point.run_id)
    lines = text.partition(f"[{section}]\n")[2].partition("\n[")[0].splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith(";")]
    return {row[0]: row for row in rows}


def test_the_settings_survive_being_taken_apart(whole_run: WholeRun, repository: Path) -> None:
    for settings in (whole_run.built.checked.project.settings, load_project(repository).settings):
        assert Settings.model_validate(settings.model_dump()) == settings


def test_the_base_is_the_plain_run_bit_for_bit(
    whole_run: WholeRun, planned: Callable[..., SweepPlan], tmp_path: Path
) -> None:
    # As the project's own batch runs every storm but the headline's, of which SWMM saves every series.
    built = whole_run.built
    event = storm_event(built.storms[0], built.checked.project.settings.simulation)
    plains = execute(plan_runs(built.models, [event], tmp_path / "plain", keep_out=False), processes=2)
    plan = planned(values={"factor.width": [2]})
    base = [p for p in plan.points if p.parameters.name == "base"]
    assert len(base) == 6
    results = execute(plan.runs, processes=2)
    for point in base:
        run_id = f"{point.model}/{point.scenario}/{point.storm.storm_id}"
        plain, swept = plains[run_id], results[point.run_id]
        assert swept.totals_m3 == plain.totals_m3 == whole_run.results[run_id].totals_m3
        for frame in FRAMES:
            pd.testing.assert_frame_equal(getattr(swept, frame), getattr(plain, frame), check_exact=True)
    table = sweep_tables(plan, results)["s"]
    assert set(table["status"]) == {"done"}
    # Wider ground, quicker runoff: the peak changes, so the sets are not one and the same run.
    wide = next(p for p in plan.points if p.parameters.name != "base" and p.model == "A")
    other = next(p for p in base if (p.model, p.scenario) == (wide.model, wide.scenario))
    assert (
        results[wide.run_id].subcatchments["peak_l_s"].max()
        > results[other.run_id].subcatchments["peak_l_s"].max()
    )


def test_totals_add_the_models_and_leave_out_what_is_not_whole(planned: Callable[..., SweepPlan]) -> None:
    plan = planned()
    results = dict(execute(plan.runs, processes=2))
    lost = next(p for p in plan.points if p.scenario == "before" and p.model == "B")
    results[lost.run_id] = replace(results[lost.run_id], status="failed")
    tables = sweep_tables(plan, results)
    totals = tables["s_totals"].set_index("scenario")
    after = tables["s"][tables["s"]["scenario"] == "after"]
    for figure in FIGURES:
        assert totals.loc["after", figure] == pytest.approx(sum(after[figure]))
        assert np.isnan(totals.loc["before", figure])
    assert list(totals.loc["before", ["models", "models_done"]]) == [3, 2]
    failed = tables["s"][tables["s"]["status"] == "failed"]
    assert len(failed) == 1
    assert failed[list(FIGURES)].isna().all(axis=None)


def drained(frames: Frames) -> None:
    """A's and B's paving over a lined base with an underdrain; on A's house a green roof, and below it a tank."""
    surfaces = frames["surfaces"]
    surfaces["base_kind"] = None
    surfaces.loc[surfaces["cover"] == "permeable_concrete", "base_kind"] = "half"
    roof = box(ORIGIN_X + 5, ORIGIN_Y + 25, ORIGIN_X + 15, ORIGIN_Y + 35)
    # Little soil, so that what the storm brings comes through the mat.
    green = {"facility_id": "A-GR", "kind": "green_roof", "soil_mm": 30.0, "geometry": roof}
    tank = {"facility_id": "A-T", "kind": "rain_tank", "volume_m3": 2.0, "demand_m3_d": 1.0}
    tank |= {"from_node": "A-R1", "overflow_to": "A-R2", "geometry": Point(ORIGIN_X + 10, ORIGIN_Y + 8)}
    rows = [{**row, "status": "proposed"} for row in (green, tank)]
    frames["facilities"] = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def test_runoff_is_that_of_sponge_csv_with_what_drains_give_off(
    small_project: Callable[..., SmallProject], tmp_path: Path
) -> None:
    """SWMM's total of runoff leaves out what leaves by drains of LID units: of a green roof it would be all."""
    extra = '\n[layers.facilities]\nsource = "ab.gpkg"\nlayer = "facilities"\n'
    folder = small_project(first=drained, toml=lambda t: t.replace('"3 a"', '"20 a"') + extra).folder
    built = pipeline.build(pipeline.check(load_project(folder)))
    project, systems = built.checked.project, built.checked.systems
    plan = plan_sweep(sweep_of(), Project(tmp_path, project.settings), systems)
    swept = execute(plan.runs, processes=2)
    rows = sweep_tables(plan, swept)["s"].set_index(["communities", "scenario"])
    runs = plan_runs(built.models, built.events[:1], tmp_path / "runs", keep_out=False)
    drains, held = {}, {}
    for one in join_results(systems, built.models, execute(runs, processes=2)):
        community, storm = one.system.communities[0], built.storms[0].storm_id
        row, figures = sponge_row(one, community, storm), rows.loc[(community, one.system.scenario)]
        for figure in ("rainfall_m3", "infiltration_m3", "runoff_m3"):
            # SWMM's sums of the system and of subcatchments differ by their rounding to steps.
            assert figures[figure] == pytest.approx(row[figure], rel=1e-3, abs=1e-3), (community, figure)
        key = (community, one.system.scenario)
        drains[key], held[key] = one.results[storm].totals_m3["lid_drainage"], row["tank_held_m3"]
    # The case is one: drains give off cubic metres, and the tank keeps some.
    assert drains["A", "after"] > 5
    assert drains["B", "after"] > 5
    assert drains["A", "after"] > drains["B", "after"] + 1
    assert held["A", "after"] > 0.5
    assert drains["C", "after"] == 0


def test_one_sample_lies_in_every_part_of_every_range() -> None:
    bounds = {"a": (10.0, 20.0), "b": (-1.0, 1.0), "c": (0.0, 0.001)}
    samples = latin_hypercube(bounds, 16, 5)
    for key, (low, high) in bounds.items():
        parts = sorted(int((s[key] - low) / (high - low) * 16) for s in samples)
        assert parts == list(range(16))
    assert samples == latin_hypercube(bounds, 16, 5)
    assert samples != latin_hypercube(bounds, 16, 6)


def test_table_values_and_samples_are_combined(planned: Callable[..., SweepPlan], tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "set,sewage.quota,inlets.lead_diameter\nlow,100 L/d,\nhigh,150,DN300\n", encoding="utf-8"
    )
    sweep = sweep_of(
        table="rows.csv",
        values={"tanks.depth": [1, "200 cm"], "rainfall.formula": ["昆明 (新)"]},
        ranges={"rise.outfall_level": ["10 cm", 0.5]},
        samples=3,
    )
    project_settings = load_settings(planned)
    sets = parameter_sets(sweep, project_settings, tmp_path)
    assert len(sets) == 1 + 2 * 2 * 1 * 3
    assert sets[0].values == {}
    assert len({s.name for s in sets}) == len(sets)
    assert [s.values["sewage.quota"] for s in sets[1:]] == [100.0] * 6 + [150.0] * 6
    assert "inlets.lead_diameter" not in sets[1].values
    assert sets[-1].values["inlets.lead_diameter"] == 300.0
    assert {s.values["tanks.depth"] for s in sets[1:]} == {1.0, 2.0}
    assert {s.values["rainfall.formula"] for s in sets[1:]} == {"昆明 (新)"}
    assert all(0.1 <= s.values["rise.outfall_level"] <= 0.5 for s in sets[1:])  # type: ignore[operator]
    named = parameter_sets(sweep_of(table="rows.csv"), project_settings, tmp_path)
    assert [s.name for s in named] == ["base", "low", "high"]


def load_settings(planned: Callable[..., SweepPlan]) -> Settings:
    """The small project's settings, as the fixture plans with them."""
    closure = planned.__closure__
    assert closure is not None
    project = next(c.cell_contents for c in closure if isinstance(c.cell_contents, Project))
    return project.settings


def test_residents_and_quota_act_alike(planned: Callable[..., SweepPlan]) -> None:
    """120 residents x 120 L/d x 0.85 = 0.1417 L/s; either set has 1.5 times that, and gives the same run."""
    plan = planned(scenarios=["after"], values={"sewage.quota": ["180 L/d"], "factor.residents": [1]})
    both = planned(scenarios=["after"], values={"sewage.quota": [120], "factor.residents": [1.5]})
    base = sum(float(r[2]) for r in rows_of(plan, "base", "DWF").values())
    assert base == pytest.approx(120 * 120 * 0.85 / 86400, abs=2e-6)
    for swept in (plan, both):
        assert sum(float(r[2]) for r in rows_of(swept, "S001", "DWF").values()) == pytest.approx(
            1.5 * base, abs=3e-6
        )
    assert plan.runs[-1].key == both.runs[-1].key


def test_sets_that_give_one_model_share_a_run(planned: Callable[..., SweepPlan]) -> None:
    plan = planned(values={"factor.residents": [1, 2]}, return_periods=["3 a"], durations=["1 h", "2 h"])
    assert len(plan.points) == 3 * 2 * 3 * 2
    assert len(plan.runs) == 2 * 2 * 3 * 2  # a factor of 1 changes nothing: as the base


def test_every_factor_changes_what_it_names_and_nothing_else(planned: Callable[..., SweepPlan]) -> None:
    plan = planned(
        values={
            "factor.width": [2],
            "factor.roughness": [1.5],
            "factor.sediment": [3],
            "factor.permeability": [0.1],
            "rise.outfall_level": [0.3],
        }
    )
    sections = ("SUBCATCHMENTS", "CONDUITS", "LID_CONTROLS", "OUTFALLS", "XSECTIONS", "JUNCTIONS", "DWF")
    for model in ("A/before", "A/after"):
        was = {s: rows_of(plan, "base", s, model) for s in sections}
        now = {s: rows_of(plan, "S001", s, model) for s in sections}
        for name, row in was["SUBCATCHMENTS"].items():
            changed = now["SUBCATCHMENTS"][name]
            assert float(changed[5]) == pytest.approx(2 * float(row[5]), abs=0.011)
            assert changed[:5] + changed[6:] == row[:5] + row[6:]
        for name, row in was["CONDUITS"].items():
            changed = now["CONDUITS"][name]
            assert float(changed[4]) == pytest.approx(1.5 * float(row[4]), abs=1e-4)
            assert changed[:4] + changed[5:] == row[:4] + row[5:]
        for name, row in was["OUTFALLS"].items():
            assert row[2] == "FREE"
            if name.endswith("__AWAY"):  # where water leaves over the ground
                assert now["OUTFALLS"][name] == row
                continue
            assert now["OUTFALLS"][name][2:4] == ["FIXED", f"{float(row[1]) + 0.3:.3f}"]
        for name, row in was["JUNCTIONS"].items():
            # Water stands in the manhole as high as outside: 99.1 m, its invert at 99.0 m.
            outfall = now["OUTFALLS"][f"{name[:-1]}2"]
            stands_m = max(float(outfall[3]) - float(row[1]), 0.0)
            assert float(now["JUNCTIONS"][name][3]) == pytest.approx(stands_m, abs=5e-4)
            assert now["JUNCTIONS"][name][:3] == row[:3] and now["JUNCTIONS"][name][4:] == row[4:]
        assert now["DWF"] == was["DWF"]
    # 50 mm of silt in the combined pipe of 200 mm, three times that after the factor.
    silted = {s: next(iter(rows_of(plan, s, "XSECTIONS", "A/before").values())) for s in ("base", "S001")}
    assert float(silted["base"][3]) == pytest.approx(0.05)
    assert float(silted["S001"][3]) == pytest.approx(0.15)
    text = {
        s: next(r.text for r in plan.runs if r.run_id.startswith("A/after") and r.variant == s) for s in silted
    }
    paving = {
        s: next(x.split() for x in t.splitlines() if " PAVEMENT " in f" {' '.join(x.split())} ")
        for s, t in text.items()
    }
    assert float(paving["S001"][5]) == pytest.approx(0.1 * float(paving["base"][5]), abs=0.051)


def test_a_river_stands_at_outfalls_of_rain_and_combined_water_alone(planned: Callable[..., SweepPlan]) -> None:
    plan = planned(values={"rise.rain_outfall_level": [0.3]}, communities=["A"])
    assert {p.model for p in plan.points} == {"A"}
    told = {}
    for scenario in ("before", "after"):
        rows = rows_of(plan, "S001", "OUTFALLS", f"A/{scenario}")
        told |= {name: row[2:4] for name, row in rows.items() if not name.endswith("__AWAY")}
    assert told["A-C2"] == ["FIXED", "99.100"]
    assert told["A-R2"] == ["FIXED", "99.000"]
    assert told["A-S2"][0] == "FREE"


def test_outside_water_above_a_rim_is_marked(planned: Callable[..., SweepPlan]) -> None:
    """98.7 m at the outfall: 0.3 m more stays in the pipe, 5 m more stand on the street before any rain."""
    plan = planned(values={"rise.rain_outfall_level": [0.3, 5]}, communities=["A"], scenarios=["after"])
    found = {p.parameters.values.get("rise.rain_outfall_level"): p.outfalls_above_rim for p in plan.points}
    assert found == {None: 0, 0.3: 0, 5.0: 1}


def test_a_sweep_of_some_communities_leaves_the_others_alone(planned: Callable[..., SweepPlan]) -> None:
    plan = planned(communities=["A", "C"], scenarios=["after"])
    assert sorted(p.model for p in plan.points) == ["A", "C"]
    assert len(planned(scenarios=["after"]).points) == 3


def test_silt_never_fills_a_pipe(planned: Callable[..., SweepPlan]) -> None:
    plan = planned(values={"factor.sediment": [10]}, scenarios=["before"])
    row = next(iter(rows_of(plan, "S001", "XSECTIONS", "A/before").values()))
    assert float(row[3]) == pytest.approx(0.9 * 0.2)


MISTAKES = {
    "key": ({"values": {"sewage.qouta": [1]}}, "sewage.qouta"),
    "section": ({"values": {"checks.min_cover": [1]}}, "factor.width"),
    "near": ({"values": {"factor.roughnes": [1]}}, "did you mean factor.roughness"),
    "too deep": ({"values": {"sewage.quota.day": [1]}}, "sewage.quota.day"),
    "bounds of a setting": ({"values": {"sewage.quota": ["5000 L/d"]}}, "1000"),
    "bounds of a factor": ({"values": {"factor.width": [0]}}, "0.01 to 100"),
    "not a number": ({"values": {"factor.width": ["wide"]}}, "wide"),
    "unit": ({"values": {"sewage.quota": ["3 m"]}}, "sewage.quota"),
    "range upside down": ({"ranges": {"factor.width": [2, 1]}, "samples": 2}, "found 2.0 to 1.0"),
    "range of texts": (
        {"ranges": {"rainfall.formula": ["昆明 (新)", "昆明 (新)"]}, "samples": 2},
        "under values",
    ),
    "too many": ({"values": {"factor.width": [1 + n / 1e6 for n in range(20001)]}}, "20001"),
    "no such storm": ({"return_periods": ["3 a"], "durations": ["7 min"]}, "5"),
    "no table": ({"table": "none.csv"}, "none.csv cannot be read"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_sweep_is_answered(name: str, planned: Callable[..., SweepPlan]) -> None:
    given, said = MISTAKES[name]
    with pytest.raises(SweepError) as caught:
        planned(**given)
    assert said in caught.value.sentence("en")
    assert caught.value.sentence("zh") != caught.value.sentence("en")


TABLES = {
    "column": ("set,colour\na,1\n", "colour"),
    "twice": ("factor.width,factor.width\n1,2\n", "factor.width"),
    "empty": ("set,factor.width\n", "at least one row"),
    "long": ("factor.width\n1,2\n", "line 2"),
    "names": ("set,factor.width\na,1\nA,2\n", "line 3"),
    "base": ("set,factor.width\nbase,2\n", "base"),
    "cell": ("factor.width\nnarrow\n", "narrow"),
    "bounds": ("factor.width\n-3\n", "-3"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_mistake_in_a_table_is_answered(name: str, planned: Callable[..., SweepPlan], tmp_path: Path) -> None:
    content, said = TABLES[name]
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SweepError) as caught:
        planned(table="t.csv")
    assert said in caught.value.sentence("en")


def test_a_table_that_is_not_utf8(planned: Callable[..., SweepPlan], tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("set,factor.width\n渗透系数,1\n".encode("gbk"))
    with pytest.raises(SweepError, match="UTF-8"):
        planned(table="t.csv")


def test_a_key_in_the_table_and_in_values(planned: Callable[..., SweepPlan], tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("factor.width\n2\n", encoding="utf-8")
    with pytest.raises(SweepError, match=r"factor\.width"):
        planned(table="t.csv", values={"factor.width": [1]})


SECTIONS = {
    "samples without ranges": ("samples = 3", "samples"),
    "ranges without samples": ('ranges = { "factor.width" = [1, 2] }', "samples"),
    "durations missing": ('return_periods = ["3 a"]', "durations"),
    "period twice": ('return_periods = [3, "3 a"]\ndurations = ["1 h"]', "return_periods"),
    "value twice over": (
        'values = { "factor.width" = [1] }\nranges = { "factor.width" = [1, 2] }\nsamples = 2',
        "twice",
    ),
    "community twice": ('communities = ["A", "A"]', "communities"),
    "no values": ('values = { "factor.width" = [] }', "factor.width"),
    "name twice": ('[[sweeps]]\nname = "One"', "One"),
    "path outside": ('table = "../t.csv"', "table"),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_that_does_not_fit_is_answered(name: str, small_project: Callable[..., SmallProject]) -> None:
    lines, said = SECTIONS[name]
    project = small_project(toml=lambda text: f'{text}\n[[sweeps]]\nname = "one"\n{lines}\n')
    with pytest.raises(ProjectError, match=said):
        load_project(project.folder)


def test_the_command_makes_what_is_due(small_project: Callable[..., SmallProject]) -> None:
    sweep = '[[sweeps]]\nname = "rain"\nscenarios = ["after"]\nreturn_periods = {periods}\ndurations = ["1 h"]\n'
    project = small_project(toml=lambda text: text + sweep.format(periods='["1 a"]'))

    def call(*options: str) -> str:
        answer = CliRunner().invoke(app, ["sweep", *options, str(project.folder), "--lang", "en", "--jobs", "2"])
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert "rain" in CliRunner().invoke(app, ["sweep", "", str(project.folder), "--lang", "en"]).output
    assert "3 runs to make" in call("rain", "--dry-run")
    assert "3 made in this call" in call("rain")
    assert "Nothing is due" in call("rain")
    toml = project.folder / "spongecalc.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('return_periods = ["1 a"]', 'return_periods = ["1 a", "5 a"]'),
        encoding="utf-8",
    )
    assert "3 made in this call, 3 kept" in call("rain")
    table = pd.read_csv(project.folder / "results" / "sweeps" / "rain.csv")
    assert table.groupby("storm_id").size().to_dict() == {"P1-60": 3, "P5-60": 3}
    unknown = CliRunner().invoke(app, ["sweep", "../rain", str(project.folder), "--lang", "en"])
    assert unknown.exit_code == 2
    assert "there are: rain" in unknown.output


def test_a_sweep_of_the_report_is_made_and_printed_with_it(small_project: Callable[..., SmallProject]) -> None:
    sweep = (
        '[[sweeps]]\nname = "river"\nin_report = true\ncommunities = ["A"]\nreturn_periods = ["3 a"]\n'
        'durations = ["2 h"]\nvalues = { "rise.rain_outfall_level" = ["0.5 m"] }\n'
        '[[sweeps]]\nname = "other"\nreturn_periods = ["3 a"]\ndurations = ["2 h"]\n'
    )
    project = small_project(toml=lambda text: f'{text}\n{sweep}\n[document]\nformats = ["html"]\n')

    def call(command: str) -> str:
        answer = CliRunner().invoke(app, [command, str(project.folder), "--lang", "en", "--jobs", "2"])
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert "Sweep river, shown in the report: 4 runs" in call("all")
    folder = project.folder / "results" / "sweeps"
    assert sorted(p.name for p in folder.glob("*.csv")) == ["river.csv", "river_totals.csv"]
    table = pd.read_csv(folder / "river.csv")
    assert list(table["communities"].unique()) == ["A"]
    # The base is the project's own run, to the digit.
    plain = pd.read_csv(project.folder / "results" / "runs.csv").set_index("run_id")
    base = table[table["set"] == "base"].set_index("scenario")
    assert set(base.index) == {"before", "after"}
    page = (project.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "Sensitivity" in page and "rise at outfalls of rain and combined water (m)" in page
    # What left, and what the river sent in: the base has no level, and nothing to come in by.
    raised = table[table["set"] != "base"].set_index("scenario")
    assert (base["backflow_m3"] == 0).all()
    assert 0 < raised.loc["after", "backflow_m3"] < raised.loc["after", "outflow_m3"]
    assert "flowed in at outfalls (m³)" in page
    assert plain.loc["A/after/P3-120", "routing_error_percent"] == base.loc["after", "routing_error_percent"]
    assert "Nothing is due" in call("all")
    # Layers that changed: the report does not print what a sweep found of others.
    toml = project.folder / "spongecalc.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("0.5 m", "0.6 m"), encoding="utf-8")
    call("report")
    page = (project.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "The sweep river was not made for the layers as they are" in page


def test_a_community_that_there_is_not_is_answered(small_project: Callable[..., SmallProject]) -> None:
    sweep = '[[sweeps]]\nname = "river"\ncommunities = ["Z"]\nvalues = { "factor.width" = [2] }\n'
    project = small_project(toml=lambda text: f"{text}\n{sweep}")
    said = "there is no community Z; there are: A, B, C"
    answer = CliRunner().invoke(app, ["sweep", "river", str(project.folder), "--lang", "en"])
    assert answer.exit_code == 2
    assert said in " ".join(answer.output.split())
    # One of the report is told before the first run, and keeps the runs from being made for nothing.
    toml = project.folder / "spongecalc.toml"
    text = toml.read_text(encoding="utf-8").replace('name = "river"', 'name = "river"\nin_report = true')
    toml.write_text(text, encoding="utf-8")
    answer = CliRunner().invoke(app, ["all", str(project.folder), "--lang", "en"])
    assert answer.exit_code == 2
    assert said in " ".join(answer.output.split())
    assert not (project.folder / "results" / "runs").exists()


@pytest.mark.parametrize("options", [["dry"], ["rain", "--community", "Z"]])
@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_what_cannot_be_made_is_said_in_one_document(
    small_project: Callable[..., SmallProject], options: list[str], dry_run: list[str]
) -> None:
    sweep = '[[sweeps]]\nname = "rain"\nreturn_periods = ["1 a"]\ndurations = ["1 h"]\n'
    project = small_project(toml=lambda text: text + sweep)
    call = ["sweep", options[0], str(project.folder), *options[1:], *dry_run, "--json"]
    answer = CliRunner().invoke(app, call)
    assert answer.exit_code == 2
    assert len(json.loads(answer.stdout)["errors"]) == 1


@pytest.mark.parametrize("name", ["", "rain"])
def test_a_broken_project_is_said_in_its_own_language(
    small_project: Callable[..., SmallProject], name: str
) -> None:
    project = small_project(toml=lambda text: "nonsense = 1\n" + text)
    answer = CliRunner().invoke(app, ["sweep", name, str(project.folder), "--json"])
    assert answer.exit_code == 2
    (error,) = json.loads(answer.stdout)["errors"]
    assert "nonsense" in error
    assert error.isascii()


@pytest.mark.parametrize("key", ["sewage.laterals", "sewage.lateral_reach"])
def test_what_decides_which_connections_there_are_is_refused(key: str) -> None:
    """They are taken from the layers before a sweep begins: such a sweep changed nothing, without a word."""
    with pytest.raises(SweepError, match="before a sweep begins"):
        checked_key(key)
