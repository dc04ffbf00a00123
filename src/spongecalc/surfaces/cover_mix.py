"""The mix of covers of a piece of ground: imperviousness, depression storage, roughness, infiltration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import mul

from spongecalc.catalogue.cover import Cover


@dataclass(frozen=True)
class CoverMix:
    """Area-weighted parameters of the ground of one subcatchment, without its permeable paving.

    Roughness and storage are means over the impervious and over the pervious part by themselves, since
    SWMM routes the two apart.
    """

    area_m2: float
    impervious_percent: float
    n_impervious: float
    n_pervious: float
    storage_impervious_mm: float
    storage_pervious_mm: float
    f0_mm_h: float
    fmin_mm_h: float
    decay_1_h: float
    dry_days: float


WITHOUT_GROUND = CoverMix(0.0, 100.0, 0.013, 0.1, 0.0, 0.0, 0.0, 0.0, 4.0, 7.0)
"""The mix of no ground at all, beside paving: SWMM wants numbers all the same."""


def mix(areas_m2: Mapping[str, float], known: Mapping[str, Cover]) -> CoverMix:
    """The mix of covers given by area in m2 per cover name.

    Where one of the two parts is missing, its parameters are those of the other, as SWMM wants a number.
    """
    parts = [(known[name], area) for name, area in sorted(areas_m2.items()) if area > 0]
    if not parts:
        return WITHOUT_GROUND
    covers = [cover for cover, _ in parts]
    total = sum(area for _, area in parts)
    impervious = [area * c.impervious_percent / 100 for c, area in parts]
    pervious = [area * (1 - c.impervious_percent / 100) for c, area in parts]
    infiltrating = pervious if sum(pervious) > 0 else [area for _, area in parts]
    sealed = impervious if sum(impervious) > 0 else infiltrating
    sealed_m2, infiltrating_m2 = sum(sealed), sum(infiltrating)
    roughness = [c.manning_n for c in covers]
    storage_mm = [c.depression_storage_mm for c in covers]
    return CoverMix(
        area_m2=total,
        impervious_percent=100 * sum(impervious) / total,
        n_impervious=sum(map(mul, roughness, sealed)) / sealed_m2,
        n_pervious=sum(map(mul, roughness, infiltrating)) / infiltrating_m2,
        storage_impervious_mm=sum(map(mul, storage_mm, sealed)) / sealed_m2,
        storage_pervious_mm=sum(map(mul, storage_mm, infiltrating)) / infiltrating_m2,
        f0_mm_h=sum(map(mul, [c.f0_mm_h for c in covers], infiltrating)) / infiltrating_m2,
        fmin_mm_h=sum(map(mul, [c.fmin_mm_h for c in covers], infiltrating)) / infiltrating_m2,
        decay_1_h=sum(map(mul, [c.decay_1_h for c in covers], infiltrating)) / infiltrating_m2,
        dry_days=sum(map(mul, [c.dry_days for c in covers], infiltrating)) / infiltrating_m2,
    )
