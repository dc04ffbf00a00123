"""Time to trace and cut a network of 10,000 pipes: python -m tests.bench.tracing_bench."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
from pyproj import CRS
from shapely import box, linestrings, points

from spongecalc.contract import SCHEMAS
from spongecalc.layers.layer_set import empty_frame
from spongecalc.network.cross_connections import cross_connections
from spongecalc.network.graph import drainage_graph
from spongecalc.network.leftovers import leftovers
from spongecalc.network.smallest_set import smallest_set
from spongecalc.scenario import DrainageSystem

PROJECTED = CRS.from_epsg(4543)
PIPES = 10_000
PLANTED = 200
LIMIT_S = 5.0


def large_system(pipes: int = PIPES, planted: int = PLANTED, seed: int = 7) -> DrainageSystem:
    """Two trees with loops of ``pipes`` pipes together, a lateral at every fourth manhole, joints planted."""
    random = np.random.default_rng(seed)
    half = pipes // 2
    nodes: dict[str, list] = {c.name: [] for c in SCHEMAS["nodes"].columns}
    ends: list[tuple[str, str, str]] = []
    xy, invert = {}, {}
    for letter, system in (("R", "storm"), ("S", "sewage")):
        for i in range(half + 1):
            name = f"{letter}{i:05d}"
            xy[name] = (540000 + (i % 100) * 20.0 + (letter == "S") * 3, 2674000 + (i // 100) * 20.0)
            invert[name] = 90.0 + 0.001 * i
            values = {
                "node_id": name,
                "system": system,
                "kind": "outfall" if i == 0 else "inlet" if letter == "R" and i % 5 == 0 else "manhole",
                "ground_m": 100.0,
                "invert_m": invert[name],
                "receives": f"municipal_{system}" if i == 0 else None,
                "outfall_level_m": np.nan,
                "status": "existing",
                "community_id": "A",
            }
            for column, value in values.items():
                nodes[column].append(value)
            if i:
                ends.append((name, f"{letter}{int(random.integers(max(0, i - 60), i)):05d}", system))
    for k in range(planted // 2):
        upper, lower = (f"{a}{int(random.integers(half // 2, half)):05d}" for a in ("S", "R"))
        ends.append((upper, lower, "sewage") if k % 2 else (lower, upper, "storm"))
    count = len(ends)
    lines = linestrings([[xy[u], xy[v]] for u, v, _ in ends])
    values = {
        "pipe_id": [f"P{i:05d}" for i in range(count)],
        "system": [s for *_, s in ends],
        "from_node": [u for u, *_ in ends],
        "to_node": [v for _, v, _ in ends],
        "diameter_mm": [400.0] * count,
        "invert_up_m": [invert[u] for u, *_ in ends],
        "invert_down_m": [invert[v] for _, v, _ in ends],
        "status": ["existing"] * count,
        "community_id": ["A"] * count,
    }
    laterals = []
    for i in range(4, half, 4):
        wrong = i // 4 % (half // 2 // planted) == 0
        letter = "R" if wrong else "S"
        laterals.append((f"L{i:05d}", f"H{i:05d}", "kitchen", f"{letter}{i:05d}"))
        laterals.append((f"D{i:05d}", f"H{i:05d}", "roof_drain", f"R{i:05d}"))
    houses = sorted({source for _, source, *_ in laterals})
    buildings = {
        "building_id": houses,
        "households": [10.0] * len(houses),
        "residents": [30.0] * len(houses),
        "status": ["existing"] * len(houses),
        "community_id": ["A"] * len(houses),
    }
    connections = {
        name: [row[k] for row in laterals]
        for k, name in enumerate(("connection_id", "source", "kind", "to_node"))
    }
    connections |= {"status": ["existing"] * len(laterals), "community_id": ["A"] * len(laterals)}
    spots = [xy[f"S{int(h[1:]):05d}"] for h in houses]
    return DrainageSystem(
        "after",
        ("A",),
        PROJECTED,
        _frame("communities", {"community_id": ["A"]}, [box(540000, 2674000, 542000, 2675000)]),
        _frame("nodes", nodes, points([xy[n] for n in nodes["node_id"]])),
        _frame("pipes", values, lines),
        empty_frame("surfaces", PROJECTED),
        _frame("buildings", buildings, [box(x, y, x + 5, y + 5) for x, y in spots]),
        _frame(
            "connections",
            connections,
            linestrings([[xy[r[3]], (xy[r[3]][0], xy[r[3]][1] + 5)] for r in laterals]),
        ),
        empty_frame("facilities", PROJECTED),
        empty_frame("utilities", PROJECTED),
    )


def _frame(layer: str, values: dict[str, list], geometry: object) -> gpd.GeoDataFrame:
    """A layer with every column of the contract."""
    count = len(next(iter(values.values())))
    full = {
        c.name: values.get(c.name) or [np.nan if c.kind == "number" else None] * count
        for c in SCHEMAS[layer].columns
    }
    return gpd.GeoDataFrame({**full, "community_id": ["A"] * count}, geometry=list(geometry), crs=PROJECTED)


def main() -> None:
    """Print what tracing and cutting take, in CPU time of this process."""
    system = large_system()
    wall, cpu = time.perf_counter(), time.process_time()
    graph = drainage_graph(system)
    joints = cross_connections(system, graph)
    left = leftovers(system, graph)
    found = smallest_set(system, graph)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{len(system.pipes)} pipes, {len(system.connections)} laterals: {len(joints)} joints, "
        f"{len(left)} leftovers, {len(found.cut)} to cut (at least {found.at_least}); "
        f"{wall:.2f} s wall, {cpu:.2f} s CPU, limit {LIMIT_S:.0f} s"
    )


if __name__ == "__main__":
    main()
