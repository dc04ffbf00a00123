"""Water that stands in a network before an event because a river or a main outside is higher than its pipes.

SWMM begins dry unless told otherwise. At an outfall under water the river then rushes into empty pipes in the
first seconds, and the engine keeps that flow as the links' peak. A model begins with the water at rest instead:
as initial depths of its nodes, from which the engine takes the water in the links too (``initLinkDepths`` of its
``flowrout.c``), so that whoever opens the file in SWMM's own interface finds the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

from spongecalc.swmm.inp_text import fixed

INIT_DEPTH = 3
"""Position of the initial depth in a row of JUNCTIONS and of STORAGE."""

LEAST_DEPTH_M = 0.0005
"""Less water than this is none: an input file has millimetres."""

OF_STANDING_WATER = ("JUNCTIONS", "OUTFALLS", "STORAGE", "CONDUITS", "ORIFICES", "WEIRS", "OUTLETS")
"""Sections by which water stands where it does."""

FILLED = ("JUNCTIONS", "STORAGE")
"""Sections that tell how deep it stands."""

Rows = Sequence[Sequence[str]]


def outside_levels_m(outfalls: Rows) -> dict[str, float]:
    """Return the level outside each outfall that stands above its invert, by model id [m].

    Parameters
    ----------
    outfalls
        Rows of OUTFALLS. Gates keep the water outside out.
    """
    return {
        row[0]: float(row[3])
        for row in _rows(outfalls)
        if row[2] == "FIXED" and row[4] != "YES" and float(row[3]) > float(row[1]) + LEAST_DEPTH_M
    }


def standing_depths_m(sections: Mapping[str, Rows]) -> dict[str, float]:
    """Return the depth at which water stands in each node before anything flows in, by model id [m].

    Water reaches as far as nothing on its way lies above the level: neither an end of a pipe, nor the crest of a
    weir, an orifice or an outlet. Where two outfalls are at different levels the higher one fills what it
    reaches. A node is filled to its full depth at most, because SWMM takes no more as an initial depth: water of
    a level above the ground comes up in the run.

    Parameters
    ----------
    sections
        Of a model whose links have elevations as offsets (LINK_OFFSETS ELEVATION).
    """
    levels = outside_levels_m(sections.get("OUTFALLS", ()))
    if not levels:
        return {}
    nodes = [row for name in ("JUNCTIONS", "OUTFALLS", "STORAGE") for row in _rows(sections.get(name, ()))]
    inverts = {row[0]: float(row[1]) for row in nodes}
    ways: dict[str, list[tuple[str, float]]] = {}
    for upper, lower, highest_m in _links(sections, inverts):
        ways.setdefault(upper, []).append((lower, highest_m))
        ways.setdefault(lower, []).append((upper, highest_m))
    reached: dict[str, float] = {}
    # The highest level first, so that each node is settled when it is first reached.
    queue = [(-level, name) for name, level in levels.items()]
    heapq.heapify(queue)
    while queue:
        minus, name = heapq.heappop(queue)
        if name in reached:
            continue
        reached[name] = -minus
        for other, highest_m in ways.get(name, ()):
            if other not in reached and -minus > highest_m + LEAST_DEPTH_M:
                heapq.heappush(queue, (minus, other))
    return {
        row[0]: min(reached[row[0]] - float(row[1]), float(row[2]))
        for name in ("JUNCTIONS", "STORAGE")
        for row in _rows(sections.get(name, ()))
        if row[0] in reached
    }


def with_standing_water(sections: Mapping[str, Rows]) -> Mapping[str, Rows]:
    """Return a model's sections with the water that stands in its nodes; the same ones where nothing stands."""
    depths_m = standing_depths_m(sections)
    if not depths_m:
        return sections
    filled = {n: [_filled(row, depths_m) for row in sections.get(n, ())] for n in FILLED}
    return {**sections, **{name: rows for name, rows in filled.items() if rows}}


def _filled(row: Sequence[str], depths_m: Mapping[str, float]) -> Sequence[str]:
    depth_m = depths_m.get(row[0], 0.0)
    if depth_m < LEAST_DEPTH_M or depth_m <= float(row[INIT_DEPTH]):
        return row
    return (*row[:INIT_DEPTH], fixed(depth_m, 3), *row[INIT_DEPTH + 1 :])


def _links(sections: Mapping[str, Rows], inverts: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """Each link that lets water through both ways: its nodes, and the highest elevation on the way."""

    def elevation_m(offset: str, node: str) -> float:
        return inverts[node] if offset == "*" else float(offset)

    for row in _rows(sections.get("CONDUITS", ())):
        yield row[1], row[2], max(elevation_m(row[5], row[1]), elevation_m(row[6], row[2]))
    # A gate lets nothing back; what an outlet's curve lets through below its first depth is not looked into.
    for name, crest, gate in (("ORIFICES", 4, 6), ("WEIRS", 4, 6), ("OUTLETS", 3, 6)):
        for row in _rows(sections.get(name, ())):
            if row[gate] != "YES":
                yield row[1], row[2], max(elevation_m(row[crest], row[1]), inverts[row[2]])


def _rows(rows: Rows) -> Iterator[Sequence[str]]:
    """The rows that are no comments."""
    return (row for row in rows if not row[0].startswith(";"))
