"""A model of each kind of element goes through the layers and comes back with the same volumes and peaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.layers.sources.swmm_cases import changed
from tests.swmm.element_models import ELEMENTS, model

from spongecalc.swmm.compared_runs import compared
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.rebuilt_model import rebuilt_model
from spongecalc.swmm.run_result import RunResult


def run(path: Path, text: str) -> RunResult:
    path.write_text(text, encoding="utf-8")
    result = run_inp(path, path.parent / path.stem)
    assert result.status == "done", (result.messages, path.read_text(encoding="utf-8"))
    return result


@pytest.mark.parametrize("flow_unit", ["LPS", "CMS", "CFS", "GPM"])
@pytest.mark.parametrize("element", ELEMENTS)
def test_an_element_comes_back(element: str, flow_unit: str, tmp_path: Path) -> None:
    """Volumes and peaks of the model built again are within 0.5 % of the original's."""
    path = tmp_path / "model.inp"
    original = run(path, model(ELEMENTS[element], flow_unit))
    assert original.totals_m3["external_inflow"] > 400
    again = run(tmp_path / "again.inp", rebuilt_model(path).text)
    comparison = compared(original, again)
    assert comparison.agree, (comparison.missing, sorted(comparison.figures, key=lambda f: -f.percent)[:5])


def test_a_model_with_all_kinds_floods_alike(tmp_path: Path) -> None:
    """Pump, weir, orifice, storage, three barrels, pressure pipe, losses and gate under a rain that floods it."""
    storm = changed(
        ("R1 INTENSITY 0:05", "R1 INTENSITY 0:30"),
        ("T1 0 40\nT1 1 0", "T1 0 60\nT1 0:30 150\nT1 1 30\nT1 1:30 0"),
        ("ROUTING_STEP 5", "ROUTING_STEP 2\nALLOW_PONDING YES"),
        ("J1 1900.0 2.0", "J1 1900.0 2.0 0 0 50"),
        ("J2 1899.5 2.0", "J2 1899.5 2.0 0 0 50"),
    )
    path = tmp_path / "model.inp"
    original = run(path, storm)
    again = run(tmp_path / "again.inp", rebuilt_model(path).text)
    flooded = original.nodes["flood_volume_m3"].sum()
    assert flooded > 20
    assert again.nodes["flood_volume_m3"].sum() == pytest.approx(flooded, rel=0.01)
    assert compared(original, again).agree
