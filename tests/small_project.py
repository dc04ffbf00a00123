"""A project of three communities A, B and C side by side, small enough to be worked out by hand.

Each is a square of 40 m: a building with forty flats, a concrete lane before and permeable concrete after, and
green. Before, one combined sewer takes everything to the street; after, a rain and a sewage pipe of 30 m
each. Its old sewers come under pressure; who asks what is settled of them sets it true, others need not wait for
their reference runs. A and B come from one file and C from another, as two survey parties would deliver them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString, Point, box

CRS = "EPSG:4543"
ORIGIN_X, ORIGIN_Y = 540000.0, 2674000.0
SIDE_M = 40.0
LAYERS = ("communities", "nodes", "pipes", "surfaces", "buildings", "connections")
# All that decides in the project and that nobody has read, as confirmed.
CONFIRMED = """
[standards.confirmed.storm_formulas]
rows = ["昆明 (新)"]
who = "the test"
why = "any formula will do"

[standards.confirmed.clauses]
who = "the test"
why = "lengths are those of centre lines"
"""

Frames = dict[str, gpd.GeoDataFrame]
Change = Callable[[Frames], None]

TOML = """
name = "three squares"
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
"""


# Ten years of rain would cost three times what all other runs of the project do; who asks for the year's capture
# says by how many years.
SHORT_SERIES = "[sponge]\ngenerated_years = 1\n\n"


@dataclass(frozen=True)
class SmallProject:
    """Where the project lies, and its two files of layers."""

    folder: Path
    first: Path
    second: Path


def community(name: str, column: int) -> Frames:
    """All layers of one community; ``column`` is its place in the row, from the west."""
    x0, y0 = ORIGIN_X + column * SIDE_M, ORIGIN_Y
    square = box(x0, y0, x0 + SIDE_M, y0 + SIDE_M)
    house = box(x0 + 5, y0 + 25, x0 + 25, y0 + 35)
    lane = box(x0, y0, x0 + SIDE_M, y0 + 15)
    green = box(x0, y0 + 15, x0 + SIDE_M, y0 + SIDE_M).difference(house)
    places = {
        "C1": (x0 + 10, y0 + 10),
        "C2": (x0 + 40, y0 + 10),
        "R1": (x0 + 10, y0 + 8),
        "R2": (x0 + 40, y0 + 8),
        "S1": (x0 + 10, y0 + 12),
        "S2": (x0 + 40, y0 + 12),
    }

    def node(key: str, system: str, kind: str, invert: float, status: str, receives: str | None = None) -> dict:
        return {
            "node_id": f"{name}-{key}",
            "system": system,
            "kind": kind,
            "ground_m": 100.0,
            "invert_m": invert,
            "receives": receives,
            "status": status,
            "geometry": Point(places[key]),
        }

    def pipe(key: str, system: str, ends: tuple[str, str], diameter: float, fall: tuple, status: str) -> dict:
        return {
            "pipe_id": f"{name}-{key}",
            "system": system,
            "from_node": f"{name}-{ends[0]}",
            "to_node": f"{name}-{ends[1]}",
            "diameter_mm": diameter,
            "material": "HDPE",
            "roughness": 0.011,
            "invert_up_m": fall[0],
            "invert_down_m": fall[1],
            "sediment_mm": 50.0 if system == "combined" else 0.0,
            "status": status,
            "geometry": LineString([places[ends[0]], places[ends[1]]]),
        }

    def lateral(key: str, kind: str, to_node: str, status: str) -> dict:
        return {
            "connection_id": f"{name}-{key}",
            "source": f"{name}-H",
            "kind": kind,
            "to_node": f"{name}-{to_node}",
            "status": status,
            "geometry": LineString([(x0 + 10, y0 + 25), places[to_node]]),
        }

    def surface(key: str, cover: str, shape: object, status: str) -> dict:
        return {
            "surface_id": f"{name}-{key}",
            "cover": cover,
            "subgrade_mm_h": 5.0 if cover.startswith("permeable") else None,
            "status": status,
            "geometry": shape,
        }

    rows: dict[str, list[dict]] = {
        "communities": [
            {
                "community_id": name,
                "name": f"Square {name}",
                "phase": "1",
                "district": "D",
                "households": 40,
                "residents": 120,
                "claimed_storm_m": 30,
                "claimed_sewage_m": 30,
                "geometry": square,
            }
        ],
        "nodes": [
            node("C1", "combined", "inlet", 99.0, "removed"),
            node("C2", "combined", "outfall", 98.8, "removed", "municipal_storm"),
            node("R1", "storm", "inlet", 99.0, "proposed"),
            node("R2", "storm", "outfall", 98.7, "proposed", "municipal_storm"),
            node("S1", "sewage", "manhole", 98.6, "proposed"),
            node("S2", "sewage", "outfall", 98.3, "proposed", "municipal_sewage"),
        ],
        "pipes": [
            pipe("PC", "combined", ("C1", "C2"), 200, (99.0, 98.8), "removed"),
            pipe("PR", "storm", ("R1", "R2"), 300, (99.0, 98.7), "proposed"),
            pipe("PS", "sewage", ("S1", "S2"), 200, (98.6, 98.3), "proposed"),
        ],
        "surfaces": [
            surface("L0", "concrete", lane, "removed"),
            surface("L1", "permeable_concrete", lane, "proposed"),
            surface("G", "green", green, "existing"),
        ],
        "buildings": [
            {
                "building_id": f"{name}-H",
                "households": 40,
                "residents": 120,
                "floors": 2,
                "roof_to": None,
                "sewage_to": None,
                "status": "existing",
                "geometry": house,
            }
        ],
        "connections": [
            lateral("K0", "kitchen", "C1", "removed"),
            lateral("T0", "toilet", "C1", "removed"),
            lateral("D0", "roof_drain", "C1", "removed"),
            lateral("K1", "kitchen", "S1", "proposed"),
            lateral("T1", "toilet", "S1", "proposed"),
            lateral("D1", "roof_drain", "R1", "proposed"),
        ],
    }
    return {layer: gpd.GeoDataFrame(rows[layer], geometry="geometry", crs=CRS) for layer in LAYERS}


def joined(names: list[tuple[str, int]]) -> Frames:
    """The layers of several communities as one delivery."""
    parts = [community(name, column) for name, column in names]
    return {
        layer: gpd.GeoDataFrame(pd.concat([p[layer] for p in parts], ignore_index=True), crs=CRS)
        for layer in LAYERS
    }


@cache
def plain_delivery(names: tuple[tuple[str, int], ...]) -> bytes:
    """The file of a delivery as it is; hundreds of projects hold the same."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plain.gpkg"
        write_delivery(path, joined(list(names)))
        return path.read_bytes()


def write_delivery(path: Path, frames: Frames) -> None:
    """Write frames as the layers of one GeoPackage."""
    path.unlink(missing_ok=True)
    for layer, frame in frames.items():
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")


def write_small_project(
    folder: Path,
    *,
    first: Change | None = None,
    second: Change | None = None,
    toml: Callable[[str], str] | None = None,
) -> SmallProject:
    """Write the project; ``first`` and ``second`` may change the frames of the two deliveries."""
    folder.mkdir(parents=True)
    deliveries = ((folder / "ab.gpkg", [("A", 0), ("B", 1)], first), (folder / "c.gpkg", [("C", 2)], second))
    for path, names, change in deliveries:
        if change is None:
            path.write_bytes(plain_delivery(tuple(names)))
            continue
        frames = joined(names)
        change(frames)
        write_delivery(path, frames)
    layers = "\n".join(
        f'[[layers.{layer}]]\nsource = "{file}"\nlayer = "{layer}"'
        for layer in LAYERS
        for file in ("ab.gpkg", "c.gpkg")
    )
    text = TOML.format(layers=layers)
    text = toml(text) if toml else text
    if "[sponge]" not in text:
        # Before the last section, to whose settings tests add.
        text = text.replace("[simulation]", f"{SHORT_SERIES}[simulation]", 1)
    (folder / "spongecalc.toml").write_text(text, encoding="utf-8")
    return SmallProject(folder, deliveries[0][0], deliveries[1][0])


def write_one_square(folder: Path, toml: Callable[[str], str] | None = None) -> Path:
    """Write a project of community A alone, for tests that take it through its commands many times."""
    folder.mkdir(parents=True)
    (folder / "a.gpkg").write_bytes(plain_delivery((("A", 0),)))
    layers = "\n".join(f'[layers.{layer}]\nsource = "a.gpkg"\nlayer = "{layer}"' for layer in LAYERS)
    text = TOML.format(layers=layers).replace("[simulation]", f"{SHORT_SERIES}[simulation]", 1)
    (folder / "spongecalc.toml").write_text(toml(text) if toml else text, encoding="utf-8")
    return folder
