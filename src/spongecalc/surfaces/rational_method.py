"""The rational method: peak flow of drained ground by its covers' runoff coefficients."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.catalogue.catalogue import Catalogue


def runoff_coefficients(catalogue: Catalogue, own: Mapping[str, float]) -> dict[str, float]:
    """Runoff coefficient of each cover for the rational method: the middle of the catalogue's range, or the
    project's own.

    References
    ----------
    GB 50014-2021, 4.1 and the technical guide on sponge cities (2014), table 4-3; ``covers.csv`` and
    ``facility_ground.csv`` carry source and how it is known.
    """
    return {**catalogue.peak_coefficients(), **{str(c): float(v) for c, v in own.items()}}


def rational_flow_l_s(coefficient: float, intensity_l_s_ha: float, area_m2: float) -> float:
    """Q = psi q F.

    Parameters
    ----------
    coefficient
        Runoff coefficient, 0 to 1.
    intensity_l_s_ha
        Storm intensity in L/(s ha) over the time of concentration.
    area_m2
        Drained area.

    References
    ----------
    GB 50014-2021, 4.1 (rational method; for catchments of at most 2 km2).
    """
    return coefficient * intensity_l_s_ha * area_m2 / 1e4
