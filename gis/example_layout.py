"""Where things stand in the communities of the worked example: outlines, buildings, lanes, low corners.

Everything is laid out in a community's own frame: ``v`` metres along the street, ``u`` metres away from it,
and turned and shifted into the survey CRS at the end. The geometry is illustrative.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import Point, Polygon, box
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

type Row = dict[str, Any]
"""A feature of a layer: its values by column."""

# Bottom left of the town's drawing in EPSG:4543, near the county town.
ORIGIN_X, ORIGIN_Y = 540500.0, 2674200.0
STREET_SPACING_M = 150.0
DISTRICT_WIDTH_M = 300.0
LANE_M = 5.0

BUILDINGS = (2, 3, 2, 4, 1, 3, 2, 2, 3, 2, 3, 1, 2, 4, 2, 3, 2, 2, 3, 3, 2, 3)
KINDS = (
    "courtyard",
    "lane",
    "terrace",
    "lane",
    "courtyard",
    "lane",
    "joined",
    "joined",
    "terrace",
    "lane",
    "courtyard",
    "terrace",
    "lane",
    "lane",
    "courtyard",
    "terrace",
    "lane",
    "courtyard",
    "lane",
    "terrace",
    "courtyard",
    "lane",
)
# Communities by district; EY07 and EY08 lie one behind the other and share a wall.
DISTRICTS = (
    ("城中片区", (1, 2, 3, 4)),
    ("城北片区", (5, 6, 7, 8)),
    ("城东片区", (9, 10, 11)),
    ("城南片区", (12, 13, 14, 15)),
    ("城西片区", (16, 17, 18)),
    ("河滨片区", (19, 20, 21, 22)),
)
KIND_ZH = {"courtyard": "庭院式", "lane": "巷道式", "terrace": "台地式", "joined": "相邻两院"}
JOINED_FRONT, JOINED_BACK = 7, 8


@dataclass(frozen=True)
class Block:
    """Communities side by side along a street: their district, and where the first begins, from the origin."""

    district: str
    east_m: float
    north_m: float
    members: tuple[int, ...]


@dataclass(frozen=True)
class Phase:
    """A phase of the renovation: the communities that it takes in, and the totals that their layers meet.

    ``first`` is the number of its first community; ``buildings`` and ``kinds`` have an entry each. ``year``
    is that of its works, where they are done.
    """

    name: str
    first: int
    buildings: tuple[int, ...]
    kinds: tuple[str, ...]
    blocks: tuple[Block, ...]
    area_m2: float
    households: int
    year: int | None = None

    @property
    def numbers(self) -> range:
        """The numbers of its communities."""
        return range(self.first, self.first + len(self.buildings))

    def kind(self, number: int) -> str:
        """The kind of one of its communities."""
        return self.kinds[number - self.first]


def _blocks(members: tuple[tuple[int, ...], ...], east_m: float, north_m: float) -> tuple[Block, ...]:
    """Blocks in two columns along three streets, a district each."""
    return tuple(
        Block(
            DISTRICTS[index][0],
            east_m + (index % 2) * DISTRICT_WIDTH_M,
            north_m + (index // 2) * STREET_SPACING_M,
            own,
        )
        for index, own in enumerate(members)
    )


def _later_kinds(count: int, start: int) -> tuple[str, ...]:
    """Kinds of communities in turn."""
    turn = ("lane", "courtyard", "lane", "terrace", "lane", "courtyard")
    return tuple(turn[(start + i) % len(turn)] for i in range(count))


PHASE_1 = Phase(
    "一期", 1, BUILDINGS, KINDS, _blocks(tuple(m for _, m in DISTRICTS), 40.0, 75.0), 75000.0, 1104, 2021
)
# The county has published the sums of all phases and of the first. How the rest is shared between the second
# and the third is made up, as is everything else of them; their works are designed, not laid.
PHASE_2 = Phase(
    "二期",
    23,
    (2, 3, 2, 1, 2, 3, 2, 2, 4, 2, 1, 2, 3, 2, 2, 2, 3, 1, 2, 2, 3, 2, 2),
    _later_kinds(23, 0),
    _blocks(
        ((23, 24, 25, 26), (27, 28, 29, 30), (31, 32, 33, 34), (35, 36, 37, 38), (39, 40, 41, 42), (43, 44, 45)),
        720.0,
        75.0,
    ),
    82500.0,
    941,
)
PHASE_3 = Phase(
    "三期",
    46,
    (2, 2, 3, 2, 1, 2, 3, 2, 2, 2, 2, 3, 1, 2, 2, 4, 2, 2, 2, 1, 2, 2),
    _later_kinds(22, 3),
    _blocks(
        ((46, 47, 48, 49), (50, 51, 52, 53), (54, 55, 56), (57, 58, 59, 60), (61, 62, 63, 64), (65, 66, 67)),
        1380.0,
        75.0,
    ),
    76500.0,
    866,
)


@dataclass(frozen=True)
class Layout:
    """One community in its own frame. ``lane_v`` is the middle of its main lane; ``low`` its low spots."""

    number: int
    kind: str
    district: str
    width_m: float
    length_m: float
    x0: float
    y0: float
    angle_deg: float
    lane_v: float
    outline: Polygon
    buildings: tuple[Polygon, ...]
    lanes: BaseGeometry
    low: tuple[tuple[float, float], ...]
    slope: float
    phase: Phase

    @property
    def community_id(self) -> str:
        """Its id: EY01 to EY67."""
        return f"EY{self.number:02d}"

    def world(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of the community's frame in the survey CRS."""
        cos, sin = math.cos(math.radians(self.angle_deg)), math.sin(math.radians(self.angle_deg))
        return affine_transform(geometry, (cos, -sin, sin, cos, self.x0, self.y0))

    def place(self, v: float, u: float) -> Point:
        """A point of the community's frame in the survey CRS."""
        return self.world(Point(v, u))

    def local(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Survey coordinates in the community's frame, as (v, u)."""
        cos, sin = math.cos(math.radians(self.angle_deg)), math.sin(math.radians(self.angle_deg))
        dx, dy = x - self.x0, y - self.y0
        return dx * cos + dy * sin, -dx * sin + dy * cos


def layouts(random: np.random.Generator, phase: Phase = PHASE_1) -> tuple[Layout, ...]:
    """The communities of a phase; their areas add up to its total."""
    weights = np.array(phase.buildings) + 0.35 + random.uniform(-0.12, 0.12, len(phase.buildings))
    areas = dict(zip(phase.numbers, phase.area_m2 * weights / weights.sum(), strict=True))
    places = _places(phase, areas, random)
    return tuple(_layout(phase, n, float(areas[n]), places[n], random) for n in phase.numbers)


def _width_m(kind: str, area_m2: float) -> float:
    """Width along the street: a courtyard is nearly square, a lane long and narrow."""
    ratio = {"courtyard": 0.95, "lane": 0.58, "terrace": 0.72, "joined": 0.8}[kind]
    return round(math.sqrt(area_m2 * ratio), 1)


def _places(
    phase: Phase, areas: Mapping[int, float], random: np.random.Generator
) -> dict[int, tuple[str, float, float, float]]:
    """District, corner and angle of each community: districts stand in two columns along three streets."""
    places = {}
    for block in phase.blocks:
        angle = float(random.uniform(-5, 5))
        x, y = ORIGIN_X + block.east_m, ORIGIN_Y + block.north_m
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        along = 0.0
        for number in block.members:
            area = float(areas[number])
            width = _width_m(phase.kind(number), area)
            if number == JOINED_BACK:
                front = float(areas[JOINED_FRONT])
                front_width = _width_m(phase.kind(JOINED_FRONT), front)
                depth = front / front_width
                along -= front_width + 8
                places[number] = (
                    block.district,
                    x + along * cos - depth * sin,
                    y + along * sin + depth * cos,
                    angle,
                )
                along += front_width + 8
                continue
            places[number] = (block.district, x + along * cos, y + along * sin, angle)
            along += width + 8
    return places


def _layout(
    phase: Phase,
    number: int,
    area_m2: float,
    place: tuple[str, float, float, float],
    random: np.random.Generator,
) -> Layout:
    kind = phase.kind(number)
    district, x0, y0, angle = place
    # The back yard of the joined pair is as wide as the front one, so that they share the whole wall.
    width = _width_m(kind, area_m2)
    length = area_m2 / width
    outline = box(0, 0, width, length)
    lane_v = round(width * {"courtyard": 0.5, "lane": 0.48, "terrace": 0.2, "joined": 0.5}[kind], 1)
    lanes: BaseGeometry = box(lane_v - LANE_M / 2, 0, lane_v + LANE_M / 2, length - 5)
    count = phase.buildings[number - phase.first]
    slope = {"terrace": 0.035, "courtyard": 0.006, "lane": 0.012, "joined": 0.010}[kind]
    if kind == "courtyard":
        yard = box(width * 0.3, length * 0.3, width * 0.7, length * 0.68)
        lanes = lanes.union(yard)
        low = ((width * 0.33, length * 0.36),)
    elif kind == "terrace":
        lanes = lanes.union(box(lane_v, length * 0.5 - 2, width - 4, length * 0.5 + 2))
        low = ((lane_v - 1.5, length * 0.14),)
    else:
        low = ((lane_v - 1.8, length * (0.35 + 0.1 * float(random.random()))),)
    buildings = _buildings(kind, count, width, length, lane_v, random)
    lanes = lanes.difference(_union(buildings).buffer(1.0, join_style="mitre"))
    return Layout(
        number,
        kind,
        district,
        width,
        length,
        x0,
        y0,
        angle,
        lane_v,
        outline,
        buildings,
        lanes,
        low,
        slope,
        phase,
    )


def _union(polygons: tuple[Polygon, ...]) -> BaseGeometry:
    whole: BaseGeometry = Polygon()
    for polygon in polygons:
        whole = whole.union(polygon)
    return whole


def _buildings(
    kind: str, count: int, width: float, length: float, lane_v: float, random: np.random.Generator
) -> tuple[Polygon, ...]:
    """Blocks of flats beside the lane, clear of it and of the outline."""
    clear = LANE_M / 2 + 2.5
    left, right = (4.0, lane_v - clear), (lane_v + clear, width - 4.0)
    if kind == "courtyard":
        left, right = (3.0, width * 0.3 - 2), (width * 0.7 + 2, width - 3.0)
    if kind == "terrace":
        rows = np.linspace(0, length, count + 1)
        blocks = []
        for low, high in itertools.pairwise(rows):
            depth = min(12.0, (high - low) - 8)
            middle = float(low + high) / 2
            # The cross lane runs through the middle of the terrace: no block may stand on it.
            if abs(middle - length / 2) < depth / 2 + 4:
                middle = length / 2 + depth / 2 + 4.5
            blocks.append(box(right[0], middle - depth / 2, right[1], middle + depth / 2))
        return tuple(blocks)
    sides = [left, right] if (left[1] - left[0]) > 8 else [right]
    per_side = [count // len(sides) + (i < count % len(sides)) for i in range(len(sides))]
    blocks = []
    for (v0, v1), number in zip(sides, per_side, strict=True):
        if not number:
            continue
        rows = np.linspace(4, length - 4, number + 1)
        depth = min(13.0, v1 - v0)
        inset = float(random.uniform(0, max(v1 - v0 - depth, 0)))
        for low, high in itertools.pairwise(rows):
            gap = max(2.5, (high - low) * 0.12)
            blocks.append(box(v0 + inset, low + gap, v0 + inset + depth, high - gap))
    return tuple(blocks)
