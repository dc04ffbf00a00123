"""Permeable paving that clogging has closed: sealed ground, with the surface that it has."""

from __future__ import annotations

from dataclasses import replace

from spongecalc.surfaces.cover_mix import CoverMix
from spongecalc.surfaces.permeable_paving import PermeablePaving
from spongecalc.surfaces.run_on import NO_RUN_ON
from spongecalc.surfaces.subcatchment import Subcatchment


def with_closed_paving(areas: tuple[Subcatchment, ...]) -> tuple[Subcatchment, ...]:
    """Subcatchments whose permeable paving lets nothing through any more.

    SWMM has no pavement that lets nothing through, so that the paving becomes part of the impervious ground
    beside it, with its own depression storage and roughness: it holds what stands on it, and neither course nor
    base takes water.
    """
    return tuple(_closed(area) if area.paving_m2 else area for area in areas)


def _closed(area: Subcatchment) -> Subcatchment:
    # A subcatchment of nothing but paving has no ground whose mix could be asked.
    plain_m2 = max(area.plain_m2, 0.0)
    sealed_m2 = plain_m2 * area.mix.impervious_percent / 100
    parts = [(sealed_m2, area.mix.storage_impervious_mm, area.mix.n_impervious)]
    parts += [(m2, paving.surface_storage_mm, paving.surface_n) for paving, m2 in area.paving_m2.items()]
    mix, none = _mixed(area.mix, plain_m2, parts), dict[PermeablePaving, float]()
    return replace(area, mix=mix, paving_m2=none, paving_run_on=NO_RUN_ON)


def _mixed(mix: CoverMix, plain_m2: float, parts: list[tuple[float, float, float]]) -> CoverMix:
    """The mix with the impervious ``parts``: area in m2, depression storage in mm and Manning's n of each."""
    sealed_m2 = sum(m2 for m2, _, _ in parts)
    pervious_m2 = plain_m2 * (1 - mix.impervious_percent / 100)
    total = sealed_m2 + pervious_m2
    return replace(
        mix,
        area_m2=total,
        impervious_percent=100 * sealed_m2 / total,
        storage_impervious_mm=sum(m2 * mm for m2, mm, _ in parts) / sealed_m2,
        n_impervious=sum(m2 * n for m2, _, n in parts) / sealed_m2,
    )
