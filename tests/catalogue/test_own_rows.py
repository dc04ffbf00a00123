"""A project's own cover and material reach every place by rows of spongecalc.toml alone."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from spongecalc.catalogue.catalogue import shipped
from spongecalc.language import LANGUAGES
from spongecalc.project.load import ProjectError, load_project
from spongecalc.report.content.compose import compose
from spongecalc.report.render.cover_style import cover_rules
from spongecalc.report.render.document_data import document_data
from spongecalc.report.render.html_page import page_text
from spongecalc.report.render.standalone_svg import standalone
from spongecalc.report.render.workbook import xlsx_bytes
from spongecalc.report.tables.qgis_style import surface_style
from spongecalc.steps import pipeline
from spongecalc.surfaces.rational_method import runoff_coefficients
from tests.conftest import WholeRun, take_through
from tests.small_project import SmallProject, write_small_project

TURF = """
[catalogue.covers.artificial_turf]
like = "green"
reason = "supplier's infiltration test of the turf"
names = { zh = "人造草坪", en = "artificial turf" }
colour = "#7fb069"
synonyms = ["人工草皮"]
depression_storage_mm = 3
f0_mm_h = "120 mm/h"
fmin_mm_h = 20
volume_low = 0.2
volume_high = 0.4
peak_low = 0.3
peak_high = 0.5

[catalogue.materials.basalt]
like = "GRP"
reason = "manufacturer's test of basalt fibre pipe"
names = { zh = "玄武岩纤维管", en = "basalt fibre pipe" }
synonyms = ["玄纤"]
n = 0.0095
sizes = ["DN200", "DN300"]
"""


def turfed(frames: dict) -> None:
    """Green is artificial turf, half of it under a name that a survey uses; new pipes are of basalt fibre."""
    green = frames["surfaces"]["cover"] == "green"
    frames["surfaces"].loc[green, "cover"] = (["artificial_turf", "人工草皮"] * len(green))[: green.sum()]
    new = frames["pipes"]["status"] == "proposed"
    frames["pipes"].loc[new, "material"] = "玄纤管"
    frames["pipes"].loc[new, "roughness"] = None


@pytest.fixture(scope="module")
def turf(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The small project on artificial turf, taken through all its steps."""
    folder = tmp_path_factory.mktemp("turf") / "project"
    return take_through(write_small_project(folder, first=turfed, second=turfed, toml=lambda t: t + TURF).folder)


def test_checks_and_mapping_know_it(turf: WholeRun) -> None:
    rules = {f.rule for f in turf.built.findings}
    assert not rules & {
        "value.not_allowed",
        "pipe.material_unknown",
        "pipe.roughness_assumed",
        "pipe.size_not_made",
    }
    covers = turf.built.checked.layers["surfaces"]["cover"]
    assert "artificial_turf" in set(covers)
    assert not set(covers) & {"green", "人工草皮"}


def test_models_take_its_parameters(turf: WholeRun) -> None:
    for area in _areas(turf):
        turf_m2 = area.covers_m2.get("artificial_turf", 0.0)
        if turf_m2:
            assert area.mix.f0_mm_h == 120.0
            assert area.mix.fmin_mm_h == 20.0
            assert area.mix.storage_pervious_mm == 3.0
    assert any(a.covers_m2.get("artificial_turf", 0.0) > 0 for a in _areas(turf))


def _areas(run: WholeRun) -> list:
    return [a for model in run.built.models for a in model.areas]


def test_the_models_pipes_take_its_materials_roughness(turf: WholeRun) -> None:
    rows = [
        row
        for model in turf.built.models
        for row in model.sections["CONDUITS"]
        if not row[0].startswith(";") and row[4] == "0.0095"
    ]
    assert rows


def test_volume_method_and_design_take_its_coefficients(turf: WholeRun) -> None:
    known = turf.built.checked.project.settings.catalogue
    assert known.volume_coefficients()["artificial_turf"] == pytest.approx(0.3)
    assert known.volume_coefficients("high")["artificial_turf"] == 0.4
    assert runoff_coefficients(known, {})["artificial_turf"] == pytest.approx(0.4)
    hydraulics = turf.review.tables["pipe_hydraulics"]
    assert (hydraulics["manning_n"] == 0.0095).any()


def test_it_counts_as_green_and_changes_capture(turf: WholeRun, whole_run: WholeRun) -> None:
    key = ["community_id", "scenario", "storm_id"]
    own, plain = (r.review.tables["sponge"].set_index(key) for r in (turf, whole_run))
    pd.testing.assert_series_equal(own["green_m2"], plain["green_m2"])
    assert (own["infiltration_m3"] > plain["infiltration_m3"]).all()
    assert (own["composite_coefficient"] > plain["composite_coefficient"]).all()
    assert (own["capture_event_percent"] != plain["capture_event_percent"]).all()


def test_the_bill_lists_it(turf: WholeRun) -> None:
    quantities = turf.review.tables["quantities"]
    assert "artificial_turf" in set(quantities["material"])


@pytest.mark.parametrize(
    ("lang", "turf_name", "pipe_name"),
    [("zh", "人造草坪", "玄武岩纤维管"), ("en", "artificial turf", "basalt fibre pipe")],
)
def test_page_maps_legend_and_sources_name_it(turf: WholeRun, lang: str, turf_name: str, pipe_name: str) -> None:
    page = page_text(turf.review, lang)
    assert ".a.artificial_turf{fill:#7fb069" in page
    assert 'class="a artificial_turf"' in page
    document = compose(turf.review, lang)
    chapters = {c.key: c for c in document.chapters}
    legend = next(b for b in chapters["legend"].blocks if b.kind == "legend")
    assert "artificial_turf" in legend.covers
    assert turf_name in page
    surfaces = json.dumps([str(b) for b in chapters["surfaces"].blocks], ensure_ascii=False)
    assert turf_name in surfaces
    sources = json.dumps([str(b) for b in chapters["basis"].blocks], ensure_ascii=False)
    for said in (turf_name, pipe_name, "supplier's infiltration test", "manufacturer's test of basalt"):
        assert said in sources
    assert "f0_mm_h = 120 (50)" in sources
    printed = (b for c in document_data(document)["chapters"] for b in c["blocks"] if b["kind"] == "legend")
    swatches = [entry["svg"] for block in printed for entry in block["entries"]]
    assert any(".artificial_turf{fill:#7fb069" in s and 'artificial_turf"' in s for s in swatches)


def test_figures_for_print_are_coloured(turf: WholeRun) -> None:
    drawn = '<svg viewBox="0 0 1 1"><rect class="a artificial_turf" width="1" height="1"/></svg>'
    assert ".a.artificial_turf{fill:#7fb069" in standalone(drawn, turf.review.catalogue)
    assert ".artificial_turf" not in standalone(drawn, shipped())
    assert "artificial_turf" not in cover_rules(shipped())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_workbooks_name_it(turf: WholeRun, lang: str, tmp_path: Path) -> None:
    name = {"zh": "人造草坪", "en": "artificial turf"}[lang]
    (tmp_path / "results.xlsx").write_bytes(xlsx_bytes(turf.review, lang))
    pipeline.write_results(turf.built, turf.review, lang)
    for book in (tmp_path / "results.xlsx", *(turf.folder / "results").glob("*.xlsx")):
        with zipfile.ZipFile(book) as parts:
            texts = [parts.read(part).decode() for part in parts.namelist() if part.endswith(".xml")]
            assert any(name in held for held in texts), book.name


def test_qgis_colours_it(turf: WholeRun) -> None:
    pipeline.write_results(turf.built, turf.review, "en")
    with closing(sqlite3.connect(turf.folder / "results" / "spongecalc.gpkg")) as book:
        ((style,),) = book.execute("select styleQML from layer_styles where f_table_name = 'surfaces'")
    assert 'value="artificial_turf"' in style
    assert "127,176,105,255" in style


def test_the_style_beside_the_examples_layers_is_the_catalogues(repository: Path) -> None:
    assert (repository / "gis" / "styles" / "surfaces.qml").read_text(encoding="utf-8") == surface_style(
        shipped()
    )


WRONG = {
    "unknown like": (
        '[catalogue.covers.turf]\nlike = "gren"\nreason = "a test"',
        ("catalogue.covers.turf.like", "green"),
    ),
    "no reason": ('[catalogue.covers.turf]\nlike = "green"', ("catalogue.covers.turf.reason",)),
    "a shipped cover": (
        '[catalogue.covers.green]\nlike = "green"\nreason = "a test"',
        ("green", "surfaces.covers"),
    ),
    "a bad id": ('[catalogue.covers."Art Turf"]\nlike = "green"\nreason = "a test"', ("Art Turf",)),
    "a bad colour": (
        '[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\ncolour = "lime"',
        ("colour", "#7fb069"),
    ),
    "out of bounds": (
        '[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\nmanning_n = 3',
        ("manning_n", "1"),
    ),
    "a range upside down": (
        '[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\nvolume_low = 0.5',
        ("volume_low", "0.15"),
    ),
    "horton": ('[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\nfmin_mm_h = 60', ("fmin_mm_h", "50")),
    "a name taken": (
        '[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\nsynonyms = ["绿地"]',
        ("绿地", "green"),
    ),
    "material like": (
        '[catalogue.materials.x]\nlike = "wood"\nreason = "a test"',
        ("catalogue.materials.x.like", "HDPE"),
    ),
    "a shipped material": ('[catalogue.materials.HDPE]\nlike = "PE"\nreason = "a test"', ("HDPE",)),
    "family": ('[catalogue.materials.x]\nlike = "PE"\nreason = "a test"\nfamily = "wood"', ("family", "plastic")),
    "size": ('[catalogue.materials.x]\nlike = "PE"\nreason = "a test"\nsizes = ["De315"]', ("sizes", "DN300")),
    "a facility's name": (
        '[catalogue.covers.rain_garden]\nlike = "green"\nreason = "a test"',
        ("catalogue.covers.rain_garden", "green_roof"),
    ),
    "a blank name": ('[catalogue.covers.turf]\nlike = "green"\nreason = "  "', ("catalogue.covers.turf.reason",)),
    "sealed soil": (
        '[catalogue.covers.turf]\nlike = "concrete"\nreason = "a test"\ninfiltration = "soil"',
        ("catalogue.covers.turf.infiltration", "impervious_percent"),
    ),
    "a shipped material in small letters": (
        '[catalogue.materials.hdpe]\nlike = "PE"\nreason = "a test"',
        ("hdpe",),
    ),
    "a material of no letters": (
        '[catalogue.materials.x]\nlike = "PE"\nreason = "a test"\nsynonyms = ["-"]',
        ("catalogue.materials.x", "'-'"),
    ),
    "a material that every pipe is": (
        '[catalogue.materials.x]\nlike = "PE"\nreason = "a test"\nsynonyms = ["管"]',
        ("catalogue.materials.x", "'管'"),
    ),
    "a material without a name": (
        '[catalogue.materials." "]\nlike = "PE"\nreason = "a test"',
        ("catalogue.materials",),
    ),
    "carriageway": ('[design]\ncarriageway = ["asphlt"]', ("design.carriageway", "asphalt")),
    "uncovered": ('[surfaces]\nuncovered = "lawn"', ("surfaces.uncovered", "bare_soil")),
}


@pytest.mark.parametrize(("toml", "named"), WRONG.values(), ids=WRONG)
def test_a_row_that_cannot_be_is_refused_in_both_languages(
    toml: str, named: tuple[str, ...], small_project: Callable[..., SmallProject]
) -> None:
    with pytest.raises(ProjectError) as caught:
        load_project(small_project(toml=lambda text: f"{text}\n{toml}\n").folder)
    for language in LANGUAGES:
        (sentence,) = caught.value.sentences(language)
        for word in named:
            assert word in sentence


def test_a_projects_values_take_the_place_of_the_tables(small_project: Callable[..., SmallProject]) -> None:
    toml = '[surfaces.covers.green]\nfmin_mm_h = 12\n[catalogue.covers.turf]\nlike = "green"\nreason = "a test"\n'
    known = load_project(small_project(toml=lambda text: f"{text}\n{toml}").folder).settings.catalogue
    assert known.cover("green").fmin_mm_h == 12.0
    assert known.cover("turf").fmin_mm_h == 12.0, "like the cover as the project has it"
    assert known.cover("green").f0_mm_h == shipped().cover("green").f0_mm_h
    assert known.cover("asphalt") == shipped().cover("asphalt")
    assert [c.cover for c in known.own_covers] == ["green", "turf"]


def test_trade_sizes_of_its_own(small_project: Callable[..., SmallProject]) -> None:
    toml = '[catalogue.trade_sizes]\ndiameters = ["DN350", 300, "0.5 m"]\nreason = "stock of the county"\n'
    known = load_project(small_project(toml=lambda text: f"{text}\n{toml}").folder).settings.catalogue
    assert [known.next_size_mm(d) for d in (300, 350)] == [350.0, 500.0]
    assert shipped().next_size_mm(300) == 400
    assert shipped().next_size_mm(1200) == 1350
    assert pd.isna(shipped().next_size_mm(2400))
