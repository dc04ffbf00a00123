"""Pumps, storages and given flows beside the flow over the ground: no water is lost between them."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from spongecalc.ground.grid import Ground
from spongecalc.overland.coupled_model import coupled_run
from spongecalc.overland.store import make, run_folder
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.lift_station import write_lift_station
from tests.pumped_project import EAST_M, NORTH_M

CLEAN_L_S, SEEPAGE_MM_H = 1.5, 200.0


def with_clean_water_and_seepage(rows: dict) -> None:
    """Clean water at the inlet of the rain; a wet well whose floor lets water through."""
    for node in rows["nodes"]:
        if node["node_id"] == "R1":
            node["inflow_l_s"] = CLEAN_L_S
        if node["node_id"] == "S2":
            node["seepage_mm_h"] = SEEPAGE_MM_H


def test_balance_holds_given_water_and_what_seeps_away(tmp_path: Path) -> None:
    folder = write_lift_station(tmp_path / "p", with_clean_water_and_seepage)
    text = (folder / "spongecalc.toml").read_text(encoding="utf-8")
    text = text.replace("[simulation]\n", '[simulation]\nrecession = "30 min"\n')
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    built = pipeline.build(pipeline.check(load_project(folder), ["Q"], ("after",)))
    y, x = np.mgrid[0:24, 0:36]
    z = 101 + 0.02 * np.hypot((x - 8.0) * 4, (y - 8.0) * 4)
    at = Affine(4.0, 0, EAST_M - 12, 0, -4.0, NORTH_M + 72)
    ground = Ground(z, at, np.zeros(z.shape, dtype=bool))
    system, model = built.checked.systems[0], built.models[0]
    run = coupled_run(system, model, built.checked.project.settings, built.storms[0], ground)
    # Water comes up out of the well and the basin, and nothing is led into them from above.
    grates = {e.model_id for e in run.exchanges if e.grate is not None}
    assert grates == {"R1"}
    done = make(run, run_folder(folder, run))
    assert done.status == "done", done.reason
    seconds = 3600 * 2.5
    assert done.balance_m3["ground_water"] == pytest.approx(CLEAN_L_S * seconds / 1000, rel=0.01)
    assert abs(done.error_percent) < 1.0
