"""The entrance: any failure within is a refusal with file, layer and cause in both languages."""

from __future__ import annotations

import errno
import tomllib
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pyogrio.errors
import pytest
import rasterio.errors

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate import raster, text, vector, workbook
from spongecalc.gate.cause import LONGEST_WORDS, Cause
from spongecalc.gate.entrance import FORMS, Entrance, standing_in
from spongecalc.gate.input_refused import InputRefusedError, UnreadableError
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.form import read_raw
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.layer_source import LayerSource

FAILURES = (
    ParseError("not well-formed: line 3"),
    zlib.error("Error -3 while decompressing"),
    zipfile.BadZipFile("File is not a zip file"),
    TypeError("expected str"),
    KeyError("xl/workbook.xml"),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    OSError(errno.EIO, "Input/output error"),
    MemoryError(),
    pyogrio.errors.DataSourceError("no such driver"),
    rasterio.errors.RasterioIOError("not recognized"),
    tomllib.TOMLDecodeError("Expected '='"),
    ValueError("embedded null byte"),
    StopIteration(),
    SystemError("a library's own"),
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda f: type(f).__name__)
def test_any_failure_is_a_refusal_that_names_file_layer_and_cause(failure: Exception) -> None:
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("folder/survey.gpkg"), "vector", "pipes"):
        raise failure
    assert refusal.value.__cause__ is failure
    assert (refusal.value.file, refusal.value.form, refusal.value.layer) == ("survey.gpkg", "vector", "pipes")
    for language in ("en", "zh"):
        assert refusal.value.cause.sentence(language).strip()


def test_a_refusal_in_words_of_our_own_passes_as_it_is() -> None:
    own = SourceRefusedError("form.old_table")
    with pytest.raises(SourceRefusedError) as refusal, Entrance(Path("a.xls"), "workbook"):
        raise own
    assert refusal.value is own


def test_the_inner_entrance_s_cause_is_told_on_by_the_outer_one() -> None:
    def refused(cause: Cause) -> InputRefusedError:
        return SourceRefusedError("file.unreadable", reason=cause)

    with (
        pytest.raises(SourceRefusedError) as refusal,
        Entrance(Path("a.xlsx"), "workbook", "nodes", refused),
        Entrance(Path("a.xlsx"), "workbook"),
    ):
        raise zlib.error("Error -3")
    assert str(refusal.value.found["reason"]) == "Error -3"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_who_stops_the_program_is_not_held_up(stop: type[BaseException]) -> None:
    with pytest.raises(stop), Entrance(Path("a.xlsx"), "workbook"):
        raise stop


def test_the_cause_is_one_line_of_a_sane_length_in_the_library_s_words() -> None:
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a.xlsx"), "workbook"):
        raise ValueError("bad\n\tcell \x00\x1b[31m" + "9" * 5000)
    said = refusal.value.cause.sentence("en")
    assert "bad cell [31m999" in said
    assert len(said) < LONGEST_WORDS + 150
    assert said.isprintable()


def test_a_library_s_words_are_told_as_they_are_and_a_fault_of_ours_with_its_place(tmp_path: Path) -> None:
    """A fault of the program is told from a damaged file: by its place, and by what it asks for."""
    (tmp_path / "a.toml").write_text("= 1")
    with pytest.raises(UnreadableError) as refusal, Entrance(tmp_path / "a.toml", "settings"):
        text.read_settings(tmp_path / "a.toml")
    assert refusal.value.cause.kind == "library"
    assert "line 1" in refusal.value.cause.words
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a"), "text"):
        Finding("no.such.rule")
    assert refusal.value.cause.kind == "fault"
    assert "layers/rules/registry.py:" in refusal.value.cause.sentence("zh")
    assert "请反馈" in refusal.value.cause.sentence("zh")


def test_no_library_is_called_outside_the_gate(tmp_path: Path) -> None:
    calls = (
        lambda: vector.list_layers(tmp_path / "a.gpkg"),
        lambda: raster.opened(tmp_path / "a.tif"),
        lambda: workbook.opened(b""),
        lambda: text.read_bytes(tmp_path / "a"),
        standing_in,
    )
    for call in calls:
        with pytest.raises(RuntimeError, match="outside the gate"):
            call()
    with Entrance(tmp_path / "a", "text") as entrance:
        assert standing_in() is entrance
    with pytest.raises(RuntimeError):
        standing_in()


def test_a_form_that_does_not_exist_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="spreadsheet"):
        Entrance(Path("a"), "spreadsheet")
    assert "workbook" in FORMS


@pytest.mark.parametrize("ending", ["gpkg", "shp", "xlsx", "csv", "dxf", "dat", "inp", "xml", "tif", "nothing"])
def test_a_path_of_five_thousand_characters_or_with_a_nul_is_refused_in_words(
    tmp_path: Path, ending: str
) -> None:
    for name in (f"{'管' * 5000}.{ending}", f"a\0b.{ending}", f"{'d/' * 2500}a.{ending}"):
        with pytest.raises(SourceRefusedError) as refusal:
            read_raw(tmp_path, "nodes", LayerSource(source=name), shipped())
        assert refusal.value.rule == "file.unreadable"
        finding = Finding(refusal.value.rule, found={"file": "x", "layer": "nodes", **refusal.value.found})
        assert "too long" in finding.message("en")
        assert "路径过长" in finding.message("zh")


def test_a_nul_within_a_file_is_not_told_as_one_in_its_path() -> None:
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a.kmz"), "vector"):
        raise ValueError("embedded null character")
    assert (refusal.value.cause.kind, refusal.value.cause.words) == ("library", "embedded null character")
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a\0.kmz"), "vector"):
        raise AssertionError
    assert refusal.value.cause.kind == "path"


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.tif", "a.xlsx", "a.csv", "a.dxf", "a.dat", "a.inp"])
def test_a_folder_in_the_place_of_a_file_is_told_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(SourceRefusedError) as refusal:
        describe(name, tmp_path)
    finding = Finding(refusal.value.rule, found={"file": name, "layer": "nodes", **refusal.value.found})
    assert finding.message("en").startswith(
        f"The file {name} was not opened: it is a folder, where a file is expected; "
    )
    assert "它是文件夹" in finding.message("zh")


@pytest.mark.parametrize("words", ["Is a torn page", "Is a torn page.", "Is a torn page. ", "文件残缺。"])
def test_a_stop_stands_between_the_words_of_a_library_and_what_to_do(words: str) -> None:
    plain = words.rstrip(" .。")
    for rule in ("file.unreadable", "dem.unreadable", "database.refused"):
        for reason in (words, Cause("library", words)):
            found = Finding(rule, found={"file": "a", "layer": "b", "url": "c", "reason": reason})
            assert found.message("en").endswith(f": {plain}.")
            assert found.message("zh").endswith(f"：{plain}。")


def test_words_that_were_cut_keep_their_dots() -> None:
    found = Finding("file.unreadable", found={"file": "a", "layer": "b", "reason": "so long..."})
    assert found.message("zh").endswith("：so long...。")


OF_A_BUILD = "Error occurred in /opt/build/gdal/src/v3-ae01.clean/ogr/openfilegdb/filegdbtable.cpp at line 838"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (f"No such table; {OF_A_BUILD}; {OF_A_BUILD}", "No such table"),
        (f"{OF_A_BUILD}; row 3 is damaged", "row 3 is damaged"),
        (r"bad row in C:\build\gdal\table.cpp:12; bad page", "bad row; bad page"),
        ("'/vsimem/pyogrio_5ab5e47f' not recognized as being in a supported file format", None),
        ("0x56321a2b3c4d: too few bytes", "too few bytes"),
        ("<Table object at 0x7f12aa34bb56> is torn", "<Table object> is torn"),
        ("row 0x89504e47 of d/survey.c.csv, line 3", "row 0x89504e47 of d/survey.c.csv, line 3"),
        ("/data/管线.gpkg: not a database", "/data/管线.gpkg: not a database"),
    ],
)
def test_places_in_a_library_s_source_and_memory_are_left_out(words: str, told: str | None) -> None:
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a.gdb"), "vector"):
        raise pyogrio.errors.DataSourceError(words)
    assert refusal.value.cause.words == (told or "not recognized as being in a supported file format")


def test_where_nothing_else_was_said_the_file_is_damaged() -> None:
    with pytest.raises(UnreadableError) as refusal, Entrance(Path("a.gdb"), "vector"):
        raise pyogrio.errors.DataSourceError(OF_A_BUILD)
    assert refusal.value.cause.sentence("en") == "what it holds is damaged"
    assert refusal.value.cause.sentence("zh") == "内容已损坏"
