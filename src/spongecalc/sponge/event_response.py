"""From the runoff of a few events in SWMM to the year's capture ratio."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def annual_capture_percent(
    depths_mm: Sequence[float] | np.ndarray,
    runoff_mm: Sequence[float] | np.ndarray,
    curve_percent: Callable[[float], float],
) -> float:
    """Capture ratio of a year whose days are spread as a capture curve says.

    Runoff is taken as piecewise linear in the depth of the day, through nought at nought and through the
    events given, and goes on beyond the last one at its last slope. Since the rain of all days above a depth h
    is 1 - capture(h) of the year's, runoff of the year over its rain is the sum over the kinks h of the change
    of slope times 1 - capture(h).

    Parameters
    ----------
    depths_mm, runoff_mm
        Depth of each event and the runoff that came of it, in mm, depths rising.
    curve_percent
        Capture ratio in percent by design rainfall in mm.

    Returns
    -------
    Percent of the year's rain that does not run off.
    """
    depths = np.append(0.0, np.asarray(depths_mm, dtype=float))
    runoff = np.append(0.0, np.asarray(runoff_mm, dtype=float))
    slopes = np.diff(runoff) / np.diff(depths)
    changes = np.diff(np.append(0.0, slopes))
    beyond = np.array([1 - curve_percent(float(h)) / 100 if h > 0 else 1.0 for h in depths[:-1]])
    return float(100 * (1 - (changes * beyond).sum()))
