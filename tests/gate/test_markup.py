"""Markup that is damaged or breaks off is told so: GDAL takes a GML without a schema for one that ends there."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from shapely import LineString
from tests.small_project import write_one_square

from spongecalc.gate.markup import refuse_broken_markup
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.layers.finding import Finding
from spongecalc.layers.sources.describe import describe
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.vector import read_vector
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

FRAME = gpd.GeoDataFrame(
    {"pipe_id": [str(n) for n in range(40)]},
    geometry=[LineString([(102 + n / 1e4, 25), (102 + n / 1e4, 25.001)]) for n in range(40)],
    crs="EPSG:4326",
)
GPX = (
    '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    + "".join(f'<wpt lat="25.{n}" lon="102"><name>{n}</name></wpt>\n' for n in range(40))
    + "</gpx>"
)


def document(path: Path) -> Path:
    """A document of forty features, without a schema beside it."""
    if path.suffix == ".gpx":
        path.write_text(GPX)
        return path
    choices = {"FORMAT": "GML3.2"} if path.suffix != ".kml" else {}
    pyogrio.write_dataframe(FRAME, path, driver="KML" if path.suffix == ".kml" else "GML", **choices)
    path.with_suffix(".xsd").unlink(missing_ok=True)
    return path


def cut(path: Path, share: float) -> int:
    """Cut a file off, and return the line in which it breaks off."""
    data = path.read_bytes()
    kept = data[: int(len(data) * share)]
    path.write_bytes(kept)
    return kept.count(b"\n") + 1


@pytest.mark.parametrize("share", [0.95, 0.6, 0.2])
@pytest.mark.parametrize("name", ["p.gml", "p.xml", "p.kml", "p.gpx"])
def test_a_document_that_breaks_off_is_refused_with_the_line(tmp_path: Path, name: str, share: float) -> None:
    path = document(tmp_path / name)
    assert len(read_vector(path, None if name != "p.gpx" else "waypoints", "pipes", None).frame) == 40
    line = cut(path, share)
    for look in (lambda: read_vector(path, None, "pipes", None), lambda: describe(name, tmp_path)):
        with pytest.raises(SourceRefusedError) as refused:
            look()
        assert refused.value.rule == "file.unreadable"
        found = {"file": name, "layer": "pipes", **refused.value.found}
        assert f"breaks off in line {line} (" in Finding(refused.value.rule, found=found).message("en")
        assert f"第 {line} 行" in Finding(refused.value.rule, found=found).message("zh")


@pytest.mark.parametrize("share", [0.95, 0.6])
def test_a_community_is_not_computed_without_a_layer_that_breaks_off(tmp_path: Path, share: float) -> None:
    project = write_one_square(
        tmp_path / "project",
        lambda toml: toml.replace('connections]\nsource = "a.gpkg"', 'connections]\nsource = "connections.gml"'),
    )
    frame = pyogrio.read_dataframe(project / "a.gpkg", layer="connections")
    pyogrio.write_dataframe(frame, project / "connections.gml", driver="GML", FORMAT="GML3.2")
    (project / "connections.xsd").unlink()
    assert not [f for f in pipeline.check(load_project(project)).findings if f.severity == "error"]
    cut(project / "connections.gml", share)
    found = pipeline.check(load_project(project)).findings
    assert "file.unreadable" in {f.rule for f in found if f.severity == "error"}


def test_a_broken_document_of_another_kind_is_still_no_form_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.page").write_text("<html><body><p>Not a layer<br></body>")
    with pytest.raises(SourceRefusedError) as refused:
        read_vector(tmp_path / "a.page", None, "pipes", None)
    assert refused.value.rule == "file.not_a_form"


def test_a_file_that_was_mended_is_looked_through_anew(tmp_path: Path) -> None:
    path = document(tmp_path / "p.gml")
    whole = path.read_bytes()
    cut(path, 0.5)
    with pytest.raises(NotAdmittedError):
        refuse_broken_markup(path)
    path.write_bytes(whole)
    refuse_broken_markup(path)


def test_entities_of_a_document_s_own_are_refused_before_they_are_put_in(tmp_path: Path) -> None:
    path = document(tmp_path / "p.gml")
    text = path.read_text(encoding="utf-8")
    end = text.index("?>") + 2
    path.write_text(f'{text[:end]}<!DOCTYPE a [<!ENTITY b "c">]>{text[end:]}', encoding="utf-8")
    with pytest.raises(SourceRefusedError) as refused:
        read_vector(path, None, "pipes", None)
    assert refused.value.rule == "file.not_admitted"
    assert "document type" in str(refused.value.found["reason"])


def test_an_encoding_that_no_parser_knows_is_told() -> None:
    for name in ("gb18030", "nothing"):
        content = f'<?xml version="1.0" encoding="{name}"?><a>管</a>'.encode("gb18030")
        with pytest.raises(NotAdmittedError) as refused:
            refuse_broken_markup(content)
        assert refused.value.values["line"] == "1"
