"""The volume method (容积法): control volumes of the facilities against the runoff that reaches each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spongecalc.standards.tables import table
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchments import Subcatchment

# Which row of the guide's table of runoff coefficients a cover takes.
COEFFICIENT_OF = {
    "roof": "roof",
    "asphalt": "concrete_or_asphalt",
    "concrete": "concrete_or_asphalt",
    "permeable_concrete": "permeable_paving",
    "permeable_brick": "permeable_paving",
    "gravel": "graded_gravel",
    "green": "green",
    "sunken_green": "green",
    "bare_soil": "bare_soil",
    "water": "water",
    # The facilities' own ground, as far as the composite coefficient is concerned.
    "rain_garden": "green",
    "infiltration_trench": "graded_gravel",
    "infiltration_well": "graded_gravel",
    "green_roof": "green_roof",
}
# Ground that drains to facilities first, as SWMM has it: impervious cover.
SEALED = ("roof", "asphalt", "concrete", "water")


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


def coefficients(end: str = "middle") -> dict[str, float]:
    """Volumetric runoff coefficient by cover: the guide's range, its "low" or "high" end or its middle."""
    rows = table("runoff_coefficients").set_index("cover")
    low, high = rows["volumetric_min"], rows["volumetric_max"]
    chosen = {"low": low, "high": high, "middle": (low + high) / 2}[end]
    return {cover: float(chosen[row]) for cover, row in COEFFICIENT_OF.items()}


def volume_method(
    areas: Sequence[Subcatchment],
    tanks: Sequence[tuple[str, float]],
    curve_percent: Callable[[float], float],
    sunken_depth_mm: float,
    end: str = "middle",
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
    sunken_depth_mm
        Depth that sunken green holds.
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
    phi = coefficients(end)
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
        for cover in ("permeable_concrete", "permeable_brick"):
            rest.pop(cover, None)
        sunken = rest.pop("sunken_green", 0.0)
        if sunken > 0:
            controlled.append(Controlled("sunken_green", sunken, 1.0, sunken * sunken_depth_mm / 1000))
        if area.outlet_node in volume_of:
            continue
        controlled.extend(_units(area, rest, phi))
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
    kept = {"hard": 0.0, "green": 0.0, "bare_soil": 0.0, "green_roof": 0.0}
    for cover, m2 in plain.items():
        group = cover if cover in kept else "hard"
        kept[group] += (1 - phi[cover]) * m2
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


def _units(area: Subcatchment, rest: dict[str, float], phi: Mapping[str, float]) -> list[Controlled]:
    """The facilities of a subcatchment with what drains to each, which is taken out of ``rest``.

    A green roof has no control volume: its cover stays in ``rest`` and counts by its coefficient.
    """
    found = []
    own = [u for u in area.units if u.unit.kind != "green_roof"]
    for unit in own:
        left = rest.get(unit.unit.kind, 0.0) - unit.area_m2
        rest[unit.unit.kind] = max(left, 0.0)
    kinds = {u.unit.kind for u in own}
    ground = {c: m2 for c, m2 in rest.items() if c not in kinds and c != "green_roof"}
    wanted = sum(u.catchment_m2 for u in own)
    taken: dict[str, float] = {}
    for group in ([c for c in ground if c in SEALED], [c for c in ground if c not in SEALED]):
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
