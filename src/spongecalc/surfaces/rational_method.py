"""The rational method: peak flow of drained ground by its covers' runoff coefficients."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.standards.tables import table


def runoff_coefficients(catalogue: Catalogue, own: Mapping[str, float]) -> dict[str, float]:
    """Runoff coefficient of each cover for the rational method: the middle of the catalogue's range, or the
    project's own.

    References
    ----------
    GB 50014-2021, 4.1 and the technical guide on sponge cities (2014), table 4-3; ``covers.csv`` and
    ``facility_ground.csv`` carry source and how it is known.
    """
    return {**catalogue.peak_coefficients(), **{str(c): float(v) for c, v in own.items()}}


def raised_coefficients(coefficients: Mapping[str, float], return_period_a: float) -> dict[str, float]:
    """Runoff coefficients for a storm of waterlogging: raised from 20 a on, 1 at most.

    Parameters
    ----------
    coefficients
        Runoff coefficient by cover.
    return_period_a
        Return period in years; NaN, of a hyetograph of one's own, raises nothing. The middle of the standard's
        range is taken; where two ranges meet, the upper one, and beyond the last one the last.

    References
    ----------
    GB 50014-2021, 4.1.8, 3: 10 to 15 % from 20 a, 20 to 25 % from 30 a, 30 to 50 % from 50 a;
    ``coefficient_raises.csv``.
    """
    rows = table("coefficient_raises").sort_values("p_from_a")
    reached = rows[rows["p_from_a"] <= return_period_a]
    if reached.empty:
        return dict(coefficients)
    last = reached.iloc[-1]
    factor = 1 + (float(last["low_percent"]) + float(last["high_percent"])) / 200
    return {cover: min(value * factor, max(value, 1.0)) for cover, value in coefficients.items()}


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
