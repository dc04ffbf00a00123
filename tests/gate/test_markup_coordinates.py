"""Coordinates in markup are numbers, or the file is refused with the line of the one that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.gate.cause import cause_of
from spongecalc.gate.markup import refuse_broken_markup
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.vector import read_vector

KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>n</name><Placemark><name>a</name>
{}<LineString><coordinates>{}</coordinates></LineString></Placemark></Folder></Document></kml>"""
GML = """<ogr:All xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2"><ogr:featureMember>
<ogr:n gml:id="n.0"><ogr:geometryProperty><gml:LineString srsName="urn:ogc:def:crs:EPSG::4543">
<gml:posList srsDimension="2">{}</gml:posList></gml:LineString></ogr:geometryProperty>
<ogr:pos>corner</ogr:pos></ogr:n></ogr:featureMember></ogr:All>"""
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">
<wpt lat="{}" lon="{}"><name>a</name></wpt></gpx>"""


def refusal(text: str, language: str = "en") -> str:
    with pytest.raises(NotAdmittedError) as refused:
        refuse_broken_markup(text.encode())
    return cause_of(refused.value).sentence(language)


@pytest.mark.parametrize(
    ("text", "word", "line"),
    [
        (KML.format("", "1,2 abc,def"), "abc", 2),
        (KML.format("", "1,2\n3x,4"), "3x", 3),
        (KML.format("", "1.5.5,2 3,4"), "1.5.5", 2),
        (GML.format("1 2 54abc10 4"), "54abc10", 3),
        (GML.format("1 x 3 4"), "x", 3),
        (GPX.format("24.1x", "109"), "24.1x", 2),
        (GPX.format("24.1", "10O9"), "10O9", 2),
    ],
)
def test_a_coordinate_that_is_no_number_is_named_with_its_line(text: str, word: str, line: int) -> None:
    """The line lay at 54, or at 0."""
    said = f"line {line} has {word} among its coordinates, which is no number"
    assert refusal(text) == f"{said}; correct it there, or export the file anew"
    assert f"第 {line} 行坐标中的 {word} 不是数字" in refusal(text, "zh")


@pytest.mark.parametrize(
    "text",
    [
        KML.format("", "\n 109.5,24.25,0\n\t-1e2,+.5,1. "),
        KML.format("<!-- <coordinates>x</coordinates> -->", "1,2 3,4"),
        KML.format("<description><![CDATA[<coordinates>x</coordinates>]]></description>", "1,2 3,4"),
        KML.format("", "1,2&#10;3,4"),
        KML.format("", ""),
        GML.format("1 2 3 NaN"),
        GML.replace("posList", "coordinates").replace("srsDimension", 'cs=";" id').format("1;2 3;4"),
        GPX.format("24.1", "-109"),
    ],
)
def test_sound_coordinates_are_let_in(text: str) -> None:
    refuse_broken_markup(text.encode())


@pytest.mark.parametrize(
    ("name", "text"), [("n.kml", KML.format("", "1,2 3x,4")), ("n.gml", GML.format("1 2 3x 4"))]
)
def test_a_layer_with_such_a_coordinate_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SourceRefusedError) as refused:
        read_vector(path, None, "pipes", None)
    assert refused.value.rule == "file.not_admitted"
    path.write_text(text.replace("3x", "3"))
    assert len(read_vector(path, None, "n", None).frame) == 1
