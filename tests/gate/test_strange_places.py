"""A vertex that lies nowhere stops its own community and no other, in whatever layer it stands."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import shapely
from shapely import LineString, Point, Polygon
from tests.small_project import LAYERS, Change, Frames, write_small_project

from spongecalc.layers.finding import communities_with_errors
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline


def moved(layer: str, bad: float) -> Change:
    """The first feature of a layer with a coordinate that is none."""

    def with_bad(shape: shapely.Geometry) -> shapely.Geometry:
        if isinstance(shape, Point):
            return Point(bad, shape.y)
        places = list((shape if isinstance(shape, LineString) else shape.exterior).coords)
        places.insert(1, (bad, places[0][1]))
        return LineString(places) if isinstance(shape, LineString) else Polygon(places)

    def change(frames: Frames) -> None:
        frame = frames[layer]
        shapes = list(frame.geometry)
        frames[layer] = frame.set_geometry([with_bad(shapes[0]), *shapes[1:]], crs=frame.crs)

    return change


@pytest.mark.parametrize("bad", [math.nan, -math.inf, 1e300], ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_vertex_that_lies_nowhere_stops_no_other_community(tmp_path: Path, layer: str, bad: float) -> None:
    project = write_small_project(tmp_path / "project", second=moved(layer, bad))
    checked = pipeline.check(load_project(project.folder))
    found = [f for f in checked.findings if f.rule == "geometry.not_finite"]
    assert [(f.feature.layer, f.feature.file.partition("|")[0]) for f in found] == [(layer, "c.gpkg")]
    assert found[0].feature.feature_id.startswith("C")
    assert communities_with_errors(checked.findings) == {"C"}
    assert {c for m in pipeline.build(checked).models for c in m.communities} == {"A", "B"}


@pytest.mark.parametrize("layer", ["surfaces", "buildings"])
def test_its_community_is_known_by_the_rest_of_it(tmp_path: Path, layer: str) -> None:
    project = write_small_project(tmp_path / "project", second=moved(layer, math.nan))
    found = [f for f in pipeline.check(load_project(project.folder)).findings if f.rule == "geometry.not_finite"]
    assert [f.feature.community_id for f in found] == ["C"]
    assert math.isfinite(found[0].feature.x_m + found[0].feature.y_m)


def test_where_no_vertex_has_a_place_no_community_is_named_and_that_is_told(tmp_path: Path) -> None:
    def change(frames: Frames) -> None:
        frame = frames["surfaces"]
        nowhere = Polygon([(math.inf, math.inf)] * 4)
        frames["surfaces"] = frame.set_geometry([nowhere, *frame.geometry[1:]], crs=frame.crs)

    project = write_small_project(tmp_path / "project", second=change)
    checked = pipeline.check(load_project(project.folder))
    found = [f for f in checked.findings if f.rule == "geometry.not_finite"]
    assert [f.feature.community_id for f in found] == [""]
    assert "where neither can be told" in found[0].action("en")
    assert "无法判断" in found[0].action("zh")
