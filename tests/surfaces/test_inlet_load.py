"""Inlets with more ground than they can take."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from tests.small_project import write_small_project

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.surfaces.inlet_load import short_inlets
from spongecalc.surfaces.subcatchments import subcatchments


def test_the_load_by_hand_and_the_grates_that_would_do(tmp_path) -> None:
    """Square A before: 600 m2 of concrete and 800 m2 of green at 72 mm/h, which is 200 l/(s ha)."""
    write_small_project(tmp_path / "project")
    checked = pipeline.check(load_project(tmp_path / "project"), ["A"], ("before",))
    (system,) = checked.systems
    settings = checked.project.settings
    areas, _ = subcatchments(system, settings.surfaces, None)
    storm = pipeline.build(checked).storms[0]
    steady = replace(storm, hyetograph=pd.Series([36.0, 72.0, 10.0], index=[0.0, 5.0, 10.0]))
    coefficients = {"concrete": 0.9, "green": 0.15}
    load_l_s = 200 * (0.9 * 0.06 + 0.15 * 0.08)
    (short,) = short_inlets(system, areas, steady, 5.0, coefficients)
    assert (short.rule, short.feature.feature_id) == ("inlet.short", "A-C1")
    assert float(str(short.found["flow"])) == pytest.approx(load_l_s, abs=0.06)
    assert (short.found["area"], short.found["capacity"], short.found["grates"]) == ("1400", "5.0", 3)
    assert short_inlets(system, areas, steady, 13.3, coefficients) == ()
