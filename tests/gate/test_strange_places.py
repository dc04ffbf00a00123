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
    assert not communities_with_errors(checked.findings) & {"A", "B"}
    assert {c for m in pipeline.build(checked).models for c in m.communities} >= {"A", "B"}
