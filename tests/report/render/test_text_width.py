"""Widths of texts in half-width characters."""

import pytest

from spongecalc.report.render.text_width import text_width
from spongecalc.report.render.xml_text import clean


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("管道", 4), ("管a", 3), ("abc\n管道管", 6), ("１", 2)]
)
def test_a_chinese_character_is_twice_as_wide(text, width):
    assert text_width(text) == width


def test_what_xml_cannot_hold_is_marked():
    assert clean("a\x00b\ud800") == "a\ufffdb\ufffd"
    assert clean("管道\n\t=1") == "管道\n\t=1"
