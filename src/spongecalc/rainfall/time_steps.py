"""The time steps of a storm."""

from __future__ import annotations

import numpy as np


def step_edges(duration_min: float, step_min: float) -> np.ndarray:
    """Starts of the steps and the end of the last, in minutes; the last may be shorter.

    Raises
    ------
    ValueError
        If duration or step is not positive.
    """
    if duration_min <= 0 or step_min <= 0:
        raise ValueError("duration and step must be positive")
    return np.append(np.arange(0.0, duration_min - 1e-9, step_min), duration_min)
