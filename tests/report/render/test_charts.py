import re
import xml.etree.ElementTree as ET

import pandas as pd

from spongecalc.report.render.charts import hyetograph_chart, runoff_chart
from spongecalc.report.render.plot_area import tick_texts

WORDS = dict.fromkeys(("time", "rain", "flow", "before", "after"), "径流") | {"label": '"<&\\1'}
RAIN = pd.Series([10.0, 60.0, 20.0], index=[0.0, 5.0, 10.0])
FLOW = {"before": pd.Series([0.0, 5.0], index=[1.0, 2.0]), "after": pd.Series([0.0, 3.0], index=[1.0, 2.0])}


def test_two_charts_on_a_page_share_no_id():
    one, two = (runoff_chart(FLOW, RAIN, name, WORDS) for name in ("a", "b"))
    ids = [set(re.findall(r'\bid="([^"]+)"', s)) for s in (one, two)]
    assert ids[0] and not ids[0] & ids[1]


def test_charts_are_markup_with_real_text_and_no_foreign_address():
    chart = hyetograph_chart(RAIN, "a", WORDS)
    root = ET.fromstring(chart)
    assert root.get("aria-label") == WORDS["label"]
    assert "径流" in chart
    assert "http" not in chart and "<style" not in chart and "DejaVu" not in chart


def test_ticks_of_an_axis_have_as_many_decimals_each():
    assert tick_texts([1536.0, 1536.5, 1537.0]) == ["1536.0", "1536.5", "1537.0"]
    assert tick_texts([0.0, 50.0, 100.0]) == ["0", "50", "100"]
    assert tick_texts([0.0, 2e7]) == ["0", "2e+07"]


def test_same_series_same_bytes():
    assert runoff_chart(FLOW, RAIN, "a", WORDS) == runoff_chart(FLOW, RAIN, "a", WORDS)


def test_nothing_to_draw_is_no_chart():
    assert hyetograph_chart(pd.Series(dtype=float), "a", WORDS) == ""
    assert runoff_chart({}, RAIN, "a", WORDS) == ""
    assert runoff_chart({"before": pd.Series(dtype=float)}, None, "a", WORDS) == ""


def test_no_runoff_at_all_is_still_a_chart():
    flat = {"after": pd.Series([0.0, 0.0], index=[1.0, 2.0])}
    assert runoff_chart(flat, RAIN * 0, "a", WORDS).startswith("<svg")
