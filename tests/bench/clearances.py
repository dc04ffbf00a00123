"""``make bench``: all pairs of 20,000 lines that are nearer than their clearance, timed.

Random lines over a town of 5 km, half drains and half gas pipes: pairs beside one another and pairs that
cross, as the design checks look for them. A tenth of the lines is searched by comparing all with all too,
which shows by what the search is faster and that it finds the same.
"""

from __future__ import annotations

import time

import numpy as np
import shapely

from spongecalc.design.near_lines import SpaceLines, beside, crossing

LINES = 20_000
TOWN_M = 5000.0
HORIZONTAL_M, VERTICAL_M = 1.0, 0.15
MOST_S = 10.0


def random_lines(count: int, seed: int) -> SpaceLines:
    """Lines of three segments of up to 30 m each, at levels of a town's pipes."""
    random = np.random.default_rng(seed)
    start = random.uniform(0, TOWN_M, (count, 1, 2))
    steps = random.uniform(-30, 30, (count, 3, 2))
    points = np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1)
    geometry = shapely.linestrings(points)
    levels = random.uniform(0, 3, (count, 2))
    half = random.uniform(0.05, 0.4, count)
    return SpaceLines(geometry, levels[:, 0], levels[:, 1], half, half)


def all_with_all(first: SpaceLines, second: SpaceLines) -> set[tuple[int, int]]:
    """Pairs beside one another, by the distance of every line to every other."""
    found = set()
    for i in range(len(first)):
        distance = shapely.distance(first.geometry[i], second.geometry)
        near = (distance - first.half_width_m[i] - second.half_width_m < HORIZONTAL_M - 1e-6) & (distance > 0)
        found |= {(i, int(j)) for j in np.flatnonzero(near)}
    return found


def main() -> None:
    """Print the table."""
    drains, gas = random_lines(LINES // 2, 1), random_lines(LINES // 2, 2)
    began = time.perf_counter()
    side = beside(drains, gas, HORIZONTAL_M)
    cross, _ = crossing(drains, gas, VERTICAL_M)
    seconds = time.perf_counter() - began
    some = np.arange(LINES // 20)
    few, others = drains.take(some), gas.take(some)
    began = time.perf_counter()
    expected = all_with_all(few, others)
    brute_s = time.perf_counter() - began
    began = time.perf_counter()
    quick = beside(few, others, HORIZONTAL_M)
    quick_s = time.perf_counter() - began
    same = {(int(a), int(b)) for a, b in zip(quick.first, quick.second, strict=True)} == expected
    print(f"clearances of {LINES} lines: {len(side.first)} pairs beside, {len(cross.first)} crossing too near")
    print(f"  {seconds:.2f} s (at most {MOST_S:.0f} s)")
    print(f"  {2 * len(some)} of them, all with all: {brute_s / quick_s:.0f} times slower, same pairs: {same}")
    if not same or seconds > MOST_S:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
