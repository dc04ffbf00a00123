"""Volumes at outfalls on the page: the tide of a basin, worked by hand, in outfalls.csv and on the page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.swmm.test_backflow import model, run

from spongecalc.assess.outfall_peaks import PEAK_COLUMNS, Outfall
from spongecalc.report.content.outfall_chapters import BACKFLOW_COLUMNS, backflow_table
from spongecalc.report.content.wording import Wording

SEA = Outfall("A", "SEA", "storm", "river", ("SEA",), ("A",), "set", float("nan"))


@pytest.mark.parametrize(
    ("lang", "named"), [("en", ("Out (m³)", "In (m³)")), ("zh", ("流出水量（m³）", "倒灌水量（m³）"))]
)
def test_a_tide_in_the_tables_and_on_the_page(tmp_path: Path, lang: str, named: tuple[str, str]) -> None:
    result = run(model(), tmp_path)
    row = SEA.row(result, SEA.inflow_l_s(result))
    assert row["volume_out_m3"] == pytest.approx(800.0, rel=0.01)
    assert row["volume_in_m3"] == pytest.approx(1000.0, rel=0.01)
    assert row["volume_m3"] == pytest.approx(-200.0, rel=0.01)
    # 800 m3 in six hours; the 93 l/s that the tide pushes in are no peak of what leaves.
    assert row["peak_l_s"] == pytest.approx(37.0, rel=0.02)
    peaks = pd.DataFrame([{**row, "scenario": "before", "storm_id": "P3-120"}], columns=PEAK_COLUMNS)
    table = backflow_table(peaks, BACKFLOW_COLUMNS, Wording(lang))
    assert table is not None
    assert tuple(h.text for h in table.headings[2:4]) == named
    figures = [float(cell.text.replace(",", "")) for cell in table.rows[0][2:]]
    assert figures == pytest.approx([800.0, 1000.0, -200.0], rel=0.01)


def test_nothing_is_said_of_backflow_where_there_is_none() -> None:
    row = {"community_id": "A", "volume_m3": 5.0, "volume_out_m3": 5.0, "volume_in_m3": 0.0}
    peaks = pd.DataFrame([row], columns=PEAK_COLUMNS)
    assert backflow_table(peaks, BACKFLOW_COLUMNS, Wording("en")) is None
