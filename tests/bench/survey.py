"""``make bench``: reading and checking layers of some 1 000, 10 000 and 100 000 pipes with their nodes.

Each community has 550 pipes in rows of eleven, joined to one outfall. Besides the seconds by the clock, the table
shows those of the processor, which other work on the machine does not lengthen, and how they grow: the last one
is the time over n log n, relative to the smallest size, and stays at 1 or below.

``python -m tests.bench.survey --against COMMIT`` (part of ``make bench-against``) checks the largest of them in
turn with the sources of that commit and with those here, each in a process of its own.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
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
from tests.bench.side_by_side import REPOSITORY, sources_of

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


# What a process of its own runs: it prints its seconds of the processor for the check, without the imports.
_ONE_CHECK = """
import sys, time
from pathlib import Path
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
project = load_project(Path(sys.argv[1]))
used = time.process_time()
checked = pipeline.check(project)
print(time.process_time() - used, len(checked.layers["pipes"]))
"""


def one_check(sources: Path, project: Path) -> tuple[float, int]:
    """Seconds of the processor for one check with the package in ``sources``, and the number of pipes checked."""
    done = subprocess.run(
        [sys.executable, "-c", _ONE_CHECK, str(project)],
        env={**os.environ, "PYTHONPATH": str(sources)},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, pipes = done.stdout.split()
    return float(seconds), int(pipes)


def side_by_side(ref: str, repeats: int) -> None:
    """Print what checking the largest survey costs here and at another commit."""
    with tempfile.TemporaryDirectory() as name:
        sides = {ref: sources_of(ref, Path(name)), "here": REPOSITORY / "src"}
        folder = Path(name) / "project"
        folder.mkdir()
        project = write_project(folder, SIZES[-1])
        spent: dict[str, list[float]] = {side: [] for side in sides}
        for repeat in range(repeats):
            for side in list(sides)[:: 1 if repeat % 2 else -1]:
                seconds, pipes = one_check(sides[side], project)
                spent[side].append(seconds)
    print(f"processor time of reading and checking {pipes} pipes, {repeats} times in turn")
    for side, seconds_of in spent.items():
        each = " ".join(f"{s:.2f}" for s in seconds_of)
        print(f"{side:<24} min {min(seconds_of):6.2f} s  median {statistics.median(seconds_of):6.2f} s  ({each})")
    base, here = spent.values()
    print(f"here / {ref}: min {min(here) / min(base):.3f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", help="the largest size beside the sources of a commit")
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    if wanted.against:
        side_by_side(wanted.against, wanted.repeats)
        return
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
