"""The rain that falls in the engine is that of the design storm, whatever its step."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.small_project import write_small_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.engine import run_inp


@pytest.mark.parametrize("step", ["1 min", "5 min", "8 min", "60 min"])
def test_the_engine_rains_the_formulas_depth(tmp_path: Path, step: str) -> None:
    project = write_small_project(
        tmp_path / "project",
        toml=lambda text: text.replace("own_formula", f'step = "{step}"\nown_formula'),
    )
    built = pipeline.build(pipeline.check(load_project(project.folder), ["A"], ["after"]))
    inp = tmp_path / "model.inp"
    inp.write_text(built.models[0].text(built.events[0]), encoding="utf-8")
    result = run_inp(inp, tmp_path / "run")
    depth_mm = result.subcatchments["rainfall_m3"].sum() / 1600 * 1000
    assert depth_mm == pytest.approx(built.storms[0].depth_mm, rel=2e-3)
