"""An underdrain of permeable paving that is drawn to a node brings its water there, in SWMM's own figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import Polygon
from tests.pumped_project import line, point, rows, write

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import RunResult


def modelled(folder: Path, base_kind: str | None, *, drawn: bool) -> tuple[SwmmModel, RunResult]:
    """The project with permeable concrete instead of asphalt, with an underdrain to the storage or without."""
    layers = rows()
    ground = Polygon([point(*p) for p in ((0, 0), (100, 0), (100, 60), (0, 60))])
    layers["surfaces"] = [
        {
            "surface_id": "G1",
            "cover": "permeable_concrete",
            "base_kind": base_kind,
            "base_mm": 200.0,
            "subgrade_mm_h": 1.0,
            "status": "existing",
            "geometry": ground,
        }
    ]
    if drawn:
        drain = {"connection_id": "UD", "source": "G1", "kind": "underdrain", "to_node": "R2"}
        layers["connections"] = [{**drain, "status": "existing", "geometry": line((48, 40), (50, 45))}]
    for node in layers["nodes"]:
        node.pop("initial_depth_m", None)
    built = pipeline.build(pipeline.check(load_project(write(folder, layers))))
    model = next(m for m in built.models if m.scenario == "after")
    text = model.text(next(e for e in built.events if e.storm_id == "P3-120"))
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return model, run_inp(folder / "model.inp", folder / "run")


@pytest.mark.parametrize("base_kind", ["drained", None])
def test_the_drains_water_comes_to_the_node_it_is_drawn_to(tmp_path: Path, base_kind: str | None) -> None:
    model, result = modelled(tmp_path / "drawn", base_kind, drawn=True)
    (usage,) = model.sections["LID_USAGE"]
    assert usage[9] == "R2"
    drained_m3 = result.totals_m3["lid_drainage"]
    assert drained_m3 > 50
    assert result.nodes.loc["R2", "lateral_inflow_m3"] == pytest.approx(drained_m3, rel=0.005)
    assert abs(result.routing_error_percent) < 1


def test_without_a_drawn_drain_it_comes_to_the_grounds_own_inlet(tmp_path: Path) -> None:
    model, result = modelled(tmp_path / "bare", "drained", drawn=False)
    (usage,) = model.sections["LID_USAGE"]
    assert usage[9] == '"*"'
    assert result.totals_m3["lid_drainage"] > 50
    assert result.nodes.loc["R2", "lateral_inflow_m3"] == 0


def test_a_full_base_has_no_drain_whatever_is_drawn(tmp_path: Path) -> None:
    model, result = modelled(tmp_path / "full", "full", drawn=True)
    (usage,) = model.sections["LID_USAGE"]
    assert usage[9] == '"*"'
    assert result.totals_m3["lid_drainage"] == 0
