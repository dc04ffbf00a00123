"""One community of many pipes, for benches and tests of size: quarters of two systems of pipes and their ground.

A quarter has 200 rain and 200 sewage pipes, twenty rows of ten that a collecting pipe leads to an outfall of its
own, a building for every four manholes, lawns around the buildings and a road through the middle of concrete.
"""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

ROWS, COLUMNS = 20, 10
LETTERS = {"storm": "R", "sewage": "S"}
GAP_M = 20.0
DROP_M = 0.08
PIPES_OF_QUARTER = 2 * ROWS * COLUMNS
SIDE_X_M, SIDE_Y_M = GAP_M * (COLUMNS + 2), GAP_M * (ROWS + 1)
EAST_M, NORTH_M = 500_000.0, 2_600_000.0
TOML = """
name = "one large community"
crs = "EPSG:4543"
{layers}
[rainfall]
formula = "昆明 (新)"
own_formula = false
{storms}
{more}
"""
STORM = '[[storms]]\nreturn_period = "3 a"\nduration = "2 h"'


def write_project(
    folder: Path, pipes: int, storms: str = STORM, more: str = "", community: str = "A001", communities: int = 1
) -> Path:
    """Write a project of one community with about so many pipes, or of several in a row; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    count = max(1, round(pipes / PIPES_OF_QUARTER))
    across = math.ceil(math.sqrt(count * SIDE_Y_M / SIDE_X_M))
    corners = [(EAST_M + SIDE_X_M * (q % across), NORTH_M + SIDE_Y_M * (q // across)) for q in range(count)]
    names = [community, *(f"A{number:03d}" for number in range(2, communities + 1))]
    parts = []
    for number, name in enumerate(names):
        own = corners[number * count // communities : (number + 1) * count // communities]
        parts.append({"communities": _community(name, own), **_network(name, own), **_ground(name, own)})
    frames = {layer: pd.concat([part[layer] for part in parts], ignore_index=True) for layer in parts[0]}
    for layer, frame in frames.items():
        target = folder / "survey.gpkg"
        pyogrio.write_dataframe(frame.set_crs("EPSG:4543"), target, layer=layer, driver="GPKG")
    layers = "\n".join(f'[layers.{n}]\nsource = "survey.gpkg"\nlayer = "{n}"' for n in frames)
    document = TOML.format(layers=layers, storms=storms, more=more)
    (folder / "spongecalc.toml").write_text(document, encoding="utf-8")
    return folder


def _community(community: str, corners: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    outline = shapely.union_all([shapely.box(x, y, x + SIDE_X_M, y + SIDE_Y_M) for x, y in corners])
    return gpd.GeoDataFrame({"community_id": [community]}, geometry=[outline])


def _network(community: str, corners: list[tuple[float, float]]) -> dict[str, gpd.GeoDataFrame]:
    """Nodes and pipes of both systems; the first manhole of each is its outfall."""
    nodes: dict[str, list] = {k: [] for k in ("node_id", "system", "kind", "invert_m", "receives", "x", "y")}
    pipes: dict[str, list] = {k: [] for k in ("pipe_id", "system", "from_node", "to_node", "up", "down", "xy")}
    for number, (x0, y0) in enumerate(corners):
        for system, aside_m, deeper_m in (("storm", 0.0, 0.0), ("sewage", 4.0, 0.9)):
            name = f"{community}-{number:03d}{LETTERS[system]}"
            for row in range(ROWS):
                # The last manhole of the first row makes up for the outfall, which no pipe leaves.
                for column in range(COLUMNS if row else COLUMNS + 1):
                    level = 98.0 - deeper_m + DROP_M * (column + row)
                    place = (x0 + GAP_M * (0.7 + column) + aside_m, y0 + GAP_M * (0.7 + row) + aside_m)
                    is_outfall = row == column == 0
                    nodes["node_id"].append(f"{name}-{row}-{column}")
                    nodes["system"].append(system)
                    nodes["kind"].append("outfall" if is_outfall else "manhole")
                    nodes["invert_m"].append(round(level, 3))
                    nodes["receives"].append(f"municipal_{system}" if is_outfall else None)
                    nodes["x"].append(place[0])
                    nodes["y"].append(place[1])
                    if is_outfall:
                        continue
                    to = (row, column - 1) if column else (row - 1, 0)
                    pipes["pipe_id"].append(f"{name}-P{row}-{column}")
                    pipes["system"].append(system)
                    pipes["from_node"].append(f"{name}-{row}-{column}")
                    pipes["to_node"].append(f"{name}-{to[0]}-{to[1]}")
                    pipes["up"].append(round(level, 3))
                    pipes["down"].append(round(level - DROP_M, 3))
                    there = (x0 + GAP_M * (0.7 + to[1]) + aside_m, y0 + GAP_M * (0.7 + to[0]) + aside_m)
                    pipes["xy"].append((place, there))
    total = len(pipes["pipe_id"])
    rain = np.array(pipes["system"]) == "storm"
    collecting = np.array([p.endswith("-0") for p in pipes["pipe_id"]])
    return {
        "nodes": gpd.GeoDataFrame(
            {
                "node_id": nodes["node_id"],
                "system": nodes["system"],
                "kind": nodes["kind"],
                "ground_m": [101.5 for _ in nodes["x"]],
                "invert_m": nodes["invert_m"],
                "receives": nodes["receives"],
                "status": "existing",
            },
            geometry=gpd.points_from_xy(nodes["x"], nodes["y"]),
        ),
        "pipes": gpd.GeoDataFrame(
            {
                "pipe_id": pipes["pipe_id"],
                "system": pipes["system"],
                "from_node": pipes["from_node"],
                "to_node": pipes["to_node"],
                "diameter_mm": np.where(rain, np.where(collecting, 800.0, 400.0), 300.0),
                "material": ["HDPE"] * total,
                "invert_up_m": pipes["up"],
                "invert_down_m": pipes["down"],
                "status": "existing",
            },
            geometry=list(shapely.linestrings(np.asarray(pipes["xy"]))),
        ),
    }


def _ground(community: str, corners: list[tuple[float, float]]) -> dict[str, gpd.GeoDataFrame]:
    """Buildings between the manholes, a lawn around each, and concrete where neither is."""
    houses, lawns, to_storm, to_sewage, roads = [], [], [], [], []
    for number, (x0, y0) in enumerate(corners):
        name = f"{community}-{number:03d}"
        quarter_lawns = []
        for row in range(1, ROWS, 2):
            for column in range(1, COLUMNS, 2):
                x, y = x0 + GAP_M * (0.7 + column) + 6, y0 + GAP_M * (0.7 + row) + 6
                houses.append(shapely.box(x, y, x + 10, y + 10))
                quarter_lawns.append(shapely.box(x - 1, y - 1, x + 11, y + 11).difference(houses[-1]))
                to_storm.append(f"{name}R-{row}-{column}")
                to_sewage.append(f"{name}S-{row}-{column}")
        lawns.extend(quarter_lawns)
        covered = shapely.union_all([*quarter_lawns, *houses[-len(quarter_lawns) :]])
        roads.append(shapely.box(x0, y0, x0 + SIDE_X_M, y0 + SIDE_Y_M).difference(covered))
    total = len(houses)
    return {
        "buildings": gpd.GeoDataFrame(
            {
                "building_id": [f"{community}-H{n:05d}" for n in range(total)],
                "households": [12] * total,
                "residents": [36] * total,
                "floors": [6] * total,
                "roof_to": to_storm,
                "sewage_to": to_sewage,
                "status": "existing",
            },
            geometry=houses,
        ),
        "surfaces": gpd.GeoDataFrame(
            {
                "surface_id": [f"{community}-U{n:05d}" for n in range(len(lawns) + len(roads))],
                "cover": ["green"] * len(lawns) + ["concrete"] * len(roads),
                "status": "existing",
            },
            geometry=[*lawns, *roads],
        ),
    }
