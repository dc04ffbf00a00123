"""Labels of pipes: length and slope out of what drawings write, and the words that are left."""

from __future__ import annotations

import pytest

from spongecalc.catalogue.pipe_label import PipeLabel, parse_label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("d300-40.0-5‰", PipeLabel("d300", 40.0, 0.005)),
        ("φ300/40/0.003", PipeLabel("φ300", 40.0, 0.003)),
        ("φ300-40m-3‰", PipeLabel("φ300", 40.0, 0.003)),
        ("雨d300—40—0.3%", PipeLabel("雨d300", 40.0, 0.003)),
        # A slope of 3 may be per mille or per cent: it is none.
        ("d300-40-3", PipeLabel("d300", 40.0, None)),
        ("DN300 i=0.003 L=40", PipeLabel("DN300", 40.0, 0.003)),
        ("HDPE DN400 L=32.5m i=5‰", PipeLabel("HDPE DN400", 32.5, 0.005)),
        ("DN300-L40-i3‰", PipeLabel("DN300", 40.0, 0.003)),
        ("DN300, L=40.5m, i=0.3%", PipeLabel("DN300", 40.5, 0.003)),
        ("管径300 管长40 坡度3‰", PipeLabel("管径300", 40.0, 0.003)),
        ("ＤＮ３００ Ｌ＝４０", PipeLabel("DN300", 40.0, None)),
        ("%%c300", PipeLabel("⌀300")),
        ("300×400", PipeLabel("300×400")),
        ("B×H=600×400 L=12", PipeLabel("B×H=600×400", 12.0)),
        ("PE管 300", PipeLabel("PE管 300")),
        # i=3 may be 3 ‰ or 3 %, and an unmarked 40m may be anything.
        ("DN300 i=3", PipeLabel("DN300 i=3")),
        ("DN300 0.8m", PipeLabel("DN300 0.8m")),
        ("DN300mm", PipeLabel("DN300mm")),
        ("1:200", PipeLabel("1:200")),
    ],
)
def test_length_and_slope_of_a_label(text: str, label: PipeLabel) -> None:
    read = parse_label(text)
    assert (read.words, read.length_m) == (label.words, label.length_m)
    assert read.slope == pytest.approx(label.slope)
