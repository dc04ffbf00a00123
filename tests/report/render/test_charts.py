import re
import xml.etree.ElementTree as ET

import pandas as pd

from spongecalc.report.content.figures import Hyetograph, RunoffCurves
from spongecalc.report.content.scenario_lines import scenario_lines
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.charts import hyetograph_chart, runoff_chart
from spongecalc.report.render.plot_area import tick_texts

WORDS = Wording("zh")
LABEL = '"<&\\1'
RAIN = pd.Series([10.0, 60.0, 20.0], index=[0.0, 5.0, 10.0])
FLOW = {"before": pd.Series([0.0, 5.0], index=[1.0, 2.0]), "after": pd.Series([0.0, 3.0], index=[1.0, 2.0])}


def curves(flow, rain=RAIN, name="a") -> RunoffCurves:
    return RunoffCurves(LABEL, name, flow, rain, scenario_lines(WORDS, flow))


def test_two_charts_on_a_page_share_no_id():
    one, two = (runoff_chart(curves(FLOW, RAIN, name), WORDS) for name in ("a", "b"))
    ids = [set(re.findall(r'\bid="([^"]+)"', s)) for s in (one, two)]
    assert ids[0] and not ids[0] & ids[1]


def test_charts_are_markup_with_real_text_and_no_foreign_address():
    chart = hyetograph_chart(Hyetograph(LABEL, "a", RAIN), WORDS)
    root = ET.fromstring(chart)
    assert root.get("aria-label") == LABEL
    assert "雨强" in chart
    assert "http" not in chart and "<style" not in chart and "DejaVu" not in chart


def test_ticks_of_an_axis_have_as_many_decimals_each():
    assert tick_texts([1536.0, 1536.5, 1537.0]) == ["1536.0", "1536.5", "1537.0"]
    assert tick_texts([0.0, 50.0, 100.0]) == ["0", "50", "100"]
    assert tick_texts([0.0, 2e7]) == ["0", "2e+07"]


def test_same_series_same_bytes():
    assert runoff_chart(curves(FLOW), WORDS) == runoff_chart(curves(FLOW), WORDS)


def test_nothing_to_draw_is_no_chart():
    assert hyetograph_chart(Hyetograph("", "a", pd.Series(dtype=float)), WORDS) == ""
    assert runoff_chart(curves({}), WORDS) == ""


def test_no_runoff_at_all_is_still_a_chart():
    flat = {"after": pd.Series([0.0, 0.0], index=[1.0, 2.0])}
    assert runoff_chart(curves(flat, RAIN * 0), WORDS).startswith("<svg")
