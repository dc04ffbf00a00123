"""Accumulated readings of a counter, as the rain of each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# A counter that falls below this share of its reading has been set back; a smaller fall is a faulty reading.
SET_BACK_BELOW = 0.5
ENOUGH = 30
MOSTLY = 0.9
A_TIP = 1.5


@dataclass(frozen=True)
class StepDepths:
    """Rain of each step from a counter: NaN where it is not known.

    ``several`` marks differences over missing readings, ``resets`` the readings at which the counter had gone
    back, ``faults`` those at which it fell a little.
    """

    depths: np.ndarray
    several: np.ndarray
    resets: np.ndarray
    faults: np.ndarray


def step_depths(readings: np.ndarray) -> StepDepths:
    """Rain between each reading of a counter and the one before it, in the counter's unit.

    Of the first reading it is not known, unless it is 0. After a reset the reading itself is what has fallen
    since; what fell between the last reading and the reset is lost. A difference over missing readings is rain of
    several steps, unless it is 0.
    """
    count = len(readings)
    depths = np.full(count, np.nan)
    several, resets, faults = (np.zeros(count, dtype=bool) for _ in range(3))
    known = np.flatnonzero(np.isfinite(readings))
    if not len(known):
        return StepDepths(depths, several, resets, faults)
    first = known[0]
    if readings[first] == 0:
        depths[first] = 0.0
    before, after = known[:-1], known[1:]
    fallen = np.round(readings[after] - readings[before], 6)
    back = fallen < 0
    reset = back & (readings[after] < SET_BACK_BELOW * readings[before])
    resets[after[reset]] = True
    faults[after[back & ~reset]] = True
    depth = np.where(reset, readings[after], fallen)
    depth[back & ~reset] = np.nan
    far = (after - before > 1) & (depth != 0)
    several[after[far]] = True
    depths[after] = depth
    return StepDepths(depths, several, resets, faults)


def looks_accumulated(readings: np.ndarray) -> bool:
    """Tell whether readings rise or stay as a counter's do: nearly all that are followed by no smaller one.

    Rain of single steps falls off again after each shower; fewer than ENOUGH readings above the least one tell
    nothing (the least is a bucket's tip, which a drizzle repeats).
    """
    known = readings[np.isfinite(readings)]
    rained = known[known > 0]
    if not len(rained):
        return False
    wet = known[:-1] > A_TIP * rained.min()
    if wet.sum() < ENOUGH:
        return False
    return bool(np.mean(known[1:][wet] >= known[:-1][wet]) >= MOSTLY)


def falls_like_showers(readings: np.ndarray) -> bool:
    """Tell whether readings fall again after each shower, which no counter does."""
    known = readings[np.isfinite(readings)]
    wet = known[:-1] > 0
    if wet.sum() < 3:
        return False
    return bool(np.mean(known[1:][wet] >= known[:-1][wet]) < 0.6)
