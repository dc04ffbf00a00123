"""The county's figures on the command line."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from spongecalc.cli.console import Output
from spongecalc.cli.project_commands import _print_total
from spongecalc.project.scenario_settings import Scenario


@pytest.mark.parametrize(
    ("lang", "percent", "said"),
    [
        ("zh", 38.36, "削减 38.36 %。"),
        ("zh", -38.36, "增加 38.36 %。"),
        ("zh", None, "削减 - %。"),
        ("en", 38.36, ", down 38.36 %."),
        ("en", -38.36, ", up 38.36 %."),
    ],
)
def test_runoff_that_rises_is_said_to_rise(lang, percent, said, capsys):
    designs = tuple(Scenario.model_validate({"name": f"design_{x}", "column": "designs"}) for x in "ab")
    total = {
        "community_id": "TOTAL",
        "runoff_design_a_m3": 180.0,
        "runoff_design_b_m3": 249.05,
        "runoff_reduction_percent": percent,
    }
    review = SimpleNamespace(
        tables={"communities": pd.DataFrame([total])}, compared=("design_a", "design_b"), scenarios=designs
    )
    _print_total(review, Output(lang))
    (line,) = [x for x in capsys.readouterr().out.splitlines() if "249.05" in x]
    assert line.endswith(said)
