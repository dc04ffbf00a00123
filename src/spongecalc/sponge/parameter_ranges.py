"""The assumed parameters of the ground, and the ends of their sourced ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from spongecalc.standards.tables import table
from spongecalc.surfaces.infiltration_unit import InfiltrationUnit
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.subcatchment import Subcatchment

PAVING = ("subgrade_mm_h", "porosity_percent", "base_porosity_percent", "base_mm")
LEAST_MM_H = 0.1


@dataclass(frozen=True)
class ParameterRange:
    """One parameter: the ends of its range, in its own unit or as a ratio to the value taken."""

    name: str
    low: float
    high: float
    is_ratio: bool
    source: str
    how_known: str


def parameter_ranges() -> tuple[ParameterRange, ...]:
    """The table of ranges. Towards the high end of each, more rain stays on the ground."""
    return tuple(
        ParameterRange(
            str(r.parameter), float(r.low), float(r.high), r.unit == "ratio", str(r.source), str(r.how_known)
        )
        for r in table("sponge_ranges").itertuples()
    )


def at_end(
    areas: tuple[Subcatchment, ...], ends: Mapping[str, str], ranges: tuple[ParameterRange, ...]
) -> tuple[Subcatchment, ...]:
    """Subcatchments with some parameters at an end of their ranges.

    Parameters
    ----------
    areas
        Subcatchments with the values taken.
    ends
        "low" or "high" by the parameter's name; others keep their values.
    ranges
        Of :func:`parameter_ranges`.

    Returns
    -------
    The subcatchments. A value that lies outside of its range already (a survey may have found one) stays
    what it is at that end.
    """
    known = {r.name: r for r in ranges}

    def moved(name: str, value: float) -> float:
        if name not in ends:
            return value
        found = known[name]
        end = found.low if ends[name] == "low" else found.high
        end = end * value if found.is_ratio else end
        return min(end, value) if ends[name] == "low" else max(end, value)

    return tuple(_moved(area, moved) for area in areas)


def _moved(area: Subcatchment, moved: object) -> Subcatchment:
    mix, change = area.mix, moved
    assert callable(change)
    fmin = min(change("fmin_mm_h", mix.fmin_mm_h), mix.f0_mm_h)
    return replace(
        area,
        mix=replace(
            mix,
            storage_impervious_mm=change("storage_impervious_mm", mix.storage_impervious_mm),
            storage_pervious_mm=change("storage_pervious_mm", mix.storage_pervious_mm),
            fmin_mm_h=fmin,
        ),
        paving_m2=_pavings(area.paving_m2, lambda p: _paving(p, change)),
        units=tuple(replace(u, unit=_unit(u.unit, change)) for u in area.units),
    )


def _unit(unit: InfiltrationUnit, change: object) -> InfiltrationUnit:
    """A facility with the seepage and porosity of its base moved; a green roof has no base."""
    assert callable(change)
    if unit.kind == "green_roof":
        return unit
    moved = {name: change(name, getattr(unit, name)) for name in ("subgrade_mm_h", "base_porosity_percent")}
    return replace(unit, **moved)


def _paving(paving: PermeablePaving, change: object) -> PermeablePaving:
    assert callable(change)
    values = {name: change(name, getattr(paving, name)) for name in PAVING}
    # Whatever its range, a base that is not there stays away.
    if paving.base_mm <= 0:
        values["base_mm"] = paving.base_mm
    return replace(paving, **values, permeability_mm_s=change("permeability_mm_s", paving.permeability_mm_s))


def with_permeability(areas: tuple[Subcatchment, ...], share: float) -> tuple[Subcatchment, ...]:
    """Subcatchments whose permeable surfaces let through ``share`` of what they did when new.

    Never less than ``LEAST_MM_H``: SWMM knows no pavement that lets nothing through.
    """
    least = LEAST_MM_H / 3600
    return tuple(
        replace(
            a,
            paving_m2=_pavings(
                a.paving_m2, lambda p: replace(p, permeability_mm_s=max(p.permeability_mm_s * share, least))
            ),
        )
        for a in areas
    )


def _pavings(paving_m2: Mapping[PermeablePaving, float], change: object) -> dict[PermeablePaving, float]:
    """Pavings with a change applied; two that become alike are added."""
    assert callable(change)
    found: dict[PermeablePaving, float] = {}
    for paving, area in paving_m2.items():
        new = change(paving)
        found[new] = found.get(new, 0.0) + area
    return dict(sorted(found.items()))
