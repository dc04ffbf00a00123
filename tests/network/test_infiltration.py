"""Ground water and rain-derived inflow: by hand, and as SWMM follows them with tracers of their own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from spongecalc.network.infiltration import (
    groundwater_by_node_l_s,
    infiltration_m3_d,
    infiltration_table,
    leaky_pipes,
    rate_of_age,
    sewershed_by_node_m2,
)
from spongecalc.project.infiltration_settings import InfiltrationSettings
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp
from tests.network.systems import system
from tests.small_project import SmallProject

ON = InfiltrationSettings(groundwater=True, rain_derived=True)

# A US gallon a day for each inch of diameter and mile of length, in m3 a day for each cm and km.
GALLON_INCH_MILE = 3.785411784e-3 / (2.54 * 1.609344)


def test_the_rates_are_those_of_their_source() -> None:
    assert pytest.approx(9.26e-4, rel=1e-3) == GALLON_INCH_MILE
    assert rate_of_age(5, ON) == pytest.approx(200 * GALLON_INCH_MILE, rel=0.1)
    assert rate_of_age(50, ON) == pytest.approx(1500 * GALLON_INCH_MILE, rel=0.02)
    own = InfiltrationSettings.model_validate({"rates": [{"from_age": "0 a", "m3_d_cm_km": 3}]})
    assert rate_of_age(50, own) == 3


def test_a_pipe_by_hand() -> None:
    # 300 mm are 30 cm, 500 m half a km: 30 x 0.5 x 1.4 = 21 m3 a day
    assert infiltration_m3_d(500, 300, 1.4) == pytest.approx(21.0)


def test_an_old_pipe_and_a_new_one() -> None:
    # Before, 30 m of combined DN200 without a year: 30 years old, 0.7 x 20 x 0.03 = 0.42 m3 a day.
    before = groundwater_by_node_l_s(system("before"), ON)
    assert before == {"A-C1": pytest.approx(0.42 / 86.4)}
    # After, 30 m of sewage pipe DN200, proposed: 0.2 x 20 x 0.03 = 0.12 m3 a day; rain pipes take none.
    assert groundwater_by_node_l_s(system("after"), ON) == {"A-S1": pytest.approx(0.12 / 86.4)}
    # A new pipe has no rain-derived inflow; the old one has that of the whole square of 40 m.
    assert sewershed_by_node_m2(system("before"), ON) == {"A-C1": pytest.approx(1600.0)}
    assert sewershed_by_node_m2(system("after"), ON) == {}


def test_a_year_counts_and_an_unknown_size_takes_nothing() -> None:
    def change(frames: dict) -> None:
        frames["pipes"]["year"] = 1980.0
        frames["pipes"].loc[frames["pipes"]["pipe_id"] == "A-PS", "diameter_mm"] = math.nan

    pipes = leaky_pipes(system("before", change), ON).set_index("pipe_id")
    assert pipes.loc["A-PC", "age_a"] == 45
    assert pipes.loc["A-PC", "flow_m3_d"] == pytest.approx(1.4 * 20 * 0.03)
    assert leaky_pipes(system("after", change), ON)["flow_m3_d"].tolist() == [0.0]


def test_off_unless_asked_for() -> None:
    off = InfiltrationSettings()
    assert groundwater_by_node_l_s(system("before"), off) == {}
    assert sewershed_by_node_m2(system("before"), off) == {}


def test_the_table_says_what_went_into_the_model() -> None:
    row = infiltration_table([system("before")], ON).iloc[0]
    assert row["pipes_of_unknown_year"] == 1
    assert row["groundwater_m3_d"] == pytest.approx(0.42)
    assert row["rain_share_percent"] == pytest.approx(2.0)


SECTION = """
[infiltration]
groundwater = true
rain_derived = true
hydrographs = [{ r = "3 %", t_h = 0.25, k = 1 }]
"""


def test_swmm_follows_both_with_tracers_of_their_own(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(toml=lambda text: text + SECTION)
    built = pipeline.build(pipeline.check(load_project(project.folder), ["A"], ["before"]))
    model, (storm, dry), traced = built.models[0], built.events, built.traced
    assert traced is not None
    runs = {}
    for name, event in (("dry", dry), ("traced", traced)):
        folder = project.folder / name
        folder.mkdir()
        inp = folder / "model.inp"
        inp.write_text(model.text(event), encoding="utf-8")
        runs[name] = run_inp(inp, folder, mark_s=event.mark_s)
        assert runs[name].status == "done"
        assert abs(runs[name].quality_error_percent) < 0.5
    # A day of dry weather: 0.42 m3 of ground water and 120 people's sewage, each by its own tracer.
    loads = runs["dry"].outfalls.iloc[0]
    assert loads["load_GROUNDWATER_kg_after_mark"] * 10 == pytest.approx(0.42, rel=0.01)
    assert loads["load_SEWAGE_kg_after_mark"] * 10 == pytest.approx(120 * 0.12 * 0.85, rel=0.01)
    assert loads["load_RDII_kg_after_mark"] == 0
    # The storm: 3 % of its rain on 1600 m2 enters within the hour of recession.
    rain_m3 = built.storms[0].depth_mm / 1000 * 1600
    assert runs["traced"].totals_m3["rdii_inflow"] == pytest.approx(0.03 * rain_m3, rel=0.01)
    wet = runs["traced"].outfalls.iloc[0]
    assert wet["load_RDII_kg_after_mark"] * 10 == pytest.approx(0.03 * rain_m3, rel=0.01)
    # What fell on the ground and ran off is still told apart from it.
    assert wet["load_RAIN_kg_after_mark"] * 10 > 10 * 0.03 * rain_m3
    # Without tracers the storm has the water all the same.
    plain = replace(storm, report_all=False)
    assert "RDII_UH" in model.text(plain)
    assert "GROUNDWATER" in model.text(plain)


SLOW = """
[infiltration]
rain_derived = true
hydrographs = [{{ r = "3 %", t_h = {t_h}, k = 3 }}]
"""


@pytest.mark.parametrize(
    ("t_h", "recession", "come_percent"),
    [(8, "2 h", 3.6), (2, "2 h", 49.1), (2, "8 h", 100.0), (8, "32 h", 100.0)],
)
def test_inflow_that_comes_after_the_run_is_named(
    small_project: Callable[..., SmallProject], t_h: float, recession: str, come_percent: float
) -> None:
    """SWMM's own sum of a run, and what the finding says is lost of what was put in; SWMM says nothing."""
    extra = SLOW.format(t_h=t_h)
    asked = f'recession = "{recession}"'
    project = small_project(toml=lambda text: text.replace('recession = "1 h"', asked) + extra)
    built = pipeline.build(pipeline.check(load_project(project.folder), ["A"], ["before"]))
    model, storm = built.models[0], built.storms[0]
    folder = project.folder / "run"
    folder.mkdir()
    (folder / "model.inp").write_text(model.text(built.events[0]), encoding="utf-8")
    run = run_inp(folder / "model.inp", folder)
    assert run.status == "done"
    assert run.messages == ()
    put_in_m3 = 0.03 * storm.depth_mm / 1000 * 1600
    come = 100 * run.totals_m3["rdii_inflow"] / put_in_m3
    assert come == pytest.approx(come_percent, abs=0.5)
    found = [f for f in built.findings if f.rule == "infiltration.inflow_cut"]
    if come_percent == 100:
        assert found == []
        return
    assert float(str(found[0].found["percent"])) == pytest.approx(100 - come, abs=0.3)
    assert f"at least {4 * t_h:g} h" in found[0].action("en")
    assert f"{4 * t_h:g} h" in found[0].action("zh")


def test_a_model_without_them_has_no_trace_of_them(small_project: Callable[..., SmallProject]) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project().folder), ["A"], ["before"]))
    for event in built.events:
        words = built.models[0].text(event)
        assert "RDII" not in words.replace("Crdii", "")
        assert "GROUNDWATER" not in words
