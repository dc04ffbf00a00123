"""Where the values come from that a model takes, counted."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from tests.small_project import SmallProject

from spongecalc.layers.provenance import provenance_table
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


def test_a_roughness_that_follows_from_the_material_is_not_surveyed(
    small_project: Callable[..., SmallProject],
) -> None:
    project = small_project()
    layers = pipeline.check(load_project(project.folder)).layers
    pipes = layers["pipes"].copy()
    assert len(pipes) >= 3
    pipes["roughness"] = pd.Series([0.011] + [None] * (len(pipes) - 1), index=pipes.index, dtype=float)
    pipes["material"] = ["PE", "HDPE", *[None] * (len(pipes) - 2)]
    counted = provenance_table(layers.with_frame("pipes", pipes))
    own = counted[(counted["layer"] == "pipes") & (counted["column"] == "roughness")]
    found = own.groupby("flag")["count"].sum().to_dict()
    assert found == {"surveyed": 1, "mapped": 1, "default": len(pipes) - 2}
