"""A community with a lift station and a basin with banks, small enough to be worked out by hand.

Two litres of sewage a second come to a wet well of 4 m2 between 95.5 and 96.5 m, out of which one pump of two
lifts them through a rising main of 38 m. The rain of 6000 m2 of asphalt comes by one grate to a basin of 30 m2
whose banks run out by 1.5, which an orifice of 100 mm empties to the river.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
from shapely import LineString, Point, box

CRS = "EPSG:4543"
X, Y = 500000.0, 2700000.0
PUMP = "PU"

Rows = list[dict[str, object]]
Change = Callable[[dict[str, Rows]], None]

TOML = """
name = "lift station"
language = "en"
crs = "EPSG:4543"

{layers}

[rainfall]
formula = "昆明 (新)"
own_formula = false

[[storms]]
return_period = "3 a"
duration = "2 h"

[simulation]
recession = "1 h"
settled = false

[sponge]
generated_years = 1
"""


def point(x: float, y: float) -> Point:
    """A place in the community."""
    return Point(X + x, Y + y)


def line(*places: tuple[float, float]) -> LineString:
    """A line through places in the community."""
    return LineString([(X + x, Y + y) for x, y in places])


def layers() -> dict[str, Rows]:
    """Rows of every layer."""
    square = box(X, Y, X + 100, Y + 60)
    found: dict[str, Rows] = {
        "communities": [{"community_id": "Q", "name": "Q", "geometry": square}],
        "nodes": [
            _node("S1", "sewage", "manhole", (100.0, 97.5), (10, 30), inflow_l_s=2.0),
            _node("S2", "sewage", "pump", (100.0, 95.0), (40, 30), area_m2=4.0),
            _node("S3", "sewage", "junction", (100.0, 96.0), (42, 30)),
            _node("S4", "sewage", "manhole", (101.0, 99.0), (80, 30)),
            _node("SO", "sewage", "outfall", (101.0, 98.5), (95, 30), receives="municipal_sewage"),
            _node("R1", "storm", "inlet", (100.0, 98.6), (20, 40)),
            _node("R2", "storm", "storage", (100.0, 97.0), (50, 45)),
            _node("RO", "storm", "outfall", (99.5, 96.8), (95, 45), receives="river"),
        ],
        "pipes": [
            _pipe("PS1", "sewage", ("S1", "S2"), 300, (97.5, 97.3), (10, 30), (40, 30)),
            _pipe("PM", "sewage", ("S3", "S4"), 100, (96.0, 99.5), (42, 30), (80, 30), hazen_williams=140.0),
            _pipe("PS2", "sewage", ("S4", "SO"), 300, (99.0, 98.5), (80, 30), (95, 30)),
            _pipe("PR1", "storm", ("R1", "R2"), 400, (98.6, 98.4), (20, 40), (50, 45)),
        ],
        "structures": [
            {
                "structure_id": PUMP,
                "kind": "pump",
                "system": "sewage",
                "from_node": "S2",
                "to_node": "S3",
                "flow_l_s": 5.0,
                "head_m": 6.0,
                "on_level_m": 96.5,
                "off_level_m": 95.5,
                "duty": 1,
                "standby": 1,
                "status": "existing",
                "geometry": line((40, 30), (42, 30)),
            },
            {
                "structure_id": "OR",
                "kind": "orifice",
                "system": "storm",
                "from_node": "R2",
                "to_node": "RO",
                "diameter_mm": 100.0,
                "crest_m": 97.0,
                "coefficient": 0.62,
                "status": "existing",
                "geometry": line((50, 45), (95, 45)),
            },
        ],
        "surfaces": [{"surface_id": "G1", "cover": "asphalt", "status": "existing", "geometry": square}],
        "facilities": [
            {
                "facility_id": "B1",
                "kind": "detention_basin",
                "from_node": "R2",
                "volume_m3": 60.0,
                "area_m2": 30.0,
                "bank_slope": 1.5,
                "status": "existing",
                "geometry": point(50, 45).buffer(4),
            }
        ],
    }
    return found


def write_lift_station(folder: Path, change: Change | None = None) -> Path:
    """Write the project and return its folder.

    Parameters
    ----------
    folder
        Where it is to lie.
    change
        Changes the rows before they are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = layers()
    if change is not None:
        change(rows)
    for name, own in rows.items():
        frame = gpd.GeoDataFrame(own, geometry="geometry", crs=CRS)
        frame.to_file(folder / "layers.gpkg", layer=name)
    sources = "\n".join(f'[layers.{name}]\nsource = "layers.gpkg"' for name in rows)
    (folder / "spongecalc.toml").write_text(TOML.format(layers=sources), encoding="utf-8")
    return folder


def _node(
    node_id: str, system: str, kind: str, levels: tuple[float, float], place: tuple[float, float], **more: object
) -> dict[str, object]:
    ground_m, invert_m = levels
    return {
        "node_id": node_id,
        "system": system,
        "kind": kind,
        "ground_m": ground_m,
        "invert_m": invert_m,
        "status": "existing",
        "geometry": point(*place),
        **more,
    }


def _pipe(
    pipe_id: str,
    system: str,
    ends: tuple[str, str],
    diameter_mm: float,
    levels: tuple[float, float],
    *places: tuple[float, float],
    **more: object,
) -> dict[str, object]:
    return {
        "pipe_id": pipe_id,
        "system": system,
        "from_node": ends[0],
        "to_node": ends[1],
        "diameter_mm": diameter_mm,
        "material": "HDPE",
        "invert_up_m": levels[0],
        "invert_down_m": levels[1],
        "status": "existing",
        "geometry": line(*places),
        **more,
    }
