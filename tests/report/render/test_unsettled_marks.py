"""Figures that are not settled on the map: a halo or a ring each, whose title gives both ends of the range."""

import xml.etree.ElementTree as ET

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from spongecalc.report.content.wording import Wording
from spongecalc.report.render.map_svg import Frame
from spongecalc.report.render.unsettled_marks import unsettled_marks

FRAME = Frame(1000.0, 2000.0, 100.0, 75.0)
LAYERS = {
    "pipes": gpd.GeoDataFrame({"pipe_id": ["P1"]}, geometry=[LineString([(1010, 1990), (1030, 1990)])]),
    "nodes": gpd.GeoDataFrame({"node_id": ["N<1>"]}, geometry=[Point(1050, 1950)]),
}


def marked(*rows: tuple[str, str, str, float, float], lang: str = "en") -> list[tuple[str | None, str | None]]:
    table = pd.DataFrame(rows, columns=["object", "object_id", "figure", "value", "reference_value"])
    halos, rings = unsettled_marks(table, LAYERS, FRAME, Wording(lang).name)
    found = [ET.fromstring(part) for part in (*halos, *rings)]
    return [(e.get("class"), next(e.iter("title")).text) for e in found]


def test_a_pipe_has_a_halo_and_a_node_one_ring_for_all_its_figures() -> None:
    rows = [
        ("node", "N<1>", "max_depth_m", 1.2, 1.25),
        ("node", "N<1>", "flood_volume_m3", 0.3, 0.0),
        ("pipe", "P1", "peak_l_s", 6.898, 4.2996),
    ]
    assert marked(*rows) == [
        ("swing", "P1 · peak (l/s) 4.30–6.90"),
        ("ring", "N<1> · largest depth (m) 1.20–1.25 · water that came up (m³) 0.00–0.30"),
    ]
    assert marked(rows[2], lang="zh") == [("swing", "P1 · 峰值（L/s） 4.30–6.90")]


def test_what_the_map_does_not_draw_has_no_mark() -> None:
    assert marked(("pipe", "P9", "peak_l_s", 9.0, 7.0), ("outfalls", "all", "peak_l_s", 9.0, 7.0)) == []
