"""Tables and layers of very many fields: a frame takes time by the square of their number."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import ezdxf
import openpyxl
import pytest
from tests.small_project import SmallProject

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate import vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.gate.limits import DEFAULT_LIMITS, Limits
from spongecalc.gate.territory import claim
from spongecalc.language import LANGUAGES
from spongecalc.layers.sources.drawing import read_drawing
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.table_file import read_table
from spongecalc.layers.sources.vector import read_vector
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

HEADING = "起点点号,终点点号,管径"
ALLOWED = DEFAULT_LIMITS.field_limit


def wide_json(fields: int) -> str:
    point = {"type": "Point", "coordinates": [102.1, 24.2]}
    given = {f"f{n}": n for n in range(fields)}
    return json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": given, "geometry": point}]}
    )


def assert_told(refused: SourceRefusedError, found: str, allowed: str) -> None:
    assert refused.rule == "file.not_admitted"
    for language in LANGUAGES:
        sentence = refused.found["reason"].sentence(language)
        assert all(words in sentence for words in ("field_limit", "[security]", found, allowed))


def test_empty_columns_behind_a_heading_are_none(tmp_path: Path) -> None:
    table = tmp_path / "lines.csv"
    table.write_text(f"{HEADING}{',' * 200_000}\nA,B,300,,\n", encoding="utf-8")
    assert list(read_table(table).columns) == [*HEADING.split(","), "table_row"]


def test_a_column_without_a_name_that_holds_something_stays(tmp_path: Path) -> None:
    table = tmp_path / "lines.csv"
    table.write_text(f"{HEADING},,,,\nA,B,300,,steep,\n", encoding="utf-8")
    assert list(read_table(table).columns) == [*HEADING.split(","), "column_4", "column_5", "table_row"]
    assert read_table(table)["column_5"].tolist() == ["steep"]


def test_a_heading_of_names_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    table = tmp_path / "lines.csv"
    table.write_text(f"{HEADING},,\n", encoding="utf-8")
    assert list(read_table(table).columns) == [*HEADING.split(","), "table_row"]
    assert read_table(table).empty


def test_names_that_stand_again_are_numbered(tmp_path: Path) -> None:
    table = tmp_path / "lines.csv"
    table.write_text("a,a,a_2,a,b\n1,2,3,4,5\n", encoding="utf-8")
    assert list(read_table(table).columns) == ["a", "a_2", "a_2_2", "a_2", "b", "table_row"]


@pytest.mark.parametrize("names", ["each", "same", "none but a value below"])
def test_a_table_of_more_columns_than_allowed_names_the_setting(tmp_path: Path, names: str) -> None:
    table = tmp_path / "lines.csv"
    more = {"each": "".join(f",c{n}" for n in range(100_000)), "same": ",a" * 100_000}.get(names, "," * 100_000)
    table.write_text(f"{HEADING}{more}\n{',' * 100_002}1\n", encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refused:
        read_table(table)
    assert_told(refused.value, "100,003", f"{ALLOWED:,}")


def test_a_sheet_of_more_columns_than_allowed_names_the_setting(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([*HEADING.split(","), *(f"c{n}" for n in range(10))])
    book.active.append(["A", "B", 300])
    book.save(tmp_path / "lines.xlsx")
    claim(tmp_path, limits=Limits(field_limit=12))
    with pytest.raises(SourceRefusedError) as refused:
        read_table(tmp_path / "lines.xlsx")
    assert_told(refused.value, "13", "12")
    claim(tmp_path, limits=Limits(field_limit=13))
    assert len(read_table(tmp_path / "lines.xlsx")) == 1


def test_a_layer_of_more_fields_than_allowed_names_the_setting(tmp_path: Path) -> None:
    layer = tmp_path / "nodes.geojson"
    layer.write_text(wide_json(ALLOWED + 1), encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refused:
        read_vector(layer, None, "nodes", None)
    assert_told(refused.value, f"{ALLOWED + 1:,}", f"{ALLOWED:,}")
    layer.write_text(wide_json(ALLOWED), encoding="utf-8")
    assert read_vector(layer, None, "nodes", None).frame.shape == (1, ALLOWED + 1)


def test_a_layer_out_of_memory_is_counted_from_its_beginning(tmp_path: Path) -> None:
    claim(tmp_path, limits=Limits(field_limit=5))
    for fields in (5, 6):
        stream = BytesIO(wide_json(fields).encode())
        with Entrance(tmp_path / "nodes.geojson", "vector", "nodes"):
            if fields == 5:
                assert vector.read_dataframe(stream, layer=0).shape == (1, 6)
                continue
            with pytest.raises(UnreadableError), Entrance(tmp_path / "nodes.geojson", "vector", "nodes"):
                vector.read_dataframe(stream, layer=0)


def test_attributes_of_blocks_count_as_fields(tmp_path: Path) -> None:
    drawing = ezdxf.new("R2018")
    drawing.header["$INSUNITS"] = 6
    drawing.blocks.new("MH").add_circle((0, 0), 0.3)
    for number in range(30):
        symbol = drawing.modelspace().add_blockref("MH", (541000 + number, 2675000), dxfattribs={"layer": "P"})
        symbol.add_attrib(f"TAG{number}", "1", (541000 + number, 2675000))
    drawing.saveas(tmp_path / "d.dxf")
    given = LayerSource(source="d.dxf", layer="P")
    assert len(read_drawing(tmp_path / "d.dxf", "nodes", given, shipped()).frame) == 30
    claim(tmp_path, limits=Limits(field_limit=30))
    with pytest.raises(SourceRefusedError) as refused:
        read_drawing(tmp_path / "d.dxf", "nodes", given, shipped())
    assert_told(refused.value, "37", "30")


def test_a_project_raises_or_lowers_the_limit(small_project) -> None:
    project: SmallProject = small_project()
    page = project.folder / "spongecalc.toml"
    page.write_text(page.read_text(encoding="utf-8") + "\n[security]\nfield_limit = 1\n", encoding="utf-8")
    loaded = load_project(project.folder)
    assert loaded.settings.security.limits.field_limit == 1
    refused = [f for f in pipeline.check(loaded).findings if f.rule == "file.not_admitted"]
    assert refused
    for language in LANGUAGES:
        assert all("field_limit" in f.message(language) and ".gpkg" in f.message(language) for f in refused)
    # The message ends with what to do; what follows says what becomes of the features until then.
    assert {f.action("en") for f in refused} == {"Until that is done, its features are left out."}
    assert {f.action("zh") for f in refused} == {"照此处理后方可读入；目前其要素未读入。"}
