import re
import string
from importlib import resources

import pytest

from spongecalc.language import LANGUAGES, catalogue, has_text, text

FILES = sorted(p.name for p in resources.files("spongecalc.language").iterdir() if p.name.endswith(".toml"))
PARTS = sorted({name.partition(".")[0] for name in FILES})


# Labels of the two scenarios compared, which one language may say where another has words of its own.
LABELS = {"first", "last", "First", "Last", "scenario", "Scenario", "short"}


def named_fields(wording):
    return {field for _, field, _, _ in string.Formatter().parse(wording) if field is not None} - LABELS


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_the_same_texts_in_both_languages(part):
    assert {f"{part}.{lang}.toml" for lang in LANGUAGES} <= set(FILES)
    chinese, english = catalogue(part, "zh"), catalogue(part, "en")
    assert list(chinese) == list(english)
    for key, wording in chinese.items():
        assert wording.strip(), key
        assert english[key].strip(), key
        assert named_fields(wording) == named_fields(english[key]), key


def test_text_with_fields():
    assert text("engine.run.file_unreadable.meaning", "en", reason="busy") == "The file cannot be read: busy."
    assert "busy" in text("engine.run.file_unreadable.meaning", "zh", reason="busy")


def test_what_is_quoted_gives_a_terminal_no_orders():
    shown = text("rain.error.netcdf_time", "en", file="a\x1b[2Jb.nc", found="hours\0since\r\x9b雨")
    assert shown.startswith("a [2Jb.nc: ")
    assert "hours since  雨" in shown
    assert "line\nline\ttab" in text("rain.error.netcdf_time", "en", file="line\nline\ttab", found="")


@pytest.mark.parametrize("one", [1, "1"])
def test_a_count_of_one_has_its_own_word(one):
    def said(count):
        given = {"cross_connections_first": 3, "sewage_to_storm_last_m3_d": 0.5}
        return text("report.finding.not_separated", "en", cross_connections_last=count, **given)

    assert said(one).startswith("After the works 1 cross-connection remains (before: 3)")
    assert said(2).startswith("After the works 2 cross-connections remain (before: 3)")
    counted = text("cli.finding_counts", "en", errors=one, warnings=0, infos="11")
    assert counted == "Data: 1 error, 0 warnings, 11 notes."
    with pytest.raises(KeyError):
        text("cli.finding_counts", "en", errors=one, warnings=0)


def test_no_english_text_counts_one_as_many():
    plural = re.compile(
        r"\{(count|errors|warnings|runs|models|households_relieved|sites|years|horizon)\} [a-z-]+s\b"
    )
    for part in PARTS:
        for key, wording in catalogue(part, "en").items():
            assert not plural.search(wording), key


@pytest.mark.parametrize(
    ("key", "lang"), [("engine.no.such", "en"), ("nothing.at.all", "zh"), ("engine.title.run", "fr")]
)
def test_missing_texts(key, lang):
    assert not has_text(key, lang)
    with pytest.raises(KeyError):
        text(key, lang)


def test_missing_field():
    with pytest.raises(KeyError):
        text("engine.run.file_unreadable.meaning", "en", other="x")


def test_a_catalogue_cannot_be_changed():
    with pytest.raises(TypeError):
        catalogue("engine", "en")["engine.title.run"] = "x"
