"""A small project with a lift station, a rising main and a storage with banks that an orifice empties."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
from shapely.geometry import LineString, Point, Polygon

CRS = "EPSG:4543"
EAST_M, NORTH_M = 500000.0, 2700000.0
LAYERS = ("communities", "nodes", "pipes", "structures", "surfaces")
TOML = """name = "lift station"
language = "en"
crs = "EPSG:4543"
{layers}
[rainfall]
formula = "昆明 (新)"
own_formula = false
[[storms]]
return_period = "3 a"
duration = "2 h"
[sewage]
quota = "120 L/day"
discharge_ratio = 0.85
pattern = [{pattern}]
[simulation]
dry_carrier = "0 L/s"
dry_routing_step = "1 s"
[targets]
ponding_max_m3 = 0
"""


def point(x_m: float, y_m: float) -> Point:
    """A point by its distance from the community's corner."""
    return Point(EAST_M + x_m, NORTH_M + y_m)


def line(*places: tuple[float, float]) -> LineString:
    """A line through such points."""
    return LineString([point(*p) for p in places])


def rows() -> dict[str, list[dict[str, object]]]:
    """The features of each layer, to be changed before they are written.

    2 l/s of sewage run to a well of 4 m2, from which a pump of 5 l/s at 6 m lifts them through 38 m of DN100; a
    storage of 30 m2 with banks of 1:1.5 begins 2 m deep and empties by an orifice of 100 mm.
    """
    where = {"status": "existing"}
    ground = Polygon([point(*p) for p in ((0, 0), (100, 0), (100, 60), (0, 60))])
    nodes = [
        {"node_id": "S1", "system": "sewage", "kind": "manhole", "invert_m": 97.5, "geometry": point(10, 30)},
        {"node_id": "S2", "system": "sewage", "kind": "pump", "invert_m": 95.0, "geometry": point(40, 30)},
        {"node_id": "S3", "system": "sewage", "kind": "junction", "invert_m": 96.0, "geometry": point(42, 30)},
        {"node_id": "S4", "system": "sewage", "kind": "manhole", "invert_m": 99.0, "geometry": point(80, 30)},
        {"node_id": "SO", "system": "sewage", "kind": "outfall", "invert_m": 98.5, "geometry": point(95, 30)},
        {"node_id": "R1", "system": "storm", "kind": "inlet", "invert_m": 99.5, "geometry": point(20, 40)},
        {"node_id": "R2", "system": "storm", "kind": "storage", "invert_m": 97.0, "geometry": point(50, 45)},
        {"node_id": "RO", "system": "storm", "kind": "outfall", "invert_m": 96.8, "geometry": point(95, 45)},
    ]
    more: Mapping[str, dict[str, object]] = {
        "S1": {"inflow_l_s": 2.0},
        "S2": {"area_m2": 4.0},
        "SO": {"receives": "municipal_sewage"},
        "R2": {"area_m2": 30.0, "bank_slope": 1.5, "initial_depth_m": 2.0},
        "RO": {"receives": "river"},
    }
    pipes = [
        pipe("PS1", "sewage", "S1", "S2", 300, (97.5, 97.3), line((10, 30), (40, 30))),
        pipe("PM", "sewage", "S3", "S4", 100, (96.0, 99.5), line((42, 30), (80, 30))),
        pipe("PS2", "sewage", "S4", "SO", 300, (99.0, 98.5), line((80, 30), (95, 30))),
        pipe("PR1", "storm", "R1", "R2", 400, (99.5, 99.3), line((20, 40), (50, 45))),
        pipe("PR2", "storm", "R2", "RO", 300, (99.4, 96.8), line((50, 45), (95, 45))),
    ]
    pipes[1]["hazen_williams"] = 140.0
    pump = {"structure_id": "PU", "kind": "pump", "system": "sewage", "from_node": "S2", "to_node": "S3"}
    pump |= {"flow_l_s": 5.0, "head_m": 6.0, "on_level_m": 96.5, "off_level_m": 95.5, "duty": 1, "standby": 1}
    orifice = {"structure_id": "OR", "kind": "orifice", "system": "storm", "from_node": "R2", "to_node": "RO"}
    orifice |= {"diameter_mm": 100.0, "crest_m": 97.0, "coefficient": 0.62}
    return {
        "communities": [{"community_id": "Q", "name": "提升小区", "geometry": ground}],
        "nodes": [{"ground_m": 101.0, **where, **n, **more.get(str(n["node_id"]), {})} for n in nodes],
        "pipes": [{**where, **p} for p in pipes],
        "structures": [
            {**pump, **where, "geometry": line((40, 30), (42, 30))},
            {**orifice, **where, "geometry": line((50, 45), (95, 45))},
        ],
        "surfaces": [{"surface_id": "G1", "cover": "asphalt", **where, "geometry": ground}],
    }


def pipe(
    name: str,
    system: str,
    upper: str,
    lower: str,
    diameter_mm: float,
    inverts_m: tuple[float, float],
    geometry: LineString,
) -> dict[str, object]:
    """A row of the pipes layer."""
    up_m, down_m = inverts_m
    ends = {"pipe_id": name, "system": system, "from_node": upper, "to_node": lower, "geometry": geometry}
    return {**ends, "diameter_mm": diameter_mm, "material": "HDPE", "invert_up_m": up_m, "invert_down_m": down_m}


def write(folder: Path, features: Mapping[str, list[dict[str, object]]], more: str = "") -> Path:
    """Write the layers and the project's file; ``more`` is appended to it."""
    folder.mkdir(parents=True, exist_ok=True)
    named = [name for name in features if features[name]]
    for name in named:
        frame = gpd.GeoDataFrame(features[name], geometry="geometry", crs=CRS)
        frame.to_file(folder / "layers.gpkg", layer=name)
    layers = "\n".join(f'[layers.{name}]\nsource = "layers.gpkg"' for name in named)
    text = TOML.format(layers=layers, pattern=", ".join(["1.0"] * 24))
    (folder / "spongecalc.toml").write_text(text + more, encoding="utf-8")
    return folder
