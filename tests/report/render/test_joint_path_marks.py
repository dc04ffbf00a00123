"""The band along a cross-connection's way: one path of what lies in the community, with a title."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import LineString

from spongecalc.report.content.wording import Wording
from spongecalc.report.render.joint_path_marks import joint_path_marks
from spongecalc.report.render.map_svg import Frame

FRAME = Frame(0.0, 100.0, 100.0, 100.0)
PIPES = gpd.GeoDataFrame(
    {"pipe_id": ["P1", "P2"]}, geometry=[LineString([(0, 0), (10, 0)]), LineString([(10, 0), (20, 0)])]
)
LATERALS = gpd.GeoDataFrame({"connection_id": ["L1"]}, geometry=[LineString([(0, 5), (0, 0)])])


def joints(path: object) -> pd.DataFrame:
    row = {"number": 3, "kind": "sewage_lateral_to_storm", "carries": "sewage", "outfalls": "O<1>", "path": path}
    return pd.DataFrame([row])


def test_one_band_for_a_joint_along_all_it_passes() -> None:
    layers = {"pipes": PIPES, "connections": LATERALS}
    drawn = joint_path_marks(joints("L1;P1;P2;BEYOND"), layers, FRAME, Wording("en").name)
    assert drawn.count("<path") == 1
    assert drawn.count("M") == 3
    assert 'class="way sewage"' in drawn
    assert "O&lt;1&gt;" in drawn


def test_no_band_where_nothing_is_drawn() -> None:
    for given in (joints("BEYOND"), joints(None), joints("P1").drop(columns="path"), joints("P1").iloc[:0]):
        assert joint_path_marks(given, {"pipes": PIPES}, FRAME, Wording("en").name) == ""
