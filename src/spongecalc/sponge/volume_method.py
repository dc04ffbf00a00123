"""The volume method (容积法): control volumes of the facilities against the runoff that reaches each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.cover import End
from spongecalc.standards.tables import table
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchments import Subcatchment

# The facility that a sunken cover is, and the group of solids_removal of what has no row of its own.
SUNKEN_GREEN, GREEN_ROOF, HARD = "sunken_green", "green_roof", "hard"


@dataclass(frozen=True)
class Controlled:
    """Ground with a facility: its area in m2, runoff coefficient, and the facility's volume in m3.

    ``facility_id`` is that of a facility of its own, empty for paving and sunken green.
    """

    facility: str
    area_m2: float
    coefficient: float
    volume_m3: float
    facility_id: str = ""

    @property
    def design_mm(self) -> float:
        """Rain in mm whose runoff fills the volume."""
        reaching = self.coefficient * self.area_m2
        return 1000 * self.volume_m3 / reaching if reaching > 0 else 0.0


@dataclass(frozen=True)
class VolumeMethod:
    """Composite coefficient, control volume in m3, design rainfall in mm that it holds, capture ratios."""

    area_m2: float
    coefficient: float
    volume_m3: float
    design_mm: float
    guide_percent: float
    capture_percent: float
    solids_percent: float
    controlled: tuple[Controlled, ...] = ()
    plain_runoff_m2: float = 0.0

    def runoff_mm(self, depth_mm: float) -> float:
        """Runoff in mm of a day's rain in mm: all that no facility controls, and what comes when one is full."""
        over = sum(c.coefficient * c.area_m2 * max(depth_mm - c.design_mm, 0.0) for c in self.controlled)
        return (self.plain_runoff_m2 * depth_mm + over) / self.area_m2 if self.area_m2 > 0 else math.nan

    def by_facility(self) -> list[Controlled]:
        """The facilities and what each controls, over all subcatchments; paving and green by kind."""
        groups: dict[tuple[str, str], list[Controlled]] = {}
        for c in self.controlled:
            groups.setdefault((c.facility, c.facility_id), []).append(c)
        found = []
        for (kind, own), parts in sorted(groups.items()):
            area = sum(c.area_m2 for c in parts)
            reaching = sum(c.area_m2 * c.coefficient for c in parts)
            found.append(Controlled(kind, area, reaching / area, sum(c.volume_m3 for c in parts), own))
        return found


def volume_method(
    areas: Sequence[Subcatchment],
    tanks: Sequence[tuple[str, float]],
    curve_percent: Callable[[float], float],
    catalogue: Catalogue,
    end: End = "middle",
) -> VolumeMethod:
    """Volume method of one community.

    Parameters
    ----------
    areas
        Its subcatchments.
    tanks
        Node id and volume in m3 of each rain tank.
    curve_percent
        Capture ratio in percent by design rainfall in mm.
    catalogue
        The covers: their runoff coefficients, which are pavings, and how deep sunken ones are.
    end
        Which end of the range of runoff coefficients.

    Returns
    -------
    Two capture ratios. ``guide_percent`` is that of the design rainfall which all volumes together hold over the
    composite coefficient, V = 10 H phi F, as the guide has it: without volume it is 0. ``capture_percent``
    reckons each facility by itself: a pavement's or sunken green's own rain whole against its own volume, a
    roof's runoff against its tank's, a rain garden's, trench's or well's own rain and the runoff of what drains
    to it against its volume, and what the coefficient of all other ground keeps as kept; volume that
    no runoff reaches helps nobody.

    References
    ----------
    海绵城市建设技术指南 (2014), section 4.8: volume method; table 4-3: volumetric runoff coefficients.
    """
    phi = catalogue.volume_coefficients(end)
    removal = table("solids_removal").set_index("facility")["removal_percent"]
    volume_of = dict(tanks)
    controlled: list[Controlled] = []
    plain: dict[str, float] = {}
    for area in areas:
        rest = dict(area.covers_m2)
        for paving, paved_m2 in area.paving_m2.items():
            held_mm = paving.surface_mm * paving.porosity_percent / 100 if paving.base_kind == "full" else 0.0
            held_mm += _base_held_mm(paving)
            controlled.append(Controlled("permeable_paving", paved_m2, 1.0, held_mm * paved_m2 / 1000))
        for name in catalogue.permeable_pavings:
            rest.pop(name, None)
        for sunk in (c for c in catalogue.covers.values() if c.is_sunken):
            m2 = rest.pop(sunk.cover, 0.0)
            if m2 > 0:
                controlled.append(Controlled(SUNKEN_GREEN, m2, 1.0, m2 * sunk.depression_storage_mm / 1000))
        if area.outlet_node in volume_of:
            continue
        controlled.extend(_units(area, rest, phi, catalogue))
        for cover, square_m in rest.items():
            plain[cover] = plain.get(cover, 0.0) + square_m
    for node, volume in tanks:
        roofs = [a for a in areas if a.outlet_node == node]
        total = sum(a.area_m2 for a in roofs)
        runoff = sum(phi[c] * m2 for a in roofs for c, m2 in a.covers_m2.items())
        if total > 0:
            controlled.append(Controlled("rain_tank", total, runoff / total, volume, node))
    area_m2 = sum(a.area_m2 for a in areas)
    reaching = sum(phi[c] * m2 for a in areas for c, m2 in a.covers_m2.items())
    volume = sum(c.volume_m3 for c in controlled)
    if area_m2 <= 0:
        return VolumeMethod(0.0, math.nan, 0.0, math.nan, math.nan, math.nan, math.nan)
    design = 1000 * volume / reaching if reaching > 0 else 0.0
    escaping = plain_runoff = sum(phi[c] * m2 for c, m2 in plain.items())
    kept: dict[str, float] = {}
    for cover, m2 in plain.items():
        known = catalogue.covers.get(cover)
        group = known.solids_group if known else (cover if cover == GREEN_ROOF else HARD)
        kept[group] = kept.get(group, 0.0) + (1 - phi[cover]) * m2
    for c in controlled:
        lost = c.coefficient * c.area_m2 * (1 - curve_percent(c.design_mm) / 100)
        escaping += lost
        kept[c.facility] = kept.get(c.facility, 0.0) + c.area_m2 - lost
    solids = sum(float(removal[name]) * amount for name, amount in kept.items()) / area_m2
    return VolumeMethod(
        area_m2,
        reaching / area_m2,
        volume,
        design,
        curve_percent(design),
        100 * (1 - escaping / area_m2),
        solids,
        tuple(controlled),
        plain_runoff,
    )


def _units(
    area: Subcatchment, rest: dict[str, float], phi: Mapping[str, float], catalogue: Catalogue
) -> list[Controlled]:
    """The facilities of a subcatchment with what drains to each, which is taken out of ``rest``.

    A green roof has no control volume: its cover stays in ``rest`` and counts by its coefficient.
    """
    found = []
    own = [u for u in area.units if u.unit.kind != GREEN_ROOF]
    for unit in own:
        left = rest.get(unit.unit.kind, 0.0) - unit.area_m2
        rest[unit.unit.kind] = max(left, 0.0)
    kinds = {u.unit.kind for u in own}
    ground = {c: m2 for c, m2 in rest.items() if c not in kinds and c != GREEN_ROOF}
    wanted = sum(u.catchment_m2 for u in own)
    taken: dict[str, float] = {}
    sealed = {c for c, cover in catalogue.covers.items() if cover.sealed}
    for group in ([c for c in ground if c in sealed], [c for c in ground if c not in sealed]):
        there = sum(ground[c] for c in group)
        part = min(wanted - sum(taken.values()), there)
        taken |= {c: ground[c] * part / there for c in group if there > 0}
    for cover, square_m in taken.items():
        rest[cover] -= square_m
    whole = sum(taken.values())
    running = sum(phi[c] * m2 for c, m2 in taken.items())
    for unit in own:
        share = unit.catchment_m2 / wanted if wanted > 0 else 0.0
        total = unit.area_m2 + whole * share
        coefficient = (unit.area_m2 + running * share) / total
        volume = unit.unit.control_mm * unit.area_m2 / 1000
        found.append(Controlled(unit.unit.kind, total, coefficient, volume, unit.facility_id))
    return found


def _base_held_mm(paving: PermeablePaving) -> float:
    """Depth in mm that the base holds until it seeps away: all of it, or what lies below the underdrain."""
    base, porosity = paving.base_mm, paving.base_porosity_percent / 100
    kind, offset = paving.base_kind, paving.drain_offset_mm
    if kind == "half" and offset <= 0:
        return 0.0
    return float(base if kind == "full" else min(offset, base)) * porosity
