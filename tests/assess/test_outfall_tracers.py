"""Tracers at an outfall that a tide goes in and out by, in separation_outfalls.csv and on the page, by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.swmm.test_backflow import model, run

from spongecalc.assess.outfall_tracers import outfall_rows, outfall_tracer_table_of
from spongecalc.report.content.separation_chapters import OUTFALL_SHOWN
from spongecalc.report.content.table import frame_table
from spongecalc.report.content.wording import Wording


def test_tracers_of_a_tide_are_net_with_what_came_in(tmp_path: Path) -> None:
    """1000 m3 of water at 100 mg/l come in and 800 m3 leave; the measured part begins before the tide does.

    The sewage is what the tracer stands for, ten cubic metres a kilogram: 1000 m3 in, 800 m3 out, -200 m3 net.
    """
    # Rain has a tracer too in our models; none of it is in this sea.
    both = model().replace("[POLLUTANTS]", "[POLLUTANTS]\nRAIN MG/L 0 0 0 0 NO * 0 0 0")
    result = run(both, tmp_path, mark_s=1800.0)
    node = {"node_id": "SEA", "community_id": "A", "system": "storm", "receives": "river"}
    element = {
        "element": "node",
        "model_id": "SEA",
        "role": "outfall_river",
        "layer": "nodes",
        "feature_id": "SEA",
    }
    one = SimpleNamespace(
        system=SimpleNamespace(scenario="after", nodes=pd.DataFrame([node])),
        model=SimpleNamespace(elements=pd.DataFrame([{**element, "model_id": "SEA", "community_id": "A"}])),
        finished=lambda event: result if event == "dry" else None,
    )
    run_rows = outfall_rows(one)  # type: ignore[arg-type]
    (row,) = outfall_tracer_table_of(run_rows, ["after"]).to_dict("records")
    assert row["came_in_m3"] == pytest.approx(1000.0, rel=0.01)
    assert row["sewage_in_m3"] == pytest.approx(1000.0, rel=0.01)
    assert row["sewage_m3"] == pytest.approx(-200.0, rel=0.01)
    assert row["rain_in_m3"] == row["rain_m3"] == 0.0
    assert row["sewage_m3"] + row["sewage_in_m3"] == pytest.approx(800.0, rel=0.01)
    # What is in the wrong place is net too: the river gave more than it got.
    assert row["misplaced_m3"] == pytest.approx(-200.0, rel=0.01)
    assert abs(row["quality_error_percent"]) < 0.5
    shown = frame_table(pd.DataFrame([row]).dropna(axis=1, how="all"), OUTFALL_SHOWN, Wording("en"))
    printed = {cell.column: cell.text.replace(",", "") for cell in shown.rows[0]}
    for column, by_hand in (("sewage_in_m3", 1000.0), ("came_in_m3", 1000.0), ("sewage_m3", -200.0)):
        assert float(printed[column]) == pytest.approx(by_hand, rel=0.01)
