"""A detention basin in SWMM's terms: a storage node that a throttle empties and a weir relieves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from spongecalc.catalogue.point_pairs import known_pairs
from spongecalc.catalogue.structure_form import PUMP
from spongecalc.layers.finding import Finding, finding_at
from spongecalc.project.settings import BasinSettings
from spongecalc.scenario import DrainageSystem
from spongecalc.swmm.basin_outlet import emptying_h, outlet_for_mm
from spongecalc.swmm.storage_shape import StorageShape, banked_depth_m
from spongecalc.swmm.tank import FREEBOARD_M

KIND = "detention_basin"
LEVEL_M = 0.001
# A volume that fits to within this share is the one stated.
VOLUME_SHARE = 0.01
# No basin of a community is as deep.
DEEPEST_M = 1000.0

Way = tuple[str, str]
Say = Callable[..., None]


@dataclass(frozen=True)
class BasinShape(StorageShape):
    """A basin's shape with the crest of its overflow in m: it holds what lies below that."""

    crest_m: float = math.nan

    @property
    def held_m3(self) -> float:
        """Volume up to the overflow [m3]."""
        return self.volume_m3(self.crest_m - self.bottom_m)


@dataclass(frozen=True)
class Basin:
    """A detention basin of the facilities layer at its node; ids of nodes are those of the nodes layer.

    ``throttle_mm`` is the diameter of the orifice at its floor, 0 where it has none. The orifice leads to
    ``throttle_to``; where that is None, to a chamber at which the pipes and leads of ``throttled`` (layer and
    feature id) begin. ``overflow_to`` is where its weir leads; None is the chamber, or nowhere without one.
    """

    facility_id: str
    community_id: str
    node_id: str
    shape: BasinShape
    overflow_to: str | None
    throttle_mm: float = 0.0
    throttle_to: str | None = None
    throttled: tuple[Way, ...] = ()

    @property
    def has_chamber(self) -> bool:
        """True if the throttle stands before pipes of the layers."""
        return bool(self.throttled)


def basins_of(system: DrainageSystem, settings: BasinSettings) -> tuple[tuple[Basin, ...], tuple[Finding, ...]]:
    """The detention basins of a system by facility id, and findings about them.

    The node ``from_node`` is the basin: its invert is the floor, and water stands over the basin's area up to the
    overflow at volume / area above the floor. What leaves the node below the overflow in the layers empties it,
    behind the throttle if ``outlet_mm`` says that there is one. Where nothing leaves it, a throttle leads to
    ``overflow_to`` or the first node of the drain below that lies low enough.
    """
    own = system.facilities
    if own.empty or not (own["kind"] == KIND).any():
        return (), ()
    site = _Site(system)
    basins: list[Basin] = []
    findings: list[Finding] = []
    taken = set(own.loc[own["kind"] == "rain_tank", "from_node"])
    for row in own[own["kind"] == KIND].sort_values("facility_id").itertuples():
        basin = _basin(row, site, settings, taken, findings)
        if basin is not None:
            taken.add(basin.node_id)
            basins.append(basin)
    return tuple(basins), tuple(findings)


class _Site:
    """The surroundings of a basin: the nodes it may lead to, and what leaves each."""

    def __init__(self, system: DrainageSystem) -> None:
        self._system = system
        self.nodes: dict[str, Any] = {row.node_id: row for row in system.nodes.itertuples()}

    @cached_property
    def leaving(self) -> dict[str, list[tuple[Way, float, str]]]:
        """Pipes, leads and structures by the node they begin at: layer and id, upper level in m, lower node."""
        found: dict[str, list[tuple[Way, float, str]]] = {}
        for row in self._system.pipes.sort_values("pipe_id").itertuples():
            way = ("pipes", str(row.pipe_id))
            found.setdefault(str(row.from_node), []).append((way, float(row.invert_up_m), str(row.to_node)))
        for row in self._system.connections.sort_values("connection_id").itertuples():
            if row.source in self.nodes and row.to_node in self.nodes:
                way = ("connections", str(row.connection_id))
                level = float(self.nodes[row.source].invert_m)
                found.setdefault(str(row.source), []).append((way, level, str(row.to_node)))
        if self._system.structures.empty:
            return found
        for row in self._system.structures.sort_values("structure_id").itertuples():
            if row.from_node in self.nodes and row.to_node in self.nodes:
                way = ("structures", str(row.structure_id))
                level = float(self.nodes[row.from_node].invert_m if row.kind == PUMP else row.crest_m)
                found.setdefault(str(row.from_node), []).append((way, level, str(row.to_node)))
        return found

    def drain_below(self, starts: list[str], without: str) -> Iterator[str]:
        """Some nodes and those downstream of them, the nearest first; never the basin's own."""
        waiting, seen = list(starts), {without}
        while waiting:
            node = waiting.pop(0)
            if node in seen or node not in self.nodes:
                continue
            seen.add(node)
            yield node
            waiting.extend(lower for _, _, lower in self.leaving.get(node, ()))


def _basin(
    row: Any, site: _Site, settings: BasinSettings, taken: set[str], findings: list[Finding]
) -> Basin | None:
    """The basin of a row, or None where it cannot be modelled; what is found is added to ``findings``."""

    def say(rule: str, **found: object) -> None:
        findings.append(finding_at(rule, "facilities", row, **found))

    node = _place(row, site, taken, say)
    # A node without levels has an error of its own.
    if node is None or math.isnan(node.invert_m) or math.isnan(node.ground_m):
        return None
    shape = _shape(row, node, settings, say)
    if shape is None:
        return None
    overflow = _overflow(row, site, shape, say)
    basin = Basin(str(row.facility_id), row.community_id, str(row.from_node), shape, overflow)
    leaving = site.leaving.get(basin.node_id, [])
    low = tuple(way for way, level, _ in leaving if not level > shape.crest_m - LEVEL_M)
    # A size out of bounds has an error of its own.
    given_mm = float(row.outlet_mm) if row.outlet_mm > 0 else math.nan
    # A structure is its own throttle.
    if low and (math.isnan(given_mm) or all(layer == "structures" for layer, _ in low)):
        say("basin.pipe_empties", pipes=", ".join(feature for _, feature in low))
        return basin
    if low:
        piped = tuple(way for way in low if way[0] != "structures")
        return replace(basin, throttle_mm=_throttle_mm(given_mm, shape, settings, say), throttled=piped)
    starts = [overflow] if overflow is not None else [lower for *_, lower in leaving]
    if not starts:
        say("basin.no_way_out", node=basin.node_id)
        return basin
    to = _low_enough(site, starts, basin, say)
    if to is None:
        return basin
    return replace(basin, throttle_mm=_throttle_mm(given_mm, shape, settings, say), throttle_to=to)


def _place(row: Any, site: _Site, taken: set[str], say: Say) -> Any:
    """The node that the basin is, None where it cannot be one."""
    node = site.nodes.get(row.from_node) if isinstance(row.from_node, str) else None
    if not row.volume_m3 > 0:
        say("basin.no_volume")
    if node is None or node.kind == "outfall":
        say("basin.no_node", node=row.from_node if isinstance(row.from_node, str) else "-")
        return None
    if node.node_id in taken:
        say("basin.shares_node", node=node.node_id)
        return None
    return node if row.volume_m3 > 0 else None


def _throttle_mm(given_mm: float, shape: BasinShape, settings: BasinSettings, say: Say) -> float:
    """The diameter that the survey gives, else the one that empties the basin in time."""
    depth_m, limit_h = shape.crest_m - shape.bottom_m, settings.emptying_min / 60
    # Of a basin with banks that of the upright one of its volume and depth, which empties about as fast.
    area_m2 = shape.area_m2 if shape.is_upright else shape.held_m3 / depth_m
    assumed = math.isnan(given_mm)
    size_mm = outlet_for_mm(area_m2, depth_m, limit_h, settings.least_outlet_mm) if assumed else given_mm
    hours = emptying_h(area_m2, depth_m, size_mm)
    if assumed or hours > limit_h:
        figures = {"diameter": f"{size_mm:.0f}", "hours": f"{hours:.1f}", "limit": f"{limit_h:g}"}
        say("basin.outlet_assumed" if assumed else "basin.empties_slowly", **figures)
    return size_mm


def _shape(row: Any, node: Any, settings: BasinSettings, say: Say) -> BasinShape | None:
    """Floor at the node's invert, overflow where it holds its volume but never within the freeboard."""
    points = known_pairs(row.storage_curve)
    slope = float(row.bank_slope) if row.bank_slope > 0 and not points else 0.0
    drawn_m2 = row.geometry.area if row.geometry is not None else 0.0
    area_m2 = float(row.area_m2) if row.area_m2 > 0 else points[0][1] if points else float(drawn_m2)
    if not area_m2 > 0:
        area_m2 = row.volume_m3 / settings.depth_m
        say("basin.area_assumed", area=f"{area_m2:.0f}", depth=f"{settings.depth_m:g}")
    elif slope and not row.area_m2 > 0:
        area_m2 = _floor_m2(float(row.volume_m3), area_m2, slope)
        if not area_m2 > 0:
            say("basin.banks_meet", slope=f"{slope:g}", outline=f"{drawn_m2:.0f}")
            return None
    shape = BasinShape(node.invert_m, node.ground_m, area_m2, slope, points)
    wanted_m, room_m = _depth_m(shape, float(row.volume_m3)), node.ground_m - FREEBOARD_M - node.invert_m
    held_m = min(wanted_m, room_m)
    figures = {"depth": f"{wanted_m:.2f}", "floor": f"{node.invert_m:.2f}", "ground": f"{node.ground_m:.2f}"}
    if not held_m > LEVEL_M:
        say("basin.no_room", node=row.from_node, **figures)
        return None
    shape = replace(shape.whole(), crest_m=node.invert_m + held_m)
    if held_m < (1 - VOLUME_SHARE) * wanted_m:
        say("basin.little_room", held=f"{shape.held_m3:.1f}", wanted=f"{row.volume_m3:.1f}", **figures)
    return shape


def _depth_m(shape: BasinShape, volume_m3: float) -> float:
    """Depth of a volume in it, whatever room there is."""
    if not shape.points:
        return banked_depth_m(volume_m3, shape.area_m2, shape.bank_slope)
    low_m, high_m = 0.0, 1.0
    while shape.volume_m3(high_m) < volume_m3 and high_m < DEEPEST_M:
        high_m *= 2
    while high_m - low_m > LEVEL_M / 10:
        middle_m = (low_m + high_m) / 2
        low_m, high_m = (middle_m, high_m) if shape.volume_m3(middle_m) < volume_m3 else (low_m, middle_m)
    return high_m


def _floor_m2(volume_m3: float, outline_m2: float, bank_slope: float) -> float:
    """Area at the floor of a square basin that fills its outline when it holds its volume; 0 for none."""
    side = math.sqrt(outline_m2)
    rest = side**3 - 6 * bank_slope * volume_m3
    return rest ** (2 / 3) if rest > 0 else 0.0


def _overflow(row: Any, site: _Site, shape: BasinShape, say: Say) -> str | None:
    """The node that its weir leads to, None where there is none."""
    if not isinstance(row.overflow_to, str) or not row.overflow_to:
        return None
    if row.overflow_to == row.from_node:
        say("basin.same_node", node=row.from_node)
        return None
    lower = site.nodes.get(row.overflow_to)
    if lower is None:
        say("basin.unknown_overflow", node=row.overflow_to)
        return None
    if lower.invert_m > shape.crest_m:
        levels = {"invert": f"{lower.invert_m:.2f}", "crest": f"{shape.crest_m:.2f}"}
        say("basin.overflow_uphill", node=row.overflow_to, **levels)
    return str(row.overflow_to)


def _low_enough(site: _Site, starts: list[str], basin: Basin, say: Say) -> str | None:
    """The first node that the basin's floor drains to by gravity, None where there is none."""
    floor_m = basin.shape.bottom_m
    below = list(site.drain_below(starts, basin.node_id))
    for node in below:
        if site.nodes[node].invert_m <= floor_m + LEVEL_M:
            if node not in starts:
                say("basin.outlet_further", node=node, near=", ".join(starts))
            return node
    known = [n for n in below if not math.isnan(site.nodes[n].invert_m)]
    lowest = min(known, key=lambda n: (site.nodes[n].invert_m, n), default=None)
    level = f"{site.nodes[lowest].invert_m:.2f}" if lowest is not None else "-"
    say("basin.no_gravity_outlet", node=lowest or "-", invert=level, floor=f"{floor_m:.2f}")
    return None
