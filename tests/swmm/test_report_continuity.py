"""Balances of the report, compared with another reader of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from swmm_api import SwmmReport

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.report_continuity import POUND_KG, balance_messages, balance_sections, report_balances

AQUIFER = """[AQUIFERS]
SOIL 0.5 0.15 0.3 50 10 15 0.35 14 0.02 8 9.5 0.3
[GROUNDWATER]
PARK SOIL J2 11 0.1 1.5 0 0 0 0 9.8
"""


@pytest.fixture
def with_groundwater(tmp_path: Path, courtyard: str) -> str:
    path = tmp_path / "model.inp"
    path.write_text(courtyard.replace("[JUNCTIONS]", f"{AQUIFER}[JUNCTIONS]"), encoding="utf-8")
    result = run_inp(path, tmp_path)
    assert result.status == "done", result.messages
    return (tmp_path / "model.rpt").read_text(encoding="utf-8")


def test_groundwater_is_read_as_another_reader_does(with_groundwater: str, tmp_path: Path) -> None:
    ground = report_balances(with_groundwater, "LPS")[0]
    assert ground.process == "groundwater"
    other = SwmmReport(tmp_path / "model.rpt").groundwater_continuity
    expected = {name: values for name, values in other.items() if name != "Continuity Error (%)"}
    assert dict(ground.rows).keys() == expected.keys()
    for name, (depth_mm,) in ground.rows:
        assert depth_mm == pytest.approx(float(expected[name]["Depth_mm"]), abs=1e-3)
    initial, final = dict(ground.rows)["Initial Storage"][0], dict(ground.rows)["Final Storage"][0]
    # By hand: 1.5 m of soil with 0.3 of water above the water table, 1.5 m with 0.5 below it.
    assert initial == pytest.approx(1000 * (1.5 * 0.3 + 1.5 * 0.5))
    assert initial != final


@pytest.mark.parametrize("name", ["block_cfs", "valley_cms"])
def test_pollutants_are_in_kilograms(name: str, runs: dict) -> None:
    result, report, folder = runs[name]
    balances = {b.process: b for b in report_balances(report, result.flow_units)}
    assert set(balances) == {"runoff_quality", "routing_quality"}
    factor = POUND_KG if name == "block_cfs" else 1.0
    other = SwmmReport(folder / "model.rpt").quality_routing_continuity
    for term, values in balances["routing_quality"].rows:
        said = [float(v) for v in other[term].values()]
        units = balances["routing_quality"].units
        assert values == pytest.approx(
            [v * (factor if u == "kg" else 1.0) for v, u in zip(said, units, strict=True)]
        )
    assert balances["routing_quality"].columns == tuple(result.pollutants)


def test_balances_that_do_not_close_are_told_and_shown(runs: dict) -> None:
    result, report, _ = runs["courtyard_lps"]
    balances = report_balances(report, result.flow_units)
    told = balance_messages(balances)
    assert [(m.key, m.subject, dict(m.values)) for m in told] == [
        ("engine.run.continuity_runoff_quality", "RAIN", {"percent": "-13.45", "limit": "5"})
    ]
    for lang, title, term in (
        ("zh", "地面污染物平衡", "降雨带入"),
        ("en", "Pollutants on the ground", "Brought by rain"),
    ):
        section = balance_sections(balances, lang)[0]
        assert section.title == title
        assert (term, 3.833, 0.0) in section.rows
        assert section.rows[-1][1:] == (-13.448, 0.0)


def test_a_report_without_these_processes_has_none_of_them(runs: dict) -> None:
    _, report, _ = runs["dry_lps"]
    assert all(b.process != "groundwater" for b in report_balances(report, "LPS"))
    assert report_balances("", "LPS") == ()
