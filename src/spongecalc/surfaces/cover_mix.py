"""The mix of covers of a piece of ground: imperviousness, depression storage, roughness, infiltration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


def mix(areas_m2: Mapping[str, float], known: Mapping[str, Cover]) -> CoverMix:
    """The mix of covers given by area in m2 per cover name.

    Where one of the two parts is missing, its parameters are those of the other, as SWMM wants a number.
    """
    parts = [(known[name], area) for name, area in sorted(areas_m2.items()) if area > 0]
    total = sum(area for _, area in parts)

    def mean(value: str, weights: list[float]) -> float:
        weight = sum(weights)
        if weight <= 0:
            return float("nan")
        values: list[float] = [getattr(c, value) for c, _ in parts]
        return sum(v * w for v, w in zip(values, weights, strict=True)) / weight

    impervious = [area * c.impervious_percent / 100 for c, area in parts]
    pervious = [area * (1 - c.impervious_percent / 100) for c, area in parts]
    infiltrating = pervious if sum(pervious) > 0 else [area for _, area in parts]
    sealed = impervious if sum(impervious) > 0 else infiltrating
    return CoverMix(
        area_m2=total,
        impervious_percent=100 * sum(impervious) / total if total > 0 else 100.0,
        n_impervious=mean("manning_n", sealed) if parts else 0.013,
        n_pervious=mean("manning_n", infiltrating) if parts else 0.1,
        storage_impervious_mm=mean("depression_storage_mm", sealed) if parts else 0.0,
        storage_pervious_mm=mean("depression_storage_mm", infiltrating) if parts else 0.0,
        f0_mm_h=mean("f0_mm_h", infiltrating) if parts else 0.0,
        fmin_mm_h=mean("fmin_mm_h", infiltrating) if parts else 0.0,
        decay_1_h=mean("decay_1_h", infiltrating) if parts else 4.0,
        dry_days=mean("dry_days", infiltrating) if parts else 7.0,
    )
