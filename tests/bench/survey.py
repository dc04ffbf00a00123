"""``make bench``: reading and checking layers of some 1 000, 10 000 and 100 000 pipes with their nodes.

Each community has 550 pipes in rows of eleven, joined to one outfall. Besides the seconds by the clock, the table
shows those of the processor, which other work on the machine does not lengthen, and how they grow: the last one
is the time over n log n, relative to the smallest size, and stays at 1 or below.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

SIZES = (1_000, 10_000, 100_000)
PIPES_EACH = 500
ROW = 10
GAP_M = 30.0
TOML = """
name = "rows of pipes"
crs = "EPSG:4543"
{layers}
[rainfall]
formula = "昆明 (新)"
own_formula = false
[[storms]]
return_period = "3 a"
duration = "2 h"
"""


def write_project(folder: Path, pipes: int) -> Path:
    """A project of about that many pipes."""
    rows = PIPES_EACH // ROW
    side = GAP_M * max(rows, ROW + 2)
    count = max(pipes // PIPES_EACH, 1)
    across = math.ceil(math.sqrt(count))
    nodes: dict[str, list] = {"node_id": [], "x": [], "y": [], "invert_m": [], "kind": [], "community_id": []}
    lines: dict[str, list] = {"pipe_id": [], "from_node": [], "to_node": [], "up": [], "down": [], "xy": []}
    boxes, ids = [], []
    for number in range(count):
        x0, y0 = 500_000 + side * (number % across), 2_600_000 + side * (number // across)
        name = f"C{number:04d}"
        ids.append(name)
        boxes.append(shapely.box(x0, y0, x0 + side, y0 + side))
        for row in range(rows):
            for column in range(ROW + 1 if row else ROW + 2):
                # The first node of each row stands on the collecting pipe, which ends in the outfall.
                level = 98.0 + 0.12 * column + 0.12 * row
                nodes["node_id"].append(f"{name}-{row}-{column}")
                nodes["x"].append(x0 + GAP_M * (0.5 + column))
                nodes["y"].append(y0 + GAP_M * (0.5 + row))
                nodes["invert_m"].append(level)
                nodes["kind"].append("outfall" if row == column == 0 else "manhole")
                nodes["community_id"].append(name)
                if row == column == 0:
                    continue
                to = (row, column - 1) if column else (row - 1, 0)
                lines["pipe_id"].append(f"{name}-P{row}-{column}")
                lines["from_node"].append(f"{name}-{row}-{column}")
                lines["to_node"].append(f"{name}-{to[0]}-{to[1]}")
                lines["up"].append(level)
                lines["down"].append(level - 0.12)
                here = (x0 + GAP_M * (0.5 + column), y0 + GAP_M * (0.5 + row))
                lines["xy"].append((here, (x0 + GAP_M * (0.5 + to[1]), y0 + GAP_M * (0.5 + to[0]))))
    total = len(nodes["x"])
    frames = {
        "communities": gpd.GeoDataFrame({"community_id": ids}, geometry=boxes),
        "nodes": gpd.GeoDataFrame(
            {
                "node_id": nodes["node_id"],
                "system": ["storm"] * total,
                "kind": nodes["kind"],
                "ground_m": np.asarray(nodes["invert_m"]) + 1.6,
                "invert_m": nodes["invert_m"],
                "receives": ["municipal_storm" if k == "outfall" else None for k in nodes["kind"]],
                "status": ["existing"] * total,
            },
            geometry=gpd.points_from_xy(nodes["x"], nodes["y"]),
        ),
        "pipes": gpd.GeoDataFrame(
            {
                "pipe_id": lines["pipe_id"],
                "system": ["storm"] * len(lines["up"]),
                "from_node": lines["from_node"],
                "to_node": lines["to_node"],
                "diameter_mm": [300.0] * len(lines["up"]),
                "material": ["HDPE"] * len(lines["up"]),
                "invert_up_m": lines["up"],
                "invert_down_m": lines["down"],
                "status": ["existing"] * len(lines["up"]),
            },
            geometry=list(shapely.linestrings(np.asarray(lines["xy"]))),
        ),
        "surfaces": gpd.GeoDataFrame(
            {"surface_id": [f"{i}-S" for i in ids], "cover": "concrete", "status": "existing"}, geometry=boxes
        ),
    }
    for layer, frame in frames.items():
        pyogrio.write_dataframe(frame.set_crs("EPSG:4543"), folder / "survey.gpkg", layer=layer, driver="GPKG")
    layers = "\n".join(f'[layers.{n}]\nsource = "survey.gpkg"\nlayer = "{n}"' for n in frames)
    (folder / "spongecalc.toml").write_text(TOML.format(layers=layers), encoding="utf-8")
    return folder


def main() -> None:
    """Print the table."""
    print(f"{'pipes':>8}  {'nodes':>8}  {'read and check, s':>18}  {'processor, s':>12}  {'of n log n':>10}")
    first: float | None = None
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            project = load_project(write_project(Path(name), size))
            began, used = time.perf_counter(), time.process_time()
            checked = pipeline.check(project)
            seconds = time.perf_counter() - began
            processor = time.process_time() - used
        pipes, nodes = len(checked.layers["pipes"]), len(checked.layers["nodes"])
        unit = processor / (pipes * math.log(pipes))
        first = first or unit
        print(f"{pipes:>8}  {nodes:>8}  {seconds:>18.2f}  {processor:>12.2f}  {unit / first:>10.2f}")
        errors = [f for f in checked.findings if f.severity == "error"]
        if errors:
            sys.exit(f"the layers of the benchmark are not sound: {errors[0]}")


if __name__ == "__main__":
    main()
