"""A rain tank's daily balance: yield against demand, overflow, reliability, the size where more stops paying."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# A cubic metre of tank that is filled and emptied fewer than six times a year is counted as not paying.
PAYS_M3_A_PER_M3 = 6.0


@dataclass(frozen=True)
class TankBalance:
    """Volumes in m3 over the whole series; ``reliability_percent`` is the share of days with all their demand."""

    days: int
    yield_m3: float
    first_flush_m3: float
    reused_m3: float
    overflow_m3: float
    stored_m3: float
    demand_m3: float
    reliability_percent: float

    @property
    def reused_percent(self) -> float:
        """Share of the yield that is reused; NaN without any."""
        return 100 * self.reused_m3 / self.yield_m3 if self.yield_m3 > 0 else math.nan

    @property
    def closing_error_m3(self) -> float:
        """Closing error of the balance in m3: 0 but for rounding."""
        return self.yield_m3 - self.reused_m3 - self.overflow_m3 - self.stored_m3


def first_flush_m3(inflow_m3: np.ndarray, roof_m2: float, first_flush_mm: float, dry_days: int = 1) -> np.ndarray:
    """First flush let off before the tank, of each day's runoff, in m3.

    The first ``first_flush_mm`` of every spell of wet days are let off; a spell ends with ``dry_days`` without
    inflow.

    Parameters
    ----------
    inflow_m3
        Runoff of the roof by day.
    roof_m2
        Area that drains to the tank.

    References
    ----------
    GB 50400-2016, section 5: first-flush diversion, 1 to 3 mm for roofs.
    """
    let_off: np.ndarray = np.minimum(inflow_m3, first_flush_left_m3(inflow_m3, roof_m2, first_flush_mm, dry_days))
    return let_off


def first_flush_left_m3(
    inflow_m3: np.ndarray, roof_m2: float, first_flush_mm: float, dry_days: int = 1
) -> np.ndarray:
    """First flush that would be let off at the start of each day, of whatever comes, in m3.

    The arguments are those of :func:`first_flush_m3`.
    """
    before = np.zeros(len(inflow_m3))
    left = full = first_flush_mm / 1000 * roof_m2
    dry = dry_days
    for day, inflow in enumerate(inflow_m3.tolist()):
        if dry >= dry_days:
            left = full
        before[day] = left
        if inflow <= 0:
            dry += 1
            continue
        dry = 0
        left -= min(inflow, left)
    return before


def tank_balance(
    inflow_m3: Sequence[float] | np.ndarray,
    volume_m3: float,
    demand_m3_d: float | Sequence[float] | np.ndarray,
    *,
    roof_m2: float = 0.0,
    first_flush_mm: float = 0.0,
) -> TankBalance:
    """The balance of a tank day by day: what does not fit spills, then the day's demand is drawn.

    Parameters
    ----------
    inflow_m3
        Runoff of the roof by day.
    volume_m3
        Volume of the tank, 0 for none, infinite for an endless one.
    demand_m3_d
        Demand by day, or the same every day.
    roof_m2, first_flush_mm
        Area that drains to the tank, and the depth let off before it.

    Returns
    -------
    The balance; yield is what reaches the tank after the first flush.

    Raises
    ------
    ValueError
        If a volume is negative.

    Notes
    -----
    A tank without volume reuses nothing; an endless one reuses the smaller of yield and
    demand, as far as the yield has come by then.

    References
    ----------
    Jenkins et al. (1978), Feasibility of rainwater collection systems in California: yield after spillage
    (the tank takes what fits, then the demand is drawn).
    """
    inflow = np.asarray(inflow_m3, dtype=float)
    demand = np.broadcast_to(np.asarray(demand_m3_d, dtype=float), inflow.shape)
    if volume_m3 < 0 or (inflow.size and (inflow.min() < 0 or demand.min() < 0)):
        raise ValueError("volumes must not be negative")
    let_off = first_flush_m3(inflow, roof_m2, first_flush_mm)
    stored = reused = overflow = 0.0
    met = wanting = 0
    for arriving, wanted in zip((inflow - let_off).tolist(), demand.tolist(), strict=True):
        stored, spilled, drawn = _day(stored, arriving, wanted, volume_m3)
        overflow += spilled
        reused += drawn
        if wanted > 0:
            wanting += 1
            met += drawn >= wanted - 1e-12
    return TankBalance(
        inflow.size,
        float((inflow - let_off).sum()),
        float(let_off.sum()),
        reused,
        overflow,
        stored,
        float(demand.sum()),
        100 * met / wanting if wanting else math.nan,
    )


def _day(stored: float, arriving: float, wanted: float, volume_m3: float) -> tuple[float, float, float]:
    """Volume in a tank after a day, and what spilled and was drawn, in m3: it fills first and gives then."""
    stored += arriving
    spilled = max(stored - volume_m3, 0.0)
    stored -= spilled
    drawn = min(stored, wanted)
    return stored - drawn, spilled, drawn


def free_at_start_m3(
    inflow_m3: np.ndarray,
    volume_m3: float,
    demand_m3_d: float,
    *,
    roof_m2: float = 0.0,
    first_flush_mm: float = 0.0,
) -> np.ndarray:
    """Volume in m3 that is free in a tank at the start of each day, by the balance of :func:`tank_balance`."""
    let_off = first_flush_m3(inflow_m3, roof_m2, first_flush_mm)
    free = np.zeros(len(inflow_m3))
    stored = 0.0
    for day, arriving in enumerate((inflow_m3 - let_off).tolist()):
        free[day] = volume_m3 - stored
        stored = _day(stored, arriving, demand_m3_d, volume_m3)[0]
    return free


def paying_volume_m3(
    inflow_m3: np.ndarray,
    demand_m3_d: float,
    *,
    roof_m2: float,
    first_flush_mm: float,
    least_gain_m3_a: float = PAYS_M3_A_PER_M3,
) -> float:
    """The tank's volume in m3 from which on another m3 adds less than ``least_gain_m3_a`` m3 of reuse a year.

    Volumes are tried in steps of 1 m3 up to 60 days of demand; 0 where not even the first one pays.

    Parameters
    ----------
    inflow_m3
        Runoff of the roof by day.
    demand_m3_d
        Use of the tank's water a day.
    roof_m2
        Area that drains to the tank.
    first_flush_mm
        Runoff let off before the tank, as :func:`first_flush_m3`.
    least_gain_m3_a
        Reuse a year that one more cubic metre of tank must add.
    """
    years = len(inflow_m3) / 365.25
    if years <= 0 or demand_m3_d <= 0:
        return 0.0
    flush = {"roof_m2": roof_m2, "first_flush_mm": first_flush_mm}
    before = 0.0
    for volume in range(1, max(math.ceil(60 * demand_m3_d), 1) + 1):
        reused = tank_balance(inflow_m3, float(volume), demand_m3_d, **flush).reused_m3
        if (reused - before) / years < least_gain_m3_a:
            return float(volume - 1)
        before = reused
    return float(math.ceil(60 * demand_m3_d))
