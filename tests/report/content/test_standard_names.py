import re

import pytest

from spongecalc.rainfall.generated_series import climate_of, generated_series
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.standard_names import source_name, table_name
from spongecalc.report.content.standards_read import SOURCES_LISTED
from spongecalc.report.content.wording import Wording
from spongecalc.standards import tables as standards

# Codes of standards and file names stay as they are; two English words in a row are a sentence.
ENGLISH = re.compile(r"[a-z]{3,} [a-z]{2,}")
PRINTED_WHOLE = ("design_rules", "sewer_design_limits", "utility_clearances", "storm_formulas")


def tables():
    for name in standards.names():
        frame = standards.table(name)
        if {"source", "how_known"} <= set(frame.columns):
            yield name, frame


def test_no_english_sentence_is_left_in_the_chinese_report():
    seen = 0
    for name, frame in tables():
        sources = list(dict.fromkeys(frame["source"].dropna()))
        for source in sources if name in PRINTED_WHOLE else sources[:SOURCES_LISTED]:
            assert not ENGLISH.search(source_name(source, "zh")), (name, source)
            seen += 1
        for grade in frame["how_known"].dropna().unique():
            assert coded("how_known", grade, Wording("zh")) != grade, grade
    assert seen > 40


def test_no_chinese_is_left_in_the_english_report():
    for name, frame in tables():
        for source in list(dict.fromkeys(frame["source"].dropna()))[:SOURCES_LISTED]:
            assert not re.search(r"[\u4e00-\u9fff]", source_name(source, "en")), (name, source)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_has_a_name(lang):
    for name, _ in tables():
        assert table_name(name, lang) != f"{name}.csv"
        assert f"{name}.csv" in table_name(name, lang)


def test_a_generated_series_says_so_in_the_language():
    place = climate_of("昆明")
    source = generated_series(place, 1, 7).source
    assert source_name(source, "zh") == "按昆明月气候资料生成，随机种子 7"
    assert source_name(source, "en") == source
    said = Wording("zh").note("note_generated_series", {"source": source, "years": "1"})
    assert not re.search("[a-z]{4}", said)


def test_several_sources_are_named_one_by_one():
    both = "16S518 (flat grating; about 20 l/s each); GB 50014-2021 5.7.3 (inlet leads at most 25 m)"
    named = "16S518（平箅式，每箅约 20 L/s）；GB 50014-2021 第 5.7.3 条（雨水口连接管不超过 25 m）"
    assert source_name(both, "zh") == named
    assert source_name("GB 1; GB 2", "zh") == "GB 1；GB 2"
    assert source_name("a source nobody named", "zh") == "a source nobody named"
