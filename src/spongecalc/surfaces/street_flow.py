"""Water that runs along a street beside its kerb: flow by depth, on a section with a cross fall."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class StreetSection:
    """Half a street: its width in m from the kerb, the fall across it in percent, Manning's n."""

    width_m: float
    cross_fall_percent: float
    roughness: float

    def flow_m3_s(self, depth_m: float, slope_percent: float) -> float:
        """Flow in m3/s at a depth in m at the kerb, on a street that falls by ``slope_percent``.

        Manning's flow of each strip of the width, summed over it. Beyond the width the water stands against
        a wall; without cross fall it is a wide channel.

        References
        ----------
        FHWA (2013), HEC-22, equation 4-2 (0.376 there is 3/8 here), after Izzard (1946).
        """
        if depth_m <= 0:
            return 0.0
        steep = math.sqrt(slope_percent / 100) / self.roughness
        fall = self.cross_fall_percent / 100
        if fall * self.width_m < 1e-6:
            return float(steep * self.width_m * depth_m ** (5 / 3))
        beyond_m = max(depth_m - fall * self.width_m, 0.0)
        return float(steep * 3 / 8 / fall * (depth_m ** (8 / 3) - beyond_m ** (8 / 3)))
