"""Each kind of mistake in spongecalc.toml: the key as it stands there, what was found, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.language import LANGUAGES, catalogue
from spongecalc.project.load import ProjectError, load_project
from spongecalc.project.template import write_template

HEAD = 'name = "squares"'
CRS = 'crs = "EPSG:4543"'
FORMULA = 'formula = "昆明 (新)"'
LAYER = '[layers.communities]\nsource = "a.gpkg"'
STORM = '[[storms]]\nreturn_period = "3 a"\nduration = "2 h"\n'
SOUND = f"{HEAD}\n{CRS}\n{LAYER}\n[rainfall]\n{FORMULA}\n{STORM}"


def with_head(line: str) -> str:
    return SOUND.replace(HEAD, f"{HEAD}\n{line}")


def mistakes(folder: Path, document: str | bytes) -> dict[str, list[str]]:
    """The sentences in each language that a document is answered with."""
    file = folder / "spongecalc.toml"
    file.write_bytes(document if isinstance(document, bytes) else document.encode())
    with pytest.raises(ProjectError) as caught:
        load_project(folder)
    return {language: caught.value.sentences(language) for language in LANGUAGES}


def test_the_sound_file_loads(tmp_path: Path) -> None:
    (tmp_path / "spongecalc.toml").write_text(SOUND, encoding="utf-8")
    settings = load_project(tmp_path).settings
    assert settings.headline_storm == "P3-120"
    assert load_project(tmp_path / "spongecalc.toml").settings == settings


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "spongecalc.toml").write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert load_project(tmp_path).settings.name == "squares"


def test_the_template_is_a_sound_project(tmp_path: Path) -> None:
    write_template(tmp_path / "spongecalc.toml")
    settings = load_project(tmp_path).settings
    assert [s.storm_id for s in settings.storms] == ["P3-120", "P20-120"]
    assert settings.sewage.quota_l_d == pytest.approx(120)


def test_the_templates_commented_defaults_are_the_defaults(tmp_path: Path) -> None:
    write_template(tmp_path / "spongecalc.toml")
    plain = load_project(tmp_path).settings
    given, _, defaults = (tmp_path / "spongecalc.toml").read_text(encoding="utf-8").partition("# --- ")
    lines = defaults.splitlines()[2:]
    typed = "\n".join([given, *(line.removeprefix("# ") for line in lines)])
    assert typed.count("\n[") > 12
    (tmp_path / "spongecalc.toml").write_text(typed, encoding="utf-8")
    assert load_project(tmp_path).settings == plain


ROUND = FORMULA.replace('"昆明 (新)"', '{A = 1, C = 2, b = 3, n = 0.5, source = "s"}')
WRONG_MEAN = f"[sewage]\npattern = [{', '.join(['0'] * 23 + ['24.1'])}]\n"

# document; then what each language's one sentence must hold: key, what was found, what is allowed.
CASES = {
    "unknown key": (with_head("langage = 'zh'"), ("langage", "language", "targets")),
    "unknown key far from any": (with_head("zzz = 1"), ("zzz", "checks", "targets")),
    "unknown key in a storm": (
        SOUND + "durration = 3\n",
        ("storms[1].durration", "depths_mm, duration, file, id, pattern, percents, return_period"),
    ),
    "unknown key in a layer": (
        SOUND.replace(LAYER, LAYER + '\nlayr = "x"'),
        ("layers.communities.layr", "layer"),
    ),
    "unknown layer": (SOUND + '[layers.pipe]\nsource = "a"\n', ("layers.pipe", "pipes")),
    "unknown cover": (
        SOUND + "[surfaces.covers.asphlt]\nmanning_n = 0.01\n",
        ("surfaces.covers.asphlt", "asphalt"),
    ),
    "unknown key of a cover": (
        SOUND + "[surfaces.covers.asphalt]\nmaning_n = 0.01\n",
        ("surfaces.covers.asphalt.maning_n", "manning_n"),
    ),
    "unknown scenario": (
        SOUND + '[scenarios.befor]\nstatus = ["existing"]\n',
        ("scenarios.befor", "before, after"),
    ),
    "unknown share": (
        SOUND + "[sewage]\nshares = {toilet = 0.5, kitchn = 0.5}\n",
        ("sewage.shares.kitchn", "kitchen"),
    ),
    "unknown key of a formula": (
        SOUND.replace(FORMULA, ROUND.replace("C =", "C = 1, cc =")),
        ("rainfall.formula.cc",),
    ),
    "city by a word with an or of its own": (
        SOUND + '[design]\ncity = "village"\n',
        ("design.city", "'village'", "large city, medium or small city"),
    ),
    "limit below nought": (
        SOUND
        + '[[design.limits]]\ncheck = "min_cover"\napplies_to = "under carriageway"\n'
        + 'limit = -7\nreason = "own"\n',
        ("design.limits[1].limit", "-7"),
    ),
    "number for text": (SOUND.replace(HEAD, "name = 3"), ("name", "3")),
    "date for text": (SOUND.replace(HEAD, "name = 2024-01-01"), ("name", "2024")),
    "text for number": (SOUND + '[simulation]\nmax_trials = "eight"\n', ("simulation.max_trials", "'eight'")),
    "text for truth": (
        SOUND + '[simulation]\nkeep_out = "maybe"\n',
        ("simulation.keep_out", "'maybe'", "true, false"),
    ),
    "number for table": (with_head("layers = 3").replace(LAYER, ""), ("layers", "3")),
    "text for layer": (SOUND.replace(LAYER, '[layers]\ncommunities = "a"'), ("layers.communities", "'a'")),
    "table for list": (SOUND.replace("[[storms]]", "[storms]"), ("storms", "return_period")),
    "number for formula": (SOUND.replace(FORMULA, "formula = 3"), ("rainfall.formula", "3")),
    "above the bound": (SOUND.replace('"3 a"', "5000"), ("storms[1].return_period", "5000", "1000")),
    "below the bound": (SOUND.replace('"2 h"', '"1 min"'), ("storms[1].duration", "'1 min'", "5 min")),
    "at an open bound": (SOUND.replace(FORMULA, FORMULA + "\npeak_ratio = 1"), ("rainfall.peak_ratio", "1")),
    "infinite": (SOUND.replace(FORMULA, ROUND.replace("A = 1", "A = inf")), ("rainfall.formula.A", "inf")),
    "not a number": (SOUND + "[sewage]\ndischarge_ratio = nan\n", ("sewage.discharge_ratio", "nan")),
    "bound in a formula": (
        SOUND.replace(FORMULA, ROUND.replace("0.5", "5")),
        ("rainfall.formula.n", "5", "2"),
    ),
    "wrong dimension": (SOUND.replace('"2 h"', '"2 kg"'), ("storms[1].duration", "'2 kg'", '"2 h"')),
    "no unit": (SOUND.replace('"2 h"', '"2 blinks"'), ("storms[1].duration", "'2 blinks'", '"2 h"')),
    "unit of a field": (
        SOUND.replace(LAYER, LAYER + '\nunits = {floor_area_m2 = "kg"}'),
        ("layers.communities.units.floor_area_m2", "'kg'", "meter**2"),
    ),
    "unknown place": (
        SOUND.replace("昆明 (新)", "昆明新"),
        ("rainfall.formula", "'昆明新'", "昆明 (新)", "A"),
    ),
    "no such EPSG code": (SOUND.replace("4543", "999999"), ("crs", "'EPSG:999999'", '"EPSG:4543"')),
    "no CRS at all": (SOUND.replace("EPSG:4543", "hello"), ("crs", "'hello'", '"EPSG:4543"')),
    "geographic CRS": (SOUND.replace("4543", "4490"), ("crs", "'EPSG:4490'", '"EPSG:4543"')),
    "CRS in feet": (SOUND.replace("4543", "2263"), ("crs", "'EPSG:2263'", '"EPSG:4543"')),
    "CRS of a layer": (
        SOUND.replace(LAYER, LAYER + '\ncrs = "EPSG:0"'),
        ("layers.communities.crs", "'EPSG:0'", '"EPSG:4543"'),
    ),
    "key missing": (SOUND.replace('duration = "2 h"\n', ""), ("storms[1].duration",)),
    "storms missing": (SOUND.replace(STORM, ""), ("storms",)),
    "storms empty": (with_head("storms = []").replace(STORM, ""), ("storms", "[]", "1")),
    "formula incomplete": (SOUND.replace(FORMULA, ROUND.replace("n = 0.5, ", "")), ("rainfall.formula.n",)),
    "path outside": (with_head('results = "../out"'), ("results", "'../out'")),
    "path outside, other slash": (with_head('results = "a\\\\..\\\\..\\\\b"'), ("results", "a")),
    "absolute path": (with_head('models = "/out"'), ("models", "'/out'")),
    "path of a drive": (with_head('models = "C:/out"'), ("models", "'C:/out'")),
    "path of nothing": (with_head('report = ""'), ("report", "''")),
    "path that is a number": (with_head("report = 3"), ("report", "3")),
    "storm twice": (SOUND + STORM, ("storms", "P3-120")),
    "storms but for case": (SOUND + 'id = "a"\n' + STORM + 'id = "A"\n', ("storms", "A, a")),
    "storm named dry": (SOUND + 'id = "dry"\n', ("storms", "dry")),
    "storm id with a blank": (SOUND + 'id = "a b"\n', ("storms[1].id", "'a b'")),
    "storm id of dots": (SOUND + 'id = ".."\n', ("storms[1].id", "'..'")),
    "unknown headline": (with_head('headline = "P5"'), ("headline", "'P5'", "P3-120")),
    "shares short of 1": (SOUND + "[sewage]\nshares = {toilet = 0.5}\n", ("sewage.shares", "0.5", "1")),
    "pattern too short": (SOUND + "[sewage]\npattern = [1, 2]\n", ("sewage.pattern", "[1, 2]", "24")),
    "pattern of another mean": (SOUND + WRONG_MEAN, ("sewage.pattern", "24")),
    "unknown language": (with_head('language = "fr"'), ("language", "'fr'", "zh, en")),
    "unknown status": (
        SOUND + '[scenarios.before]\nstatus = ["old"]\n',
        ("scenarios.before.status[1]", "'old'", "existing, proposed, removed"),
    ),
    "broken TOML": (SOUND + "x = \n", (f" {SOUND.count(chr(10)) + 1}", " 5")),
    "table twice": (SOUND + "[rainfall]\n", (f" {SOUND.count(chr(10)) + 1}", "rainfall")),
    "too deep": (f"a = {'[' * 5000}{']' * 5000}", ("[[[[",)),
    "negative, as it is typed": (
        SOUND + '[simulation]\nrecession = "-2 h"\n',
        ("simulation.recession", "'-2 h'", "0"),
    ),
    "key below a table": (SOUND + 'headline = "P3-120"\n', ("storms[1].headline", "headline", "[")),
    "column that does not exist": (
        SOUND.replace(LAYER, LAYER + '\nfields = {nam = "x"}'),
        ("layers.communities.fields.nam", "'nam'", "name"),
    ),
    "field of a raster": (
        SOUND + '[layers.dem]\nsource = "d.tif"\nconstants = {ground_m = 3}\n',
        ("layers.dem.constants.ground_m",),
    ),
    "one folder for two": (with_head('results = "Report"'), ("models", "Report, report")),
    "part of a minute": (SOUND.replace(FORMULA, FORMULA + '\nstep = "90 s"'), ("rainfall.step", "'90 s'")),
    "part of a second": (
        SOUND + '[simulation]\nwet_step = "1.5 s"\n',
        ("simulation.wet_step", "'1.5 s'"),
    ),
    "step that does not divide": (
        SOUND.replace('"2 h"', '"62 min"'),
        ("storms[1].duration", "62", "5"),
    ),
    "formula without rain": (
        SOUND.replace(FORMULA, ROUND).replace('"3 a"', '"0.3 a"'),
        ("storms[1].return_period", "0.3", "0.316"),
    ),
    "formula whose depth falls": (
        SOUND.replace(FORMULA, ROUND.replace("n = 0.5", "n = 1.1")),
        ("storms[1].duration", "'2 h'", "30 min"),
    ),
    "rates that rise": (
        SOUND + "[surfaces.covers.green]\nfmin_mm_h = 60\n",
        ("surfaces.covers.green.fmin_mm_h", "60", "f0_mm_h"),
    ),
    "true is no number": (
        SOUND.replace(FORMULA, FORMULA + "\npeak_ratio = true"),
        ("rainfall.peak_ratio", "True"),
    ),
    "number without end": (f"a = {'9' * 5000}", ("4300",)),
    "not UTF-8": (SOUND.encode("gb18030"), ("UTF-8",)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_named_in_both_languages(tmp_path: Path, case: str) -> None:
    document, parts = CASES[case]
    answers = mistakes(tmp_path, document)
    for language, sentences in answers.items():
        assert len(sentences) == 1, sentences
        for part in ("spongecalc.toml", *parts):
            assert part in sentences[0], (language, sentences[0])
    english, chinese = answers["en"][0], answers["zh"][0]
    assert english.isascii() or any(not p.isascii() for p in parts)
    assert any("一" <= character <= "鿿" for character in chinese)
    assert "should" not in chinese
    assert "allowed" not in chinese


@pytest.mark.parametrize(("typed", "meant"), [("langage = 1", "language"), ("tragets = 1", "targets")])
def test_a_near_key_is_proposed(tmp_path: Path, typed: str, meant: str) -> None:
    answers = mistakes(tmp_path, with_head(typed))
    assert f"did you mean {meant}?" in answers["en"][0]
    assert f"是否想写 {meant}？" in answers["zh"][0]


def test_every_mistake_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    answers = mistakes(tmp_path, SOUND.replace("EPSG:4543", "hello").replace('"2 h"', '"2 kg"'))
    assert len(answers["en"]) == 2


def test_a_missing_file_and_one_that_cannot_be_read(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ProjectError) as caught:
            load_project(place)
        for language in LANGUAGES:
            assert "spongecalc.toml" in caught.value.sentences(language)[0]
            assert str(place) in caught.value.sentences(language)[0]
    (tmp_path / "spongecalc.toml").mkdir()
    with pytest.raises(ProjectError) as caught:
        load_project(tmp_path)
    assert "spongecalc.toml" in caught.value.sentences("en")[0]


def test_both_languages_have_the_same_texts() -> None:
    assert catalogue("project", "zh").keys() == catalogue("project", "en").keys()
