"""Clogging of permeable paving over the years and its recovery by cleaning, as SWMM reckons it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spongecalc.standards.tables import table


@dataclass(frozen=True)
class Clogging:
    """Years to clogging without cleaning, years between cleanings (0 for none), percent that one restores."""

    years_to_clog: float
    interval_a: float
    restored_percent: float

    def at_end(self, end: str) -> Clogging:
        """The same at the "low" or "high" end of the sourced ranges of ``paving_life.csv``.

        What the project takes beyond an end stays what it is there; how often it cleans is its own decision.
        """
        choose = min if end == "low" else max
        rows = table("paving_life").set_index("column")[end]
        return Clogging(
            choose(self.years_to_clog, float(rows["years_to_clog"])),
            self.interval_a,
            choose(self.restored_percent, float(rows["restored_percent"])),
        )


def clogging_factor(
    years_to_clog: float,
    annual_rain_mm: float,
    run_on_ratio: float,
    void_ratio: float,
    impervious_share: float,
    thickness_mm: float,
) -> float:
    """SWMM's clogging factor: the void volumes of treated runoff after which the pavement lets nothing through.

    Parameters
    ----------
    years_to_clog
        Years until full clogging, without cleaning.
    annual_rain_mm
        Rain of a year in mm.
    run_on_ratio
        Area that drains to the pavement, its own included, over its own (capture ratio of the manual).
    void_ratio, impervious_share, thickness_mm
        Voids over solids, share of impervious surface (0 for poured permeable concrete), thickness in mm.

    Returns
    -------
    CF = Y P CR (1 + VR) (1 - ISF) / (T VR), a pure number.

    References
    ----------
    Rossman and Huber (2016), SWMM Reference Manual Volume III, section 6, on clogging of pavements.
    """
    treated_mm = years_to_clog * annual_rain_mm * run_on_ratio
    return treated_mm * (1 + void_ratio) * (1 - impervious_share) / (thickness_mm * void_ratio)


def permeability_share(treated_mm: float, factor: float, void_ratio: float, thickness_mm: float) -> float:
    """Permeability over that of the new pavement: it falls linearly with the treated void volumes.

    Parameters
    ----------
    treated_mm
        Water that went through since new or since what cleaning left, in mm over the pavement.
    factor
        Clogging factor; 0 for a pavement that never clogs.
    """
    if factor <= 0:
        return 1.0
    voids_mm = thickness_mm * void_ratio / (1 + void_ratio)
    return max(1 - treated_mm / voids_mm / factor, 0.0)


def share_after_years(
    year: float, years_to_clog: float, cleaning_interval_a: float = 0.0, restored_percent: float = 0.0
) -> float:
    """Permeability over that of the new pavement after some years of even rain.

    Treated volume grows by 1/``years_to_clog`` of the clogging volume a year; each cleaning takes
    ``restored_percent`` of what has gathered away, as SWMM's regeneration does.

    Parameters
    ----------
    year
        Years since laying, just before a cleaning that falls due then.
    cleaning_interval_a
        Years between cleanings; 0 for none.
    """
    if years_to_clog <= 0:
        raise ValueError("the years to clogging must be positive")
    gathered, now = 0.0, 0.0
    if cleaning_interval_a > 0:
        cleanings = math.ceil(year / cleaning_interval_a - 1e-9) - 1
        for _ in range(max(cleanings, 0)):
            gathered = (gathered + cleaning_interval_a) * (1 - restored_percent / 100)
            now += cleaning_interval_a
    return max(1 - (gathered + year - now) / years_to_clog, 0.0)
