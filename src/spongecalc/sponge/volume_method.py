"""The volume method (容积法): control volumes of the facilities against the runoff that reaches each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.cover import End
from spongecalc.standards.tables import table
from spongecalc.surfaces.infiltration_unit import THICK_GREEN_ROOF
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment

# The facility that a sunken cover is, and the group of solids_removal of what has no row of its own.
SUNKEN_GREEN, GREEN_ROOF, HARD = "sunken_green", "green_roof", "hard"
GREEN_ROOFS = (GREEN_ROOF, THICK_GREEN_ROOF)

# Areas that differ by less than this share are the same.
ALIKE = 1e-9


@cache
def _counted() -> Mapping[str, tuple[bool, bool]]:
    """By kind of facility, if its store and its seepage count as control volume."""
    rows = table("control_volumes")
    return {str(r.facility): (r.stores == "yes", r.seeps == "yes") for r in rows.itertuples()}


@cache
def _seepage_h() -> float:
    return float(table("assessment_method").set_index("item").loc["guide_seepage_h", "value"])


@dataclass(frozen=True)
class Controlled:
    """Ground with a facility: its area in m2, runoff coefficient, and the facility's volume in m3.

    The ground is the facility's own and what runs on to it. ``facility_id`` is that of a facility of its own,
    empty for paving and sunken green. ``seepage_m3_h`` is what seeps out of the facility in m3/h, ``own_m2`` its
    own area: 0 for a tank, whose ground is the roofs'.
    """

    facility: str
    area_m2: float
    coefficient: float
    volume_m3: float
    facility_id: str = ""
    seepage_m3_h: float = 0.0
    own_m2: float = 0.0

    @property
    def control_m3(self) -> float:
        """Control volume in m3 as the guide counts it.

        Its store, and what seeps out of it in the guide's two hours, each where the guide lets that of its kind
        count; nothing where no runoff of other ground reaches it.

        References
        ----------
        海绵城市建设技术指南 (2014), section 4.8, 1 (2) and equations 4-3 and 4-4: ``control_volumes.csv``.
        """
        if self.area_m2 <= self.own_m2 * (1 + ALIKE):
            return 0.0
        stores, seeps = _counted()[self.facility]
        return stores * self.volume_m3 + seeps * self.seepage_m3_h * _seepage_h()

    @property
    def design_mm(self) -> float:
        """Rain in mm whose runoff fills the volume."""
        reaching = self.coefficient * self.area_m2
        return 1000 * self.volume_m3 / reaching if reaching > 0 else 0.0


@dataclass(frozen=True)
class VolumeMethod:
    """Composite coefficient, volumes in m3, design rainfall in mm of the guide's, and capture ratios.

    ``volume_m3`` is what the facilities hold, ``control_m3`` what the guide counts of it, of which
    ``design_mm`` and ``guide_percent`` are. ``plain_m2`` are the covers in m2 that no facility controls.
    """

    area_m2: float
    coefficient: float
    volume_m3: float
    control_m3: float
    design_mm: float
    guide_percent: float
    capture_percent: float
    solids_percent: float
    controlled: tuple[Controlled, ...] = ()
    plain_runoff_m2: float = 0.0
    plain_m2: tuple[tuple[str, float], ...] = ()

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
            sums = [sum(getattr(c, n) for c in parts) for n in ("volume_m3", "seepage_m3_h", "own_m2")]
            found.append(Controlled(kind, area, reaching / area, sums[0], own, *sums[1:]))
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
    Two capture ratios. ``guide_percent`` is that of the design rainfall which the control volumes that the guide
    counts hold together over the composite coefficient, V = 10 H phi F: without volume 0. ``capture_percent``
    reckons each facility by itself: a roof's runoff against its tank's volume; of paving, sunken green, rain
    gardens, trenches and wells their own rain, whole, and the runoff of the ground that runs on to them against
    theirs; and what the coefficient of all ground keeps as kept. Volume that no runoff reaches helps nobody, and
    what one facility lets go of is held by no other.

    References
    ----------
    海绵城市建设技术指南 (2014), section 4.8: volume method; table 4-3: volumetric runoff coefficients.
    """
    phi = catalogue.volume_coefficients(end)
    removal = table("solids_removal").set_index("facility")["removal_percent"]
    volume_of = dict(tanks)
    sunken = {c.cover: c.depression_storage_mm for c in catalogue.covers.values() if c.is_sunken}
    controlled: list[Controlled] = []
    plain: dict[str, float] = {}
    led: dict[str, float] = {}
    to_lawn: dict[str, dict[str, float]] = {}
    for area in areas:
        if area.outlet_node in volume_of:
            _add(led, area.ground_m2)
            continue
        rest = {c: m2 for c, m2 in area.ground_m2.items() if c not in sunken}
        controlled.extend(_pavings(area, rest, phi, led))
        for name in catalogue.permeable_pavings:
            rest.pop(name, None)
        controlled.extend(_units(area, rest, phi, catalogue, led))
        _add(to_lawn.setdefault(area.runs_on_to, {}) if area.runs_on_to else plain, rest)
    for area in areas:
        own = {c: m2 for c, m2 in area.ground_m2.items() if c in sunken}
        if own and area.outlet_node not in volume_of:
            ground = to_lawn.pop(area.name, {}) if area.lawn else {}
            _add(led, ground)
            m2, volume = sum(own.values()), sum(sunken[c] * m2 for c, m2 in own.items()) / 1000
            seepage = sum(catalogue.covers[c].fmin_mm_h * m for c, m in own.items()) / 1000
            controlled.append(_with_run_on(SUNKEN_GREEN, m2, volume, ground, phi, seepage_m3_h=seepage))
    for node, volume in tanks:
        roofs = [a for a in areas if a.outlet_node == node]
        total = sum(a.area_m2 for a in roofs)
        runoff = sum(phi[c] * m2 for a in roofs for c, m2 in a.ground_m2.items())
        if total > 0:
            controlled.append(Controlled("rain_tank", total, runoff / total, volume, node))
    area_m2 = sum(a.area_m2 for a in areas)
    reaching = sum(phi[c] * m2 for a in areas for c, m2 in a.ground_m2.items())
    volume = sum(c.volume_m3 for c in controlled)
    if area_m2 <= 0:
        return VolumeMethod(0.0, math.nan, 0.0, 0.0, math.nan, math.nan, math.nan, math.nan)
    control = sum(c.control_m3 for c in controlled)
    design = 1000 * control / reaching if reaching > 0 else 0.0
    escaping = plain_runoff = sum(phi[c] * m2 for c, m2 in plain.items())
    kept: dict[str, float] = {}
    for ground in (plain, led):
        for cover, m2 in ground.items():
            known = catalogue.covers.get(cover)
            group = known.solids_group if known else (GREEN_ROOF if cover in GREEN_ROOFS else HARD)
            kept[group] = kept.get(group, 0.0) + (1 - phi[cover]) * m2
    for c in controlled:
        lost = c.coefficient * c.area_m2 * (1 - curve_percent(c.design_mm) / 100)
        escaping += lost
        kept[c.facility] = kept.get(c.facility, 0.0) + c.coefficient * c.area_m2 - lost
    solids = sum(float(removal[name]) * amount for name, amount in kept.items()) / area_m2
    return VolumeMethod(
        area_m2,
        reaching / area_m2,
        volume,
        control,
        design,
        curve_percent(design),
        100 * (1 - escaping / area_m2),
        solids,
        tuple(controlled),
        plain_runoff,
        tuple(sorted(plain.items())),
    )


def _add(sums: dict[str, float], more: Mapping[str, float]) -> None:
    for cover, m2 in more.items():
        sums[cover] = sums.get(cover, 0.0) + m2


def _with_run_on(
    facility: str,
    area_m2: float,
    volume_m3: float,
    ground_m2: Mapping[str, float],
    phi: Mapping[str, float],
    facility_id: str = "",
    seepage_m3_h: float = 0.0,
) -> Controlled:
    """A facility with what runs on to it: its own rain counts whole, that of other ground by its coefficient."""
    total = area_m2 + sum(ground_m2.values())
    reaching = area_m2 + sum(phi[c] * m2 for c, m2 in ground_m2.items())
    return Controlled(facility, total, reaching / total, volume_m3, facility_id, seepage_m3_h, area_m2)


def _pavings(
    area: Subcatchment, rest: dict[str, float], phi: Mapping[str, float], led: dict[str, float]
) -> list[Controlled]:
    """The paving of a subcatchment with what runs on to it, which is taken out of ``rest``."""
    found = []
    run_on, receiving_m2 = dict(area.paving_run_on.covers_m2), area.receiving_m2
    for paving, paved_m2 in area.paving_m2.items():
        held_mm = paving.surface_mm * paving.porosity_percent / 100 if paving.base_kind == "full" else 0.0
        volume = (held_mm + _base_held_mm(paving)) * paved_m2 / 1000
        share = paved_m2 / receiving_m2 if paving.receives else 0.0
        ground = {c: m2 * share for c, m2 in run_on.items() if share > 0}
        seepage = paving.seepage_mm_h * paved_m2 / 1000
        found.append(_with_run_on("permeable_paving", paved_m2, volume, ground, phi, seepage_m3_h=seepage))
    if receiving_m2 > 0:
        _add(led, run_on)
        _add(rest, {c: -m2 for c, m2 in run_on.items()})
    return found


def _units(
    area: Subcatchment,
    rest: dict[str, float],
    phi: Mapping[str, float],
    catalogue: Catalogue,
    led: dict[str, float],
) -> list[Controlled]:
    """The facilities of a subcatchment with what drains to each, which is taken out of ``rest``.

    A green roof has no control volume: its cover stays in ``rest`` and counts by its coefficient.
    """
    own = [u for u in area.units if u.unit.kind != GREEN_ROOF]
    for unit in own:
        left = rest.get(unit.unit.kind, 0.0) - unit.area_m2
        rest[unit.unit.kind] = max(left, 0.0)
    for unit in own:
        if unit.run_on is not None:
            _add(rest, {c: -m2 for c, m2 in unit.run_on.covers_m2})
    kinds = {u.unit.kind for u in own}
    ground = {c: m2 for c, m2 in rest.items() if c not in kinds and c not in GREEN_ROOFS}
    wanted = sum(u.catchment_m2 for u in own if u.run_on is None)
    taken: dict[str, float] = {}
    sealed = {c for c, cover in catalogue.covers.items() if cover.sealed}
    for group in ([c for c in ground if c in sealed], [c for c in ground if c not in sealed]):
        there = sum(ground[c] for c in group)
        part = min(wanted - sum(taken.values()), there)
        taken |= {c: ground[c] * part / there for c in group if there > 0}
    for cover, square_m in taken.items():
        rest[cover] -= square_m
    found = []
    for unit in own:
        share = unit.catchment_m2 / wanted if wanted > 0 else 0.0
        known = None if unit.run_on is None else dict(unit.run_on.covers_m2)
        ground = {c: m2 * share for c, m2 in taken.items()} if known is None else known
        _add(led, ground)
        volume = unit.unit.control_mm * unit.area_m2 / 1000
        seepage = unit.unit.seepage_mm_h * unit.area_m2 / 1000
        facility = unit.unit.kind, unit.area_m2
        found.append(_with_run_on(*facility, volume, ground, phi, unit.facility_id, seepage))
    return found


def _base_held_mm(paving: PermeablePaving) -> float:
    """Depth in mm that the base holds until it seeps away: all of it, or what lies below the underdrain."""
    base, porosity = paving.base_mm, paving.base_porosity_percent / 100
    kind, offset = paving.base_kind, paving.drain_offset_mm
    if kind == "half" and offset <= 0:
        return 0.0
    return float(base if kind == "full" else min(offset, base)) * porosity
