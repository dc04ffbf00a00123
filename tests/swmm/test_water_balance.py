import json
import math
from dataclasses import asdict, replace

import pytest

from spongecalc.catalogue.flow_unit import CUBIC_FOOT_M3
from spongecalc.swmm.run_result import RunResult
from spongecalc.swmm.water_balance import describe, water_balance

MODELS = ("courtyard_lps", "dry_lps", "valley_cms", "block_cfs", "block_gpm")


@pytest.mark.parametrize("name", MODELS)
def test_closure_is_the_engines(runs, name):
    result = runs[name][0]
    balance = water_balance(result)
    for side, engine in (
        (balance.runoff, result.runoff_error_percent),
        (balance.routing, result.routing_error_percent),
    ):
        total_in = sum(r.volume_m3 for r in side.rows if r.direction == "in")
        total_out = sum(r.volume_m3 for r in side.rows if r.direction == "out")
        assert side.difference_m3 == pytest.approx(total_in - total_out, abs=1e-9)
        assert side.error_percent == pytest.approx(engine, abs=2e-6)
        if abs(side.difference_m3) >= CUBIC_FOOT_M3:
            assert side.error_percent == pytest.approx(100 * (total_in - total_out) / total_in, rel=1e-6)


def test_closure_by_hand():
    result = RunResult("done", totals_m3={"rainfall": 100.0, "infiltration": 60.0, "runoff": 39.0})
    balance = water_balance(result)
    assert [(r.term, r.direction, r.volume_m3) for r in balance.runoff.rows] == [
        ("rainfall", "in", 100.0),
        ("infiltration", "out", 60.0),
        ("runoff", "out", 39.0),
    ]
    assert balance.runoff.error_percent == pytest.approx(1.0)
    assert balance.routing.rows == ()
    assert math.isnan(balance.routing.error_percent)


def test_negative_terms_change_sides():
    result = RunResult("done", totals_m3={"external_inflow": -10.0, "outflow": -50.0, "storage_final": 40.0})
    routing = water_balance(result).routing
    assert {(r.term, r.direction) for r in routing.rows} == {
        ("external_inflow", "out"),
        ("outflow", "in"),
        ("storage_final", "out"),
    }
    assert routing.error_percent == 0.0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", MODELS)
def test_description_is_ready_for_json(runs, name, lang):
    sections = describe(runs[name][0], lang)
    assert json.loads(json.dumps([asdict(s) for s in sections], allow_nan=False))
    for section in sections:
        assert section.title
        assert all(len(row) == len(section.headers) for row in section.rows)
        assert all(type(cell) in (str, int, float, type(None)) for row in section.rows for cell in row)


def test_description_of_flooding(runs):
    result = runs["valley_cms"][0]
    section = next(s for s in describe(result, "en") if s.title == "Node flooding")
    assert section.headers[:2] == ("Node", "Flooded (m³)")
    assert [row[0] for row in section.rows] == ["N1", "N2"]
    assert section.rows[0][1] == pytest.approx(result.nodes.flood_volume_m3["N1"], abs=5e-4)
    assert section.rows[0][2] == pytest.approx(result.nodes.flooded_h["N1"], abs=5e-4)


def test_description_of_a_failure_has_no_tables_of_nothing():
    sections = describe(RunResult("failed"), "zh")
    assert [s.title for s in sections] == ["运行概况"]


def test_nonconverging_without_percentage(runs):
    result = replace(runs["courtyard_lps"][0], nonconverging_nodes=(("J1", math.nan), ("J2", 1.5)))
    section = next(s for s in describe(result, "en") if "non-converging" in s.title)
    steps = int(result.nodes.nonconverged_steps["J1"])
    assert [row[1:] for row in section.rows if row[0] in ("J1", "J2")] == [
        ("Steps without convergence", steps),
        ("Steps without convergence (%)", 1.5),
    ]
