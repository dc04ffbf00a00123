"""Telecom ducts and gas pipes of the worked example, clear of the drainage, of houses and of each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import shapely
from example_faults import TOO_NEAR, too_near_u_m
from example_layout import JOINED_BACK, Layout, Row
from example_network import WALL_SHARE
from example_survey import to_millimetres
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

Ground = Callable[[float, float], float]

# GB 50014-2021, appendix C: 1.0 m beside drainage, 0.15 m across it; with something for the trench.
BESIDE_M, ACROSS_M = 1.05, 0.17
# A line has one level: it is cut on both sides of what it crosses, this far away, and at least this often.
CUT_M, LONGEST_M = 1.5, 12.0
CONCRETE_WALL_SHARE = 0.12
# What the later phases have of duct and gas pipe beyond lanes and houses, in m a trunk: not published.
MORE_M = 12.0
# Where the old sewer stays under the lane the trunks keep clear of it, on both sides.
OLD_SEWER_STAYS = 14


@dataclass(frozen=True)
class Utility:
    """One kind of line: where its trunks lie from the middle of the lane, how deep, and how it ends at a house.

    ``trunk_m`` and ``service_m`` are the ground above trunks and services; a service ends ``short_m`` before the
    wall, where it rises, and leaves the middle of the house by ``shift_m``. Trunks turn into the street
    ``street_m`` from the gate.
    """

    name: str
    diameter_mm: float
    offsets_m: tuple[float, ...]
    beside_old_sewer_m: tuple[float, ...]
    trunk_m: float
    service_m: float
    short_m: float
    shift_m: float
    street_m: float

    def offsets(self, layout: Layout) -> tuple[float, ...]:
        """Where its trunks lie in a community."""
        return self.beside_old_sewer_m if layout.number == OLD_SEWER_STAYS else self.offsets_m


# Laid in this order: ducts give way to gas. Gas lies 0.9 m under a carriageway, and rises outside of a house.
UTILITIES = (
    Utility("gas_low", 63.0, (0.0,), (-4.3, 2.95), 0.90, 0.85, 0.8, -1.5, math.inf),
    Utility("telecom", 110.0, (-3.2, 3.2), (-3.2, 4.15), 0.50, 0.50, 0.0, 1.5, 27.0),
)


@dataclass(frozen=True)
class Body:
    """Something in the ground: its line in plan, crown and underside in m at both ends, and half its width."""

    line: BaseGeometry
    tops_m: tuple[float, float]
    bottoms_m: tuple[float, float]
    half_m: float

    def at(self, place: Point) -> tuple[float, float]:
        """Its crown and underside at a place on it."""
        share = self.line.project(place, normalized=True)
        top, bottom = (a + (b - a) * share for a, b in (self.tops_m, self.bottoms_m))
        return top, bottom


def pipe_body(pipe: Row) -> Body:
    """A round pipe as a body."""
    size = pipe["diameter_mm"] / 1000
    wall = size * (WALL_SHARE if pipe["material"] == "HDPE" else CONCRETE_WALL_SHARE)
    ends = pipe["invert_up_m"], pipe["invert_down_m"]
    tops, bottoms = ((ends[0] + d, ends[1] + d) for d in (size + wall, -wall))
    return Body(pipe["geometry"], tops, bottoms, size / 2 + wall)


def utility_body(row: Row) -> Body:
    """A utility line as a body: it is level."""
    size = row["diameter_mm"] / 1000
    return Body(row["geometry"], (row["top_m"],) * 2, (row["top_m"] - size,) * 2, size / 2)


def lay_utilities(
    utility: Utility,
    places: tuple[Layout, ...],
    pipes: list[Row],
    others: list[Row],
    ground: Ground,
    published_m: float | None,
) -> list[Row]:
    """Rows of one kind of utility: trunks along the lanes, services to the houses, and the rest along the street.

    The rest is what is missing of the published length, shared by the communities that lie at the street; where
    no length is published each has the same. ``others`` are the utilities that lie there already.
    """
    standing = [p for p in pipes if p["status"] != "removed" and p["shape"] == "circular"]
    bodies = {p.number: near_bodies(p, standing, others) for p in places}
    lines: list[tuple[Layout, LineString, float]] = []
    for layout in places:
        own = services(utility, layout, bodies[layout.number])
        lines += [(layout, line, utility.service_m) for line in own]
        for offset in utility.offsets(layout):
            start = -7.0 if layout.number == JOINED_BACK else 1.0
            trunk = straight(
                layout, (layout.lane_v + offset, start), (layout.lane_v + offset, layout.length_m - 7)
            )
            crossed = [b.line for b in bodies[layout.number]]
            lines += [(layout, piece, utility.trunk_m) for piece in cut(trunk, crossed)]
    fronts = [(p, offset) for p in places if p.number != JOINED_BACK for offset in utility.offsets(p)]
    laid = sum(line.length for _, line, _ in lines)
    left = MORE_M * len(fronts) if published_m is None else published_m - laid
    for i, (layout, offset) in enumerate(fronts):
        crossed = [b.line for b in bodies[layout.number]]
        for line in along_street(utility, layout, offset, left / (len(fronts) - i)):
            left -= line.length
            lines += [(layout, piece, utility.trunk_m) for piece in cut(line, crossed)]
    counts: dict[str, int] = {}
    rows = []
    for layout, line, depth in lines:
        counts[layout.community_id] = counts.get(layout.community_id, 0) + 1
        rows.append(
            {
                "utility_id": f"{layout.community_id}-{utility.name[0].upper()}{counts[layout.community_id]:02d}",
                "utility": utility.name,
                "diameter_mm": utility.diameter_mm,
                "top_m": top_m(line, depth, utility.diameter_mm / 1000, bodies[layout.number], ground),
                "status": "proposed",
                "community_id": layout.community_id,
                "geometry": line,
            }
        )
    return rows


def near_bodies(layout: Layout, pipes: list[Row], utilities: list[Row]) -> list[Body]:
    """Bodies in and about a community, and where its ducts go along the street."""
    about = layout.world(layout.outline).buffer(70.0)
    return [
        make(row)
        for rows, make in ((pipes, pipe_body), (utilities, utility_body))
        for row in rows
        if row["geometry"].intersects(about)
    ]


def straight(layout: Layout, start: tuple[float, float], end: tuple[float, float]) -> LineString:
    """A line between two places of a community's frame, as a survey holds it."""
    line: LineString = to_millimetres(LineString([layout.place(*start), layout.place(*end)]))
    return line


def along_street(utility: Utility, layout: Layout, offset: float, length_m: float) -> list[LineString]:
    """The way of a trunk from the gate, up to the street and along it."""
    v, down = layout.lane_v + offset, min(length_m, utility.street_m)
    lines = [straight(layout, (v, 1.0), (v, 1.0 - down))]
    rest = length_m - lines[0].length
    if rest > 0.001 and down < length_m:
        lines.append(straight(layout, (v, 1.0 - down), (v + math.copysign(rest, offset), 1.0 - down)))
    return lines


def services(utility: Utility, layout: Layout, bodies: list[Body]) -> list[LineString]:
    """The line from the nearest trunk to each house, at the first place along its wall that is clear."""
    lines = []
    for index, house in enumerate(layout.buildings):
        v0, u0, v1, u1 = house.bounds
        trunks = [layout.lane_v + offset for offset in utility.offsets(layout)]
        trunk = min(trunks, key=lambda v: max(v0 - v, v - v1))
        wall = v0 - utility.short_m if trunk < v0 else v1 + utility.short_m
        middle = (u0 + u1) / 2
        wanted = [middle + utility.shift_m + step for step in (0.0, *both_ways(0.5, (u1 - u0) / 2))]
        if (layout.number, utility.name, index) == TOO_NEAR:
            u = too_near_u_m(layout)
            lines.append(straight(layout, (trunk, u), (wall, u)))
            continue
        for u in (u for u in wanted if u0 + 0.5 < u < u1 - 0.5):
            line = straight(layout, (trunk, u), (wall, u))
            if is_clear(line, utility.diameter_mm / 2000, bodies):
                lines.append(line)
                break
        else:
            raise ValueError(f"no clear place for {utility.name} to house {index + 1} of {layout.community_id}")
    return lines


def both_ways(step: float, most: float) -> Iterable[float]:
    """Steps to both sides of a middle, growing."""
    for n in range(1, int(most / step) + 1):
        yield n * step
        yield -n * step


def is_clear(line: LineString, half_m: float, bodies: list[Body]) -> bool:
    """Whether a line keeps its distance from what it does not cross."""
    return all(b.line.crosses(line) or b.line.distance(line) - b.half_m - half_m >= BESIDE_M for b in bodies)


def cut(trunk: LineString, crossed: list[BaseGeometry]) -> list[LineString]:
    """A trunk in pieces that are nearly level: cut beside what crosses it, and every 12 m."""
    length = trunk.length
    at = [trunk.project(trunk.intersection(line)) for line in crossed if line.crosses(trunk)]
    stops = [0.0]
    for stop in sorted(place + side for place in at for side in (-CUT_M, CUT_M)):
        crosses = any(abs(stop - place) < CUT_M - 0.001 for place in at)
        if not crosses and stops[-1] + 0.5 < stop < length - 0.5:
            stops.append(stop)
    stops.append(length)
    fine = [0.0]
    for low, high in itertools.pairwise(stops):
        parts = max(1, -int(-(high - low) // LONGEST_M))
        fine += [low + (high - low) * (i + 1) / parts for i in range(parts)]
    points = [to_millimetres(trunk.interpolate(s)) for s in fine]
    return [LineString(pair) for pair in itertools.pairwise(points)]


def top_m(line: LineString, depth_m: float, size_m: float, bodies: list[Body], ground: Ground) -> float:
    """Crown of a line that lies as deep as usual, or where it would meet what it crosses beneath or above it."""
    crossings = [
        b.at(p) for b in bodies if b.line.crosses(line) for p in shapely.get_parts(b.line.intersection(line))
    ]
    middle = line.interpolate(0.5, normalized=True)
    usual = ground(middle.x, middle.y) - depth_m

    def clear(top: float) -> bool:
        return all(
            top - size_m - over >= ACROSS_M - 0.005 or under - top >= ACROSS_M - 0.005
            for over, under in crossings
        )

    beneath = [under - ACROSS_M for _, under in crossings]
    above = [over + ACROSS_M + size_m for over, _ in crossings]
    wanted = [
        usual,
        *sorted((t for t in above if t < usual + 0.25), key=lambda t: abs(t - usual)),
        *sorted(beneath, reverse=True),
    ]
    return next(round(t, 2) for t in wanted if clear(round(t, 2)))
