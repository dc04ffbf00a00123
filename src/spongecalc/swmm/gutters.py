"""Gutters: the ground before each inlet, from which its grate takes water and runs on what it cannot take.

Ground drains to a gutter at its inlet's ground level, a storage as wide as the ground on which water stands
there. Three links lead away from it, each by a rating curve and one way only: the grate down to the pipes' node,
by the head on it; the way back up, as wide as the whole grate, for what a surcharged pipe gives back; and the
way over the ground to the next inlet below or out of the community.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spongecalc.ground.of_system import LAKE_CELL_M, ground_of
from spongecalc.ground.way_on import IntakePlace, WayOn, ways_on_by_levels, ways_on_over_ground
from spongecalc.layers.dem import GroundError
from spongecalc.project.settings import Settings
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.grate import Grate, flat_grate
from spongecalc.surfaces.inlet_areas import intake_nodes
from spongecalc.surfaces.street_flow import StreetSection
from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.gutter import LEAST_M2, Gutter
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.links import Links

Rows = list[tuple[str, ...]]

# Roles of what stands or runs on the ground and is no part of the pipes.
GUTTER, INTAKE, EXIT = "gutter", "intake", "ground_exit"
GRATE, BACK, RUN_ON = "grate", "give_back", "run_on"
ON_GROUND = (GUTTER, EXIT, GRATE, BACK, RUN_ON)

# What has come up through a grate and not yet spread stands on this at the pipes' node: little beside the ground.
SHAFT_M2 = 1.2
# No water stands so high over an inlet: the gutter never overflows.
HIGHEST_M = 5.0
SHALLOW_M = (0.0, 0.003, 0.006, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08)
DEPTHS_M = (*SHALLOW_M, 0.1, 0.13, 0.16, 0.2, 0.3, 0.5, 1.0, 2.0, HIGHEST_M)


@dataclass(frozen=True)
class GutterPart:
    """Sections and elements of all gutters; ``drains`` is the gutter that takes a node's ground instead."""

    gutters: tuple[Gutter, ...] = ()
    drains: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, Rows] = field(default_factory=dict)
    elements: Rows = field(default_factory=list)
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def gutter_nodes(system: DrainageSystem, areas: Sequence[Subcatchment], links: Links) -> tuple[str, ...]:
    """The nodes that take in ground's runoff by a grate, in order; a tank or basin takes it as it comes."""
    drained = {a.outlet_node for a in areas if a.kind == "ground"}
    return tuple(sorted({n.node_id for n in _places(system)} & drained - links.stored))


def gutter_part(
    system: DrainageSystem,
    settings: Settings,
    nodes: Collection[str],
    ids: Mapping[str, str],
    ponded_m2: Mapping[str, float],
    doubled: Collection[str] = (),
) -> GutterPart:
    """STORAGE, OUTLETS, OUTFALLS and CURVES of the gutters of some nodes.

    Parameters
    ----------
    system, settings
        The system and the project's settings.
    nodes
        Of :func:`gutter_nodes`.
    ids
        Model ids by node id.
    ponded_m2
        The ground on which water stands at each node, by node id.
    doubled
        Inlets that have a second grate.
    """
    ponding = settings.ponding
    places = [p for p in _places(system) if p.node_id in nodes]
    ways = _ways_on(system, settings, places)
    grate = flat_grate(ponding.inlet_capacity_l_s, ponding.inlet_clogging_percent)
    street = StreetSection(ponding.street_width_m, ponding.street_cross_fall_percent, ponding.street_roughness)
    rows: dict[str, Rows] = {name: [] for name in ("STORAGE", "OUTFALLS", "OUTLETS", "CURVES")}
    elements: Rows = []
    at: dict[str, tuple[float, float]] = {}
    gutters = []
    for place in sorted(places, key=lambda p: p.node_id):
        node, way = ids[place.node_id], ways[place.node_id]
        name, area_m2 = f"{node}__GUTTER", max(ponded_m2[place.node_id], LEAST_M2)
        own = ("nodes", place.node_id, place.community_id)
        level = fixed(place.ground_m, 3)
        wide_m = max(ponding.depth_m, ponding.site_depth_m)
        gutters.append(Gutter(name, node, f"{node}__BACK", area_m2, wide_m, ponding.site_depth_m))
        rows["STORAGE"].append((f";{tag(place.node_id)} (ground before its grate)",))
        rows["STORAGE"].append((name, level, fixed(HIGHEST_M, 1), "0", "TABULAR", f"{name}_AREA", "0", "0"))
        rows["CURVES"] += _curve(
            f"{name}_AREA", "Storage", [(0.0, LEAST_M2), (wide_m, area_m2), (HIGHEST_M, area_m2)], 2
        )
        elements.append(("node", name, GUTTER, *own))
        x, y = place.point.x, place.point.y
        at[name] = (x + 1, y + 1)
        twice = place.node_id in doubled
        rows["OUTLETS"].append((f";{tag(place.node_id)} (grate, way back, way on)",))
        for role, ending, ends, curve in (
            (GRATE, "GRATE", (name, node), "GRATE_TWICE" if twice else "GRATE"),
            (BACK, "BACK", (node, name), "GRATE_BACK"),
        ):
            rows["OUTLETS"].append((f"{node}__{ending}", *ends, "*", "TABULAR/HEAD", curve, "YES"))
            elements.append(("link", f"{node}__{ending}", role, *own))
        to = ids[way.to_node] + "__GUTTER" if way.to_node else f"{node}__AWAY"
        if not way.to_node:
            rows["OUTFALLS"].append((to, fixed(place.ground_m - 1, 3), "FREE", "", "NO"))
            elements.append(("node", to, EXIT, *own))
            at[to] = (x + 3, y + 1)
        on = f"{node}__ON"
        rows["OUTLETS"].append((on, name, to, "*", "TABULAR/HEAD", on, "YES"))
        elements.append(("link", on, RUN_ON, *own))
        rows["CURVES"] += _curve(on, "Rating", _way_on(street, way), 4)
    if gutters:
        rows["CURVES"] += _curve("GRATE", "Rating", _intake(grate), 4)
        if any(n in doubled for n in nodes):
            rows["CURVES"] += _curve("GRATE_TWICE", "Rating", _intake(grate.times(2)), 4)
        whole = flat_grate(ponding.inlet_capacity_l_s)
        back = [(d, 1000 * whole.over_rim_m3_s(d)) for d in DEPTHS_M]
        rows["CURVES"] += _curve("GRATE_BACK", "Rating", back, 4)
    drains = {p.node_id: f"{ids[p.node_id]}__GUTTER" for p in places}
    return GutterPart(tuple(gutters), drains, rows, elements, at)


def _places(system: DrainageSystem) -> list[IntakePlace]:
    rows = system.nodes.drop_duplicates("node_id").set_index("node_id")
    return [
        IntakePlace(node, community, point, float(rows.at[node, "ground_m"]))
        for community in system.communities
        for node, point in intake_nodes(system, community)
    ]


def _ways_on(system: DrainageSystem, settings: Settings, places: Sequence[IntakePlace]) -> dict[str, WayOn]:
    """The way on from each place: over the DEM where it will do, else by the surveyed levels."""
    surfaces, ponding = settings.surfaces, settings.ponding
    least = surfaces.min_slope_percent
    ways = ways_on_by_levels(places, ponding.depth_m, surfaces.default_slope_percent, least)
    if system.dem is None or not places:
        return ways
    try:
        ground = ground_of(system, ponding, LAKE_CELL_M)
    except GroundError:
        return ways
    areas = dict(zip(system.boundaries["community_id"], system.boundaries.geometry, strict=True))
    over = ways_on_over_ground(ground, places, areas, least)
    # A way over the ground and one by levels might lead to each other: all are of one kind.
    return over if len(over) == len(ways) else ways


def _intake(grate: Grate) -> list[tuple[float, float]]:
    """Rating of a grate: depths in m and what it takes in l/s, up to where it takes no more."""
    flows = [(d, 1000 * grate.intake_m3_s(d)) for d in DEPTHS_M]
    full = next((n for n, (_, q) in enumerate(flows) if q >= grate.capacity_l_s), None)
    if full is None:
        return flows
    # The depth at which the rim's weir gives the rated capacity, so that the curve bends there.
    at_m = (grate.capacity_l_s / 1000 / (grate.weir * grate.rim_m)) ** (2 / 3)
    bend = [(at_m, 1000 * grate.intake_m3_s(at_m))] if flows[full - 1][0] < at_m < flows[full][0] else []
    return [*flows[:full], *bend, flows[full], (HIGHEST_M, grate.capacity_l_s)]


def _way_on(street: StreetSection, way: WayOn) -> list[tuple[float, float]]:
    """Rating of a way on: depths in m at the inlet and l/s, nothing up to the rim, above it as along a street."""
    below = [(0.0, 0.0)] if way.rim_m >= 0.0005 else []
    return below + [(way.rim_m + d, 1000 * street.flow_m3_s(d, way.slope_percent)) for d in DEPTHS_M]


def _curve(name: str, kind: str, points: Iterable[tuple[float, float]], decimals: int) -> Rows:
    return [(name, kind if n == 0 else "", fixed(x, 4), fixed(y, decimals)) for n, (x, y) in enumerate(points)]
