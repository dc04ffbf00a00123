import string
from importlib import resources

import pytest

from spongecalc.language import LANGUAGES, catalogue, has_text, text

FILES = sorted(p.name for p in resources.files("spongecalc.language").iterdir() if p.name.endswith(".toml"))
PARTS = sorted({name.partition(".")[0] for name in FILES})


def named_fields(wording):
    return {field for _, field, _, _ in string.Formatter().parse(wording) if field is not None}


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
