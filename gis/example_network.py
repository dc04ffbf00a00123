"""Pipes, nodes and laterals of the worked example, before and after, in the contract's columns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from example_layout import JOINED_BACK, Layout, Row
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

Ground = Callable[[float, float], float]
SPACING_M = 22.0
STORM_OFFSET_M, SEWAGE_OFFSET_M = -1.3, 1.3
# Rain and sewage branches lie side by side, this far to either side of their common line.
BRANCH_SHIFT_M = 0.8
# From the upper end of a main to its lower end.
STORM_SIZES_MM, SEWAGE_SIZES_MM = (300.0, 300.0, 300.0, 400.0), (200.0, 200.0, 300.0)


@dataclass
class Network:
    """Rows of the layers that one community adds; ``ground`` gives the ground of any place."""

    layout: Layout
    ground: Ground
    nodes: list[Row] = field(default_factory=list)
    pipes: list[Row] = field(default_factory=list)
    connections: list[Row] = field(default_factory=list)
    facilities: list[Row] = field(default_factory=list)

    def id(self, kind: str, number: int) -> str:
        """An id such as EY03-YJ04."""
        return f"{self.layout.community_id}-{kind}{number:02d}"

    def count(self, rows: list[Row], column: str, kind: str) -> int:
        """How many ids of a kind there are, plus one."""
        prefix = f"{self.layout.community_id}-{kind}"
        ids: list[str] = [row[column] for row in rows]
        return sum(i.startswith(prefix) and i[len(prefix) :].isdigit() for i in ids) + 1

    def level(self, place: Point) -> float:
        """Ground at a place of the survey CRS, in m."""
        return self.ground(place.x, place.y)

    def node(
        self,
        place: Point,
        system: str,
        kind: str,
        status: str,
        *,
        prefix: str,
        invert_m: float = math.nan,
        receives: str | None = None,
    ) -> Row:
        """Add a node; its invert may be filled in later."""
        row = {
            "node_id": self.id(prefix, self.count(self.nodes, "node_id", prefix)),
            "system": system,
            "kind": kind,
            "ground_m": round(self.level(place), 2),
            "invert_m": invert_m,
            "receives": receives,
            "outfall_level_m": math.nan,
            "status": status,
            "community_id": self.layout.community_id,
            "geometry": place,
        }
        self.nodes.append(row)
        return row

    def pipe(
        self,
        upper: Row,
        lower: Row,
        system: str,
        status: str,
        *,
        prefix: str,
        diameter_mm: float,
        invert_up_m: float,
        invert_down_m: float,
        material: str,
        roughness: float,
        sediment_mm: float = 0.0,
        year: float | None = None,
    ) -> Row:
        """Add a pipe between two nodes, drawn straight; its year is that of the works where it is not given."""
        laid = self.layout.phase.year or math.nan
        row = {
            "pipe_id": self.id(prefix, self.count(self.pipes, "pipe_id", prefix)),
            "system": system,
            "from_node": upper["node_id"],
            "to_node": lower["node_id"],
            "shape": "circular",
            "diameter_mm": diameter_mm,
            "width_mm": math.nan,
            "height_mm": math.nan,
            "material": material,
            "roughness": roughness,
            "invert_up_m": round(invert_up_m, 3),
            "invert_down_m": round(invert_down_m, 3),
            "sediment_mm": sediment_mm,
            "year": laid if year is None else year,
            "status": status,
            "community_id": self.layout.community_id,
            "geometry": LineString([upper["geometry"], lower["geometry"]]),
        }
        self.pipes.append(row)
        return row

    def lateral(self, source: str, start: Point, node: Row, kind: str, status: str) -> Row:
        """Add a lateral from a building or an inlet to a node."""
        row = {
            "connection_id": self.id("L", self.count(self.connections, "connection_id", "L")),
            "source": source,
            "kind": kind,
            "to_node": node["node_id"],
            "status": status,
            "community_id": self.layout.community_id,
            "geometry": LineString([start, node["geometry"]]),
        }
        self.connections.append(row)
        return row


@dataclass(frozen=True)
class Main:
    """A chain of nodes from its upper end to its lower end, with the pipes between them."""

    nodes: list[Row]
    pipes: list[Row]


def stations(start_u: float, end_u: float, stops: tuple[float, ...] = ()) -> list[float]:
    """Where manholes stand on a main from its upper to its lower end: at its stops, and at most 22 m apart."""
    bends = sorted({start_u, end_u, *(u for u in stops if end_u < u < start_u)}, reverse=True)
    places = [bends[0]]
    for upper, lower in itertools.pairwise(bends):
        parts = max(1, math.ceil((upper - lower) / SPACING_M))
        places.extend(float(u) for u in np.linspace(upper, lower, parts + 1)[1:])
    return places


def lay_main(
    network: Network,
    places: list[Point],
    system: str,
    *,
    cover_m: float,
    slope: float,
    sizes_mm: tuple[float, ...],
    receives: str | None,
    end: Row | None = None,
) -> Main:
    """Lay a new main of HDPE from the first place to the last, falling at least ``slope``.

    The last place becomes an outfall that ``receives``, unless the main ends at an existing node ``end``.
    Sizes grow evenly from the first of ``sizes_mm`` at the upper end to the last at the lower end.
    """
    prefix, pipe_prefix = {"storm": ("YJ", "Y"), "sewage": ("WJ", "W")}[system]
    nodes = [network.node(p, system, "manhole", "proposed", prefix=prefix) for p in places]
    if end is not None:
        nodes.append(end)
    else:
        nodes[-1]["kind"], nodes[-1]["receives"] = "outfall", receives
    diameters = [
        sizes_mm[min(i * len(sizes_mm) // (len(nodes) - 1), len(sizes_mm) - 1)] for i in range(len(nodes) - 1)
    ]
    invert = nodes[0]["ground_m"] - cover_m - diameters[0] / 1000
    if end is not None:
        # A branch starts as high as it must to fall to the manhole that it joins.
        reach = sum(a["geometry"].distance(b["geometry"]) for a, b in itertools.pairwise(nodes))
        invert = max(invert, end["invert_m"] + slope * reach)
    nodes[0]["invert_m"] = round(invert, 3)
    pipes = []
    for upper, lower, diameter in zip(nodes[:-1], nodes[1:], diameters, strict=True):
        length = upper["geometry"].distance(lower["geometry"])
        arrives = min(invert - slope * length, lower["ground_m"] - cover_m - diameter / 1000)
        if lower is end:
            arrives = max(min(invert - slope * length, arrives), end["invert_m"])
        else:
            lower["invert_m"] = round(arrives, 3)
        pipes.append(
            network.pipe(
                upper,
                lower,
                system,
                "proposed",
                prefix=pipe_prefix,
                diameter_mm=diameter,
                invert_up_m=invert,
                invert_down_m=arrives,
                material="HDPE",
                roughness=0.010,
            )
        )
        invert = arrives
    return Main(nodes, pipes)


def nearest(rows: list[Row], place: BaseGeometry) -> Row:
    """The node nearest to a place."""
    return min(rows, key=lambda row: (row["geometry"].distance(place), row["node_id"]))


def add_inlet(network: Network, place: Point, mains: list[Row], system: str, status: str) -> Row:
    """An inlet and its lead to the nearest manhole, high enough to fall towards it."""
    manhole = nearest([n for n in mains if n["kind"] != "outfall"], place)
    prefix = "YK" if system == "storm" else "HK"
    inlet = network.node(place, system, "inlet", status, prefix=prefix)
    depth = 0.80 if system == "storm" else 0.55
    lowest = inlet["ground_m"] - depth
    inlet["invert_m"] = round(min(max(lowest, manhole["invert_m"] + 0.03), inlet["ground_m"] - 0.30), 3)
    network.lateral(inlet["node_id"], place, manhole, "yard_drain", status)
    return inlet


def old_combined(
    network: Network,
    random: np.random.Generator,
    *,
    diameter_mm: float,
    sediment_mm: float,
    receives: str,
) -> None:
    """The old combined sewer: flat, silted, with few inlets, septic tanks and every lateral on it."""
    layout = network.layout
    places = [layout.place(layout.lane_v, u) for u in stations(layout.length_m - 9, 1.5)]
    places.append(layout.place(layout.lane_v, -5.0))
    nodes = [network.node(p, "combined", "manhole", "removed", prefix="HJ") for p in places]
    nodes[-1]["kind"], nodes[-1]["receives"] = "outfall", receives
    fall = layout.slope * 0.5 + 0.0015
    invert = min(n["ground_m"] for n in nodes[:1]) - 0.45 - diameter_mm / 1000
    nodes[0]["invert_m"] = round(invert, 3)
    for upper, lower in itertools.pairwise(nodes):
        length = upper["geometry"].distance(lower["geometry"])
        arrives = invert - length * fall * float(random.uniform(0.7, 1.3))
        arrives = min(arrives, lower["ground_m"] - 0.40 - diameter_mm / 1000)
        lower["invert_m"] = round(arrives, 3)
        network.pipe(
            upper,
            lower,
            "combined",
            "removed",
            prefix="H",
            diameter_mm=diameter_mm,
            invert_up_m=invert,
            invert_down_m=arrives,
            material="混凝土",
            roughness=0.015,
            sediment_mm=sediment_mm,
            year=int(random.integers(1988, 2001)),
        )
        invert = arrives
    for low_v, low_u in layout.low:
        add_inlet(network, layout.place(low_v, low_u), nodes, "combined", "removed")
    add_inlet(network, layout.place(layout.lane_v + 1.8, layout.length_m * 0.62), nodes, "combined", "removed")


def old_laterals(network: Network, buildings: list[Row]) -> None:
    """Before the works every building stands on the combined sewer, its toilets by way of a septic tank."""
    manholes = [n for n in network.nodes if n["system"] == "combined" and n["kind"] == "manhole"]
    for building in buildings:
        footprint, source = building["geometry"], building["building_id"]
        manhole = nearest(manholes, footprint)
        wall = edge_towards(footprint, manhole["geometry"])
        tank_place = along(wall, manhole["geometry"], 0.4)
        tank = network.node(tank_place, "combined", "septic_tank", "removed", prefix="HF")
        invert = max(tank["ground_m"] - 1.0, manhole["invert_m"] + 0.05)
        tank["invert_m"] = round(invert, 3)
        network.pipe(
            tank,
            manhole,
            "combined",
            "removed",
            prefix="H",
            diameter_mm=200.0,
            invert_up_m=invert,
            invert_down_m=manhole["invert_m"] + 0.02,
            material="混凝土",
            roughness=0.015,
            sediment_mm=30.0,
            year=1995,
        )
        network.lateral(source, wall, tank, "toilet", "removed")
        for kind in ("kitchen", "balcony_drain", "roof_drain"):
            network.lateral(source, wall, manhole, kind, "removed")


def new_laterals(network: Network, building: Row, storm: list[Row], sewage: list[Row]) -> None:
    """After the works: roofs on the rain sewer by two downpipes, the rest on the sewage sewer."""
    footprint, source = building["geometry"], building["building_id"]
    corners = sorted(footprint.exterior.coords[:-1])
    for corner in (corners[0], corners[-1]):
        node = nearest(storm, Point(corner))
        network.lateral(source, Point(corner), node, "roof_drain", "proposed")
    manhole = nearest(sewage, footprint)
    wall = edge_towards(footprint, manhole["geometry"])
    for kind in ("kitchen", "toilet", "balcony_drain"):
        network.lateral(source, wall, manhole, kind, "proposed")


def edge_towards(footprint: BaseGeometry, place: Point) -> Point:
    """The point of a building's wall nearest to a place."""
    wall = footprint.exterior
    return wall.interpolate(wall.project(place))


def along(start: Point, end: Point, share: float) -> Point:
    """A point between two others."""
    return LineString([start, end]).interpolate(share, normalized=True)


def new_mains(
    network: Network,
    storm_lead_m: float,
    sewage_lead_m: float,
    receives: tuple[str, str],
    front: Network | None,
) -> tuple[Main, Main]:
    """The new rain and sewage mains down the lane, and leads of given lengths into the street.

    A community behind another (``front``) joins the front one's uppermost manholes instead.
    """
    layout = network.layout
    mains = []
    for system, offset, shift, lead, cover, slope, sizes, receiver in (
        ("storm", STORM_OFFSET_M, BRANCH_SHIFT_M, storm_lead_m, 0.75, 0.0035, STORM_SIZES_MM, receives[0]),
        ("sewage", SEWAGE_OFFSET_M, -BRANCH_SHIFT_M, sewage_lead_m, 1.15, 0.0045, SEWAGE_SIZES_MM, receives[1]),
    ):
        v = layout.lane_v + offset
        stops = tuple(u + shift for u in branch_stops(layout))
        places = [layout.place(v, u) for u in stations(back_u(layout) + shift, 2.0, stops)]
        end = None
        if front is None:
            places.append(layout.place(v, 2.0 - lead))
        else:
            prefix = {"storm": "YJ01", "sewage": "WJ01"}[system]
            end = next(n for n in front.nodes if n["node_id"].endswith(prefix))
        mains.append(
            lay_main(
                network,
                places,
                system,
                cover_m=cover,
                slope=slope,
                sizes_mm=sizes,
                receives=receiver,
                end=end,
            )
        )
    return mains[0], mains[1]


def cross_main(network: Network, main: Main, far_v: float, u: float, system: str) -> Main:
    """A branch from a place at (far_v, u) to the nearest manhole of a main."""
    layout = network.layout
    offset = {"storm": STORM_OFFSET_M, "sewage": SEWAGE_OFFSET_M}[system]
    manholes = [n for n in main.nodes if n["kind"] == "manhole" and n["community_id"] == layout.community_id]
    joint = nearest(manholes, layout.place(layout.lane_v + offset, u))
    start = layout.place(far_v, u + (BRANCH_SHIFT_M if system == "storm" else -BRANCH_SHIFT_M))
    return lay_main(
        network,
        [start],
        system,
        cover_m=0.7 if system == "storm" else 0.95,
        slope=0.004 if system == "storm" else 0.005,
        sizes_mm=(300.0,) if system == "storm" else (200.0,),
        receives=None,
        end=joint,
    )


def back_u(layout: Layout) -> float:
    """The line behind the last blocks, along the back green, where a community's mains begin."""
    return layout.length_m - 4.5


def branch_stops(layout: Layout) -> tuple[float, ...]:
    """Where branches join the main below its upper end."""
    return {"terrace": (layout.length_m * 0.5,), "courtyard": (layout.length_m * 0.36,)}.get(layout.kind, ())


def is_back(layout: Layout) -> bool:
    """Whether a community lies behind another and drains through it after the works."""
    return layout.number == JOINED_BACK
