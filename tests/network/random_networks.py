"""Random drainage of one community, both systems, with misconnections planted in it.

Each system is a tree of manholes that falls to an outfall, with a few more pipes that close loops. Every
manhole of the rain system has a roof drain or is an inlet, every one of the sewage system a lateral.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
from pyproj import CRS
from shapely import LineString, Point, box

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import empty_frame
from spongecalc.scenario import DrainageSystem

KINDS = (
    "sewage_lateral_to_storm",
    "rain_lateral_to_sewage",
    "pipe_to_storm",
    "pipe_to_sewage",
    "overflow",
    "combined",
    "removed",
    "wrong_receiver",
    "nothing",
)
PROJECTED = CRS.from_epsg(4543)
X0, Y0 = 540000.0, 2674000.0


@dataclass(frozen=True)
class Planted:
    """A network and what was planted in it: (kind, feature id), the crossing ones apart from the leftovers."""

    system: DrainageSystem
    joints: frozenset[tuple[str, str]]
    leftovers: frozenset[tuple[str, str]]
    sewage_in_rain: bool
    rain_in_sewage: bool


class _Layers:
    """Rows of the layers as they grow."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict] = {}
        self.pipes: list[dict] = []
        self.laterals: list[dict] = []
        self.buildings: list[dict] = []

    def node(self, key: str, system: str, kind: str, x: float, y: float, invert: float, **more: object) -> str:
        row = {"node_id": f"A-{key}", "system": system, "kind": kind, "ground_m": 100.0, "invert_m": invert}
        place = Point(X0 + x, Y0 + y)
        self.nodes[row["node_id"]] = {**row, "receives": None, "status": "existing", "geometry": place, **more}
        return row["node_id"]

    def pipe(
        self, key: str, system: str, upper: str, lower: str, up: float = 0.0, status: str = "existing"
    ) -> str:
        first, last = self.nodes[upper], self.nodes[lower]
        self.pipes.append(
            {
                "pipe_id": f"A-{key}",
                "system": system,
                "from_node": upper,
                "to_node": lower,
                "diameter_mm": 1000.0,
                "roughness": 0.011,
                "invert_up_m": first["invert_m"] + up,
                "invert_down_m": last["invert_m"],
                "sediment_mm": 0.0,
                "status": status,
                "geometry": LineString([first["geometry"], last["geometry"]]),
            }
        )
        return f"A-{key}"

    def lateral(self, key: str, building: str, kind: str, node: str) -> str:
        end = self.nodes[node]["geometry"]
        start = Point(end.x + 1.0, end.y + 3.0)
        self.laterals.append(
            {
                "connection_id": f"A-{key}",
                "source": building,
                "kind": kind,
                "to_node": node,
                "status": "existing",
                "geometry": LineString([start, end]),
            }
        )
        return f"A-{key}"


def random_network(seed: int, kinds: tuple[str, ...] | None = None) -> Planted:  # noqa: PLR0915  a kind after the other
    """A network with one to four planted misconnections of ``kinds`` (or of random ones; maybe none)."""
    random = np.random.default_rng(seed)
    made = _Layers()
    trees = {
        "storm": _tree(made, random, "R", "storm", 0.0, "municipal_storm"),
        "sewage": _tree(made, random, "S", "sewage", 4.0, "municipal_sewage"),
    }
    count = int(random.integers(2, 5))
    for b in range(count):
        x = 15.0 * b
        made.buildings.append(
            {
                "building_id": f"A-H{b}",
                "households": 5000.0,
                "residents": 20000.0,
                "floors": 6.0,
                "status": "existing",
                "geometry": box(X0 + x, Y0 + 60, X0 + x + 10, Y0 + 70),
            }
        )
        made.lateral(f"T{b}", f"A-H{b}", "toilet", str(random.choice(trees["sewage"][:-1])))
        made.lateral(f"D{b}", f"A-H{b}", "roof_drain", str(random.choice(trees["storm"][:-1])))
    if kinds is None:
        # A wrong receiver turns the whole system's outfall: other verdicts would hang on it.
        kinds = tuple(random.choice(KINDS, size=int(random.integers(0, 5)), replace=False))
    joints, leftovers = set(), set()
    sewage = rain = False
    for kind in kinds:
        at = {s: str(random.choice(t[:-1])) for s, t in trees.items()}
        house = f"A-H{int(random.integers(0, count))}"
        if kind == "sewage_lateral_to_storm":
            joints.add((kind, made.lateral("XK", house, "balcony_drain", at["storm"])))
            sewage = True
        elif kind == "rain_lateral_to_sewage":
            joints.add((kind, made.lateral("XD", house, "roof_drain", at["sewage"])))
            rain = True
        elif kind == "pipe_to_storm":
            # A house's own manhole whose only pipe runs into the rain system.
            node = made.node("XS", "sewage", "manhole", 200, 30, 99.5)
            made.lateral("XT", house, "kitchen", node)
            joints.add(("pipe_between_systems", made.pipe("XPS", "sewage", node, at["storm"])))
            sewage = True
        elif kind == "pipe_to_sewage":
            node = made.node("XR", "storm", "inlet", 200, 34, 99.5)
            joints.add(("pipe_between_systems", made.pipe("XPR", "storm", node, at["sewage"])))
            rain = True
        elif kind == "overflow":
            # From a manhole on the sewage main that sewage passes, 6 cm above its invert.
            passed = str(trees["sewage"][-2])
            low_m = made.nodes[passed]["invert_m"] - 0.3
            last = made.node("XO1", "storm", "manhole", 190, -5, low_m)
            end = made.node("XO2", "storm", "outfall", 210, -5, low_m - 0.3, receives="river")
            made.pipe("XO2", "storm", last, end)
            joints.add(("overflow_between_systems", made.pipe("XO", "sewage", passed, last, up=0.06)))
            sewage = True
        elif kind == "combined":
            upper = made.node("XC1", "combined", "manhole", 80, 30, 99.4)
            lower = made.node("XC2", "combined", "outfall", 100, 30, 99.0, receives="municipal_storm")
            made.lateral("XT2", house, "kitchen", upper)
            made.lateral("XD2", house, "roof_drain", upper)
            joints.add(("combined_in_service", made.pipe("XC", "combined", upper, lower)))
            sewage = True
        elif kind == "removed":
            node = made.node("XV", "sewage", "manhole", 220, 40, 99.4)
            made.lateral("XT3", house, "kitchen", node)
            leftovers.add(
                ("removed_still_carries", made.pipe("XV", "sewage", node, at["sewage"], status="removed"))
            )
        elif kind == "wrong_receiver":
            upper = made.node("XW1", "sewage", "manhole", 210, 50, 99.4)
            lower = made.node("XW2", "sewage", "outfall", 230, 50, 99.0, receives="river")
            made.lateral("XT4", house, "kitchen", upper)
            made.pipe("XW", "sewage", upper, lower)
            leftovers.add(("wrong_receiver", lower))
            sewage = True
        elif kind == "nothing":
            node = made.node("XN", "storm", "inlet", 240, 40, 99.4)
            leftovers.add(("reaches_nothing", node))
    return Planted(_system(made), frozenset(joints), frozenset(leftovers), sewage, rain)


def _tree(
    made: _Layers, random: np.random.Generator, letter: str, system: str, shift: float, receives: str
) -> list[str]:
    """A tree of manholes that falls by 1 % to an outfall, the last of the list, and some loops in it."""
    count = int(random.integers(5, 16))
    nodes = []
    for i in range(count):
        kind = "outfall" if i == count - 1 else "inlet" if system == "storm" and i % 3 == 0 else "manhole"
        # From the middle of the tree up, every node lies a step higher.
        invert = 99.0 - 0.15 * i
        x, y = 12.0 * i, shift + 25.0 * float(random.random())
        more = {"receives": receives} if kind == "outfall" else {}
        nodes.append(made.node(f"{letter}{i:02d}", system, kind, x, y, invert, **more))
    for i in range(count - 1):
        lower = count - 1 if i == count - 2 else int(random.integers(i + 1, min(i + 4, count - 1)))
        made.pipe(f"{letter}P{i:02d}", system, nodes[i], nodes[lower])
        if random.random() < 0.15 and i < count - 4:
            other = int(random.integers(i + 2, count - 1))
            if other != lower:
                made.pipe(f"{letter}L{i:02d}", system, nodes[i], nodes[other])
    return nodes


@cache
def _empty(layer: str) -> gpd.GeoDataFrame:
    return empty_frame(layer, PROJECTED)


def _frame(layer: str, rows: list[dict]) -> gpd.GeoDataFrame:
    """Rows with every column of the contract."""
    if not rows:
        return _empty(layer)
    columns: dict[str, list] = {}
    for column in SCHEMAS[layer].columns:
        nothing = float("nan") if column.kind == "number" else None
        columns[column.name] = [row.get(column.name, nothing) for row in rows]
    columns["community_id"] = ["A"] * len(rows)
    return gpd.GeoDataFrame(columns, geometry=[row["geometry"] for row in rows], crs=PROJECTED)


def _system(made: _Layers) -> DrainageSystem:
    square = {"community_id": "A", "name": "A", "geometry": box(X0 - 20, Y0 - 20, X0 + 260, Y0 + 90)}
    kept = [p for p in made.pipes if p["status"] != "removed"]
    return DrainageSystem(
        "after",
        ("A",),
        PROJECTED,
        _frame("communities", [square]),
        _frame("nodes", list(made.nodes.values())),
        _frame("pipes", kept),
        _empty("surfaces"),
        _frame("buildings", made.buildings),
        _frame("connections", made.laterals),
        _empty("facilities"),
        _empty("utilities"),
        removed_pipes=_frame("pipes", [p for p in made.pipes if p["status"] == "removed"]),
    )
