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


def test_combined_pipe_and_what_no_community_counts_stand_beside_the_lengths(capsys):
    total = {"community_id": "TOTAL", "storm_laid_m": 0.0, "sewage_laid_m": 0.0, "combined_laid_m": 272.94}
    bill = pd.DataFrame(
        {
            "community_id": ["A", ""],
            "item": ["pipe", "pipe"],
            "system": ["combined", "storm"],
            "status": ["proposed", "proposed"],
            "length_m": [272.94, 12.5],
        }
    )
    communities = pd.DataFrame([{"community_id": "A"}, total])
    pair = tuple(Scenario.model_validate({"name": n}) for n in ("before", "after"))
    review = SimpleNamespace(
        tables={"communities": communities, "quantities": bill}, compared=("before", "after"), scenarios=pair
    )
    _print_total(review, Output("en"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Laid: rain pipe 0.00 m, sewage pipe 0.00 m, combined pipe 272.94 m."
    assert lines[1] == "Not in these sums: 12.50 m of new pipe in no community listed (quantities.csv)."
    review.tables["quantities"] = bill.iloc[:1]
    _print_total(review, Output("zh"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "埋设：雨水管 0.00 m，污水管 0.00 m，合流管 272.94 m。"
    assert "未计" not in lines[1]
