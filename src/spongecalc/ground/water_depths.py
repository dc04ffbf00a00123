"""Water on a ground: the largest depths of a run, whatever they were worked out by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from spongecalc.ground.grid import Ground


@dataclass(frozen=True)
class WaterDepths:
    """Largest depths on a ground in one run, in m; the times are known from the flow over the ground only.

    ``lane_h`` and ``wading_h`` are hours above 15 and 5 cm, ``last_wet_h`` the time from the start at which 5 cm
    last stood, ``rain_h`` the end of the rain. ``frames_mm`` are depths every ``frame_min`` minutes, the
    first one step after the start. ``balance_m3`` are the terms of the run's water balance.
    """

    level: int
    ground: Ground
    depth_m: np.ndarray
    left_m3: float = 0.0
    wading_h: np.ndarray | None = None
    lane_h: np.ndarray | None = None
    last_wet_h: np.ndarray | None = None
    hazard_m2_s: np.ndarray | None = None
    rain_h: float = float("nan")
    frames_mm: np.ndarray | None = None
    frame_min: float = 5.0
    balance_m3: Mapping[str, float] = field(default_factory=dict)
