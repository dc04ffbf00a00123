"""Pipes, nodes and laterals of the worked example, before and after, in the contract's columns."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from example_layout import JOINED_BACK, JOINED_FRONT, Layout, Row
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

Ground = Callable[[float, float], float]
SPACING_M = 22.0
# A branch is longer, but no longer than GB 50015 leaves below DN300 between manholes.
LONGEST_RUN_M = 40.0
STORM_OFFSET_M, SEWAGE_OFFSET_M = -1.6, 1.6
# Rain and sewage branches lie side by side, this far to either side of their common line.
BRANCH_SHIFT_M = 0.8
# Ground above the outside of crowns. Gas and telecom cross over the rain pipes, and these over the sewage.
STORM_COVER_M, SEWAGE_COVER_M, BRANCH_COVER_M = 1.15, 1.75, 0.85
LEAST_SLOPES = {"storm": 0.0035, "sewage": 0.0045}
# A rain pipe takes the least of these sizes that carries its rain; sewers grow from their upper end down.
STORM_SIZES_MM, SEWAGE_SIZES_MM = (300.0, 400.0, 500.0), (200.0, 200.0, 300.0)
# Rain that sizes go by: Kunming's formula at P = 5 a over 10 min, 330 l/s on a hectare, of which 0.75 run off.
STORM_L_S_M2 = 330.0 * 0.75 / 1e4
MANNING_N, WALL_SHARE = 0.010, 0.085
# GB 50014-2021 5.2.5 allows pipes of plastic 5 m/s; sewers run part full, far below.
STORM_MOST_M_S, SEWAGE_STEEPEST = 4.5, 0.2
# GB 50014-2021 table 5.2.10 asks 0.01 of leads of inlets.
LEAD_SLOPE = 0.012


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


def full_flow_l_s(diameter_mm: float, slope: float) -> float:
    """Flow of a full pipe by Manning's formula, in l/s."""
    metres = diameter_mm / 1000
    speed_m_s: float = (metres / 4) ** (2 / 3) * slope**0.5 / MANNING_N
    return 1000 * math.pi / 4 * metres**2 * speed_m_s


def steepest(system: str, diameter_mm: float) -> float:
    """The slope that a pipe is not laid beyond: a drop in its manhole takes what is more."""
    if system == "sewage":
        return SEWAGE_STEEPEST
    slope: float = (STORM_MOST_M_S * MANNING_N / (diameter_mm / 4000) ** (2 / 3)) ** 2
    return slope


def outer_mm(diameter_mm: float) -> float:
    """Crown to invert with the wall above, in mm."""
    return diameter_mm * (1 + WALL_SHARE)


@dataclass(frozen=True)
class Joint:
    """The manhole that a main ends at, and the soffit of the pipe that leaves it, in m."""

    node: Row
    soffit_m: float


def joint(network: Network, node: Row) -> Joint:
    """A manhole as a joint; the pipe that leaves it is laid."""
    leaving = next(p for p in network.pipes if p["from_node"] == node["node_id"] and p["status"] == "proposed")
    return Joint(node, leaving["invert_up_m"] + leaving["diameter_mm"] / 1000)


def lay_main(
    network: Network,
    places: list[Point],
    system: str,
    *,
    cover_m: float,
    sizes_mm: tuple[float, ...],
    receives: str | None,
    flows_l_s: list[float] | None = None,
    end: Joint | None = None,
) -> Main:
    """Lay a new main of HDPE from the first place to the last, soffits level where its size changes.

    The last place becomes an outfall that ``receives``, unless the main ends at a ``end``. Each pipe takes the
    least of ``sizes_mm`` that carries its flow and is no smaller than the one above; without ``flows_l_s`` sizes
    grow evenly from the first at the upper end to the last at the lower end.
    """
    prefix, pipe_prefix = {"storm": ("YJ", "Y"), "sewage": ("WJ", "W")}[system]
    nodes = [network.node(p, system, "manhole", "proposed", prefix=prefix) for p in places]
    if end is not None:
        nodes.append(end.node)
    else:
        nodes[-1]["kind"], nodes[-1]["receives"] = "outfall", receives
    count = len(nodes) - 1
    pipes: list[Row] = []
    soffit, size = math.inf, sizes_mm[0]
    for i, (upper, lower) in enumerate(itertools.pairwise(nodes)):
        wanted = [s for s in sizes_mm if s >= size]
        if flows_l_s is None:
            wanted = [sizes_mm[min(i * len(sizes_mm) // count, len(sizes_mm) - 1)]]
        length = upper["geometry"].distance(lower["geometry"])
        for size in wanted:
            last = end if lower is nodes[count] else None
            start, arrives = levels(system, upper, lower, size, cover_m, soffit, last)
            if flows_l_s is None or full_flow_l_s(size, (start - arrives) / length) >= flows_l_s[i]:
                break
        else:
            raise ValueError(f"no size of {wanted} carries {flows_l_s} l/s below {upper['node_id']}")
        upper["invert_m"] = start
        if end is None or lower is not end.node:
            lower["invert_m"] = arrives
        pipes.append(
            network.pipe(
                upper,
                lower,
                system,
                "proposed",
                prefix=pipe_prefix,
                diameter_mm=size,
                invert_up_m=start,
                invert_down_m=arrives,
                material="HDPE",
                roughness=MANNING_N,
            )
        )
        soffit = arrives + size / 1000
    return Main(nodes, pipes)


def levels(
    system: str, upper: Row, lower: Row, size_mm: float, cover_m: float, soffit_m: float, end: Joint | None
) -> tuple[float, float]:
    """Inverts of a pipe at its ends, in m to the millimetre: covered, falling, not too steep, soffits level.

    ``soffit_m`` is that of the pipe above, infinite where there is none.
    """
    size, outer = size_mm / 1000, outer_mm(size_mm) / 1000
    length = upper["geometry"].distance(lower["geometry"])
    least, most = LEAST_SLOPES[system] * length, steepest(system, size_mm) * length
    start = min(soffit_m - size, upper["ground_m"] - cover_m - outer)
    if end is None:
        arrives = min(start - least, lower["ground_m"] - cover_m - outer)
        start = min(start, arrives + most)
    else:
        arrives = end.soffit_m - size
        if math.isinf(soffit_m):
            start = min(start, arrives + most)
        else:
            arrives = max(arrives, start - most)
        if start - arrives < least - 0.001:
            raise ValueError(f"{upper['node_id']} lies too low to fall to {lower['node_id']}")
    return round(start, 3), round(arrives, 3)


def nearest(rows: list[Row], place: BaseGeometry) -> Row:
    """The node nearest to a place."""
    return min(rows, key=lambda row: (row["geometry"].distance(place), row["node_id"]))


def add_inlet(network: Network, place: Point, mains: list[Row], system: str, status: str) -> Row:
    """An inlet and its lead to the nearest manhole, high enough to fall towards it."""
    manhole = nearest([n for n in mains if n["kind"] != "outfall"], place)
    prefix = "YK" if system == "storm" else "HK"
    inlet = network.node(place, system, "inlet", status, prefix=prefix)
    if system == "storm":
        fall = LEAD_SLOPE * place.distance(manhole["geometry"])
        inlet["invert_m"] = round(max(inlet["ground_m"] - 0.80, manhole["invert_m"] + fall), 3)
    else:
        lowest = inlet["ground_m"] - 0.55
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


def new_laterals(network: Network, building: Row, storm: list[Row], sewage: Mapping[str, Row]) -> None:
    """After the works: roofs on the rain sewer by two downpipes, the rest on the sewage manhole of its kind."""
    footprint, source = building["geometry"], building["building_id"]
    corners = sorted(footprint.exterior.coords[:-1])
    for corner in (corners[0], corners[-1]):
        node = nearest(storm, Point(corner))
        network.lateral(source, Point(corner), node, "roof_drain", "proposed")
    for kind, manhole in sewage.items():
        wall = edge_towards(footprint, manhole["geometry"])
        network.lateral(source, wall, manhole, kind, "proposed")


def sewage_manholes(buildings: list[Row], sewage: list[Row], heads: list[Row]) -> dict[str, dict[str, Row]]:
    """The manhole of each kind of sewage of each building: no branch is laid that nothing drains to.

    The building nearest to the head of a branch drains to it, and one that already does so to another with its
    kitchens and balconies; the others drain to the nearest manhole.
    """
    kinds = ("kitchen", "toilet", "balcony_drain")
    found: dict[str, dict[str, Row]] = {}
    for head in heads:
        free = [b for b in buildings if b["building_id"] not in found]
        own = nearest_building(free or buildings, head)["building_id"]
        moved = kinds if free else ("kitchen", "balcony_drain")
        found.setdefault(own, {}).update(dict.fromkeys(moved, head))
    for building in buildings:
        if building["building_id"] not in found:
            found[building["building_id"]] = dict.fromkeys(kinds, nearest(sewage, building["geometry"]))
    return found


def nearest_building(buildings: list[Row], node: Row) -> Row:
    """The building nearest to a node."""
    return min(buildings, key=lambda b: (b["geometry"].distance(node["geometry"]), b["building_id"]))


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
    behind_m2: float,
) -> tuple[Main, Main]:
    """The new rain and sewage mains down the lane, and leads of given lengths into the street.

    A community behind another (``front``) joins the front one's uppermost manholes instead; ``behind_m2`` is the
    ground of the one that drains through this.
    """
    layout = network.layout
    mains = []
    for system, offset, shift, lead, cover, sizes, receiver in (
        ("storm", STORM_OFFSET_M, BRANCH_SHIFT_M, storm_lead_m, STORM_COVER_M, STORM_SIZES_MM, receives[0]),
        ("sewage", SEWAGE_OFFSET_M, -BRANCH_SHIFT_M, sewage_lead_m, SEWAGE_COVER_M, SEWAGE_SIZES_MM, receives[1]),
    ):
        v = layout.lane_v + offset
        stops = tuple(u + shift for u in branch_stops(layout))
        along_u = stations(back_u(layout) + shift, 2.0, stops)
        places = [layout.place(v, u) for u in along_u]
        end = None
        if front is None:
            places.append(layout.place(v, 2.0 - lead))
        else:
            prefix = {"storm": "YJ01", "sewage": "WJ01"}[system]
            end = joint(front, next(n for n in front.nodes if n["node_id"].endswith(prefix)))
        # The ground above the lower end of each pipe, and what lies behind.
        drained_m2 = [behind_m2 + layout.width_m * (layout.length_m - u) for u in (*along_u[1:], 0.0)]
        mains.append(
            lay_main(
                network,
                places,
                system,
                cover_m=cover,
                # Sewers do not shrink where they go on into the front community.
                sizes_mm=sizes if system == "storm" or end is None else sizes[:1],
                receives=receiver,
                flows_l_s=[m2 * STORM_L_S_M2 for m2 in drained_m2] if system == "storm" else None,
                end=end,
            )
        )
    return mains[0], mains[1]


def cross_main(network: Network, main: Main, far_v: float, u: float, system: str) -> Main:
    """A branch from a place at (far_v, u) to the nearest manhole of a main."""
    layout = network.layout
    offset = {"storm": STORM_OFFSET_M, "sewage": SEWAGE_OFFSET_M}[system]
    manholes = [n for n in main.nodes if n["kind"] == "manhole" and n["community_id"] == layout.community_id]
    end = joint(network, nearest(manholes, layout.place(layout.lane_v + offset, u)))
    start = layout.place(far_v, u + (BRANCH_SHIFT_M if system == "storm" else -BRANCH_SHIFT_M))
    parts = math.ceil(start.distance(end.node["geometry"]) / LONGEST_RUN_M)
    places = [along(start, end.node["geometry"], part / parts) for part in range(parts)]
    # What runs under the lane lies under the gas pipe there, and sewage under the rain main.
    under_lane = (far_v > layout.lane_v) == (system == "storm")
    deep_m = {"storm": STORM_COVER_M, "sewage": SEWAGE_COVER_M}[system]
    return lay_main(
        network,
        places,
        system,
        cover_m=deep_m if under_lane else BRANCH_COVER_M,
        sizes_mm=STORM_SIZES_MM[:1] if system == "storm" else SEWAGE_SIZES_MM[:1],
        receives=None,
        end=end,
    )


def back_u(layout: Layout) -> float:
    """The line behind the last blocks, along the back green, where a community's mains begin."""
    return layout.length_m - 2.4


def branch_stops(layout: Layout) -> tuple[float, ...]:
    """Where branches join the main below its upper end."""
    return {"terrace": (layout.length_m * 0.5,), "courtyard": (layout.length_m * 0.36,)}.get(layout.kind, ())


def is_back(layout: Layout) -> bool:
    """Whether a community lies behind another and drains through it after the works."""
    return layout.number == JOINED_BACK


def behind(layout: Layout, places: tuple[Layout, ...]) -> Layout | None:
    """The community that drains through another one after the works; None where there is none."""
    return next((p for p in places if p.number == JOINED_BACK), None) if layout.number == JOINED_FRONT else None
