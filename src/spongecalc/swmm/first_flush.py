"""First-flush diversion before a rain tank (初期弃流) in SWMM's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spongecalc.surfaces.subcatchment import Subcatchment
from spongecalc.swmm.identifiers import tag
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.tank import Tank

Rows = list[tuple[str, ...]]

# Plan area over that of the roof: small enough to fill with the first millimetres, large enough for the time
# steps of the hydraulics.
AREA_RATIO = 0.004
MOST_DEPTH_M = 1.0
# SWMM's dynamic wave lets no node have less surface than MIN_SURFAREA (1.167 m2 under a storm): a smaller
# chamber would lose the difference.
LEAST_AREA_M2 = 1.2
# What stands over the crest leaves as from a reservoir with this time constant; 2 m over it pass any rain.
PASSING_S = 20.0
HEADROOM_M = 2.0
# The chamber empties while no water arrives, within the dry day after which the daily balance lets off again.
EMPTYING_S = 86400.0
DRAWN_SHARE = 0.05
NO_INFLOW_L_S = 0.01


@dataclass(frozen=True)
class FlushChamber:
    """The chamber before one tank: it holds ``volume_m3`` below its crest, what comes then goes to the tank."""

    tank: Tank
    roof_m2: float
    volume_m3: float

    @property
    def area_m2(self) -> float:
        """Plan area."""
        return max(AREA_RATIO * self.roof_m2, self.volume_m3 / MOST_DEPTH_M, LEAST_AREA_M2)

    @property
    def crest_m(self) -> float:
        """Depth of water at the crest."""
        return self.volume_m3 / self.area_m2


@dataclass(frozen=True)
class FlushPart:
    """Sections and elements of all chambers; ``inlets`` is the model node that takes a tank's roofs instead."""

    inlets: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, Rows] = field(default_factory=dict)
    elements: Rows = field(default_factory=list)
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def flush_chambers(tanks: Sequence[Tank], areas: Sequence[Subcatchment]) -> tuple[FlushChamber, ...]:
    """The chamber of each tank that has a first flush and a roof that drains to it."""
    found = []
    for tank in tanks:
        roof_m2 = sum(a.area_m2 for a in areas if a.outlet_node == tank.node_id)
        volume_m3 = tank.first_flush_mm / 1000 * roof_m2
        if volume_m3 > 0:
            found.append(FlushChamber(tank, roof_m2, volume_m3))
    return tuple(found)


def flush_part(
    chambers: Sequence[FlushChamber],
    ids: Mapping[str, str],
    let_off_to: Mapping[str, str],
    places: Mapping[str, tuple[float, float]],
) -> FlushPart:
    """STORAGE, OUTLETS, CURVES and CONTROLS of the chambers.

    Roofs drain to the chamber. Its volume fills first; what comes over its crest goes to the tank. While no water
    arrives it empties to where the tank overflows to, so that after a dry day the next rain is let off again, as
    in the daily balance. Without a known overflow it stays full.

    Parameters
    ----------
    chambers
        Of :func:`flush_chambers`.
    ids, let_off_to, places
        Model ids by node id; those of the nodes that first flushes are let off to by the tank's node (an outfall
        of their own where a tank overflows to an outfall: SWMM lets one link end there); coordinates by model id.

    References
    ----------
    GB 50400-2016, section 5: first-flush diversion before storage.
    """
    inlets: dict[str, str] = {}
    storage: Rows = []
    outlets: Rows = []
    curves: Rows = []
    controls: Rows = []
    elements: Rows = []
    at: dict[str, tuple[float, float]] = {}
    for c in chambers:
        tank, node = c.tank, ids[c.tank.node_id]
        name, fill, let_off = f"{node}__FLUSH", f"{node}__FILL", f"{node}__LETOFF"
        bottom = tank.shape.top_m
        inlets[tank.node_id] = name
        own = ("facilities", tank.facility_id, tank.community_id)
        storage.append((f";{tag(tank.facility_id)} (first flush of {tank.first_flush_mm:g} mm)",))
        depth, area = fixed(c.crest_m + HEADROOM_M, 3), fixed(c.area_m2, 4)
        storage.append((name, fixed(bottom, 3), depth, "0", "FUNCTIONAL", "0", "0", area, "0", "0"))
        passing = c.area_m2 / PASSING_S * 1000
        outlets.append((fill, name, node, fixed(bottom + c.crest_m, 4), "TABULAR/DEPTH", f"{fill}_CURVE", "NO"))
        curves += [
            (f"{fill}_CURVE", "Rating", "0.000", "0.000000"),
            (f"{fill}_CURVE", "", fixed(HEADROOM_M, 3), fixed(passing * HEADROOM_M, 6)),
        ]
        elements += [("node", name, "tank_flush", *own), ("link", fill, "tank_filling", *own)]
        x, y = places[node]
        at[name] = (x - 2, y + 2)
        lower = let_off_to.get(tank.node_id)
        if lower is None:
            continue
        rate = fixed(c.volume_m3 / EMPTYING_S * 1000, 6)
        outlets.append((let_off, name, lower, fixed(bottom, 3), "TABULAR/DEPTH", f"{let_off}_CURVE", "NO"))
        curves += [
            (f"{let_off}_CURVE", "Rating", "0.000", "0.000000"),
            (f"{let_off}_CURVE", "", fixed(DRAWN_SHARE * c.crest_m, 4), rate),
            (f"{let_off}_CURVE", "", depth, rate),
        ]
        controls += [
            (f"RULE {let_off}",),
            (f"IF NODE {name} INFLOW > {NO_INFLOW_L_S:g}",),
            (f"THEN OUTLET {let_off} SETTING = 0",),
            (f"ELSE OUTLET {let_off} SETTING = 1",),
        ]
        elements.append(("link", let_off, "tank_let_off", *own))
    sections = {"STORAGE": storage, "OUTLETS": outlets, "CURVES": curves, "CONTROLS": controls}
    return FlushPart(inlets, sections, elements, at)
