"""The grate of an inlet: what it takes in at a depth of water on it, the same at every level of ponding."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from spongecalc.standards.tables import table

GRAVITY = 9.80665


@dataclass(frozen=True)
class Grate:
    """An inlet's opening: length of its rim and area in m and m2, its rated capacity in l/s, its coefficients."""

    rim_m: float
    area_m2: float
    capacity_l_s: float
    weir: float
    orifice: float

    def times(self, count: float) -> Grate:
        """As much as ``count`` of it side by side; a share of one where leaves lie on it."""
        return replace(
            self,
            rim_m=self.rim_m * count,
            area_m2=self.area_m2 * count,
            capacity_l_s=self.capacity_l_s * count,
        )

    def intake_m3_s(self, depth_m: float) -> float:
        """Intake in m3/s at a depth of water on it in m: the least of weir, orifice and rated capacity.

        References
        ----------
        FHWA (2013), Urban Drainage Design Manual, HEC-22, section 4.4: grates in a sag, with the
        coefficients of the table ``inlet_hydraulics``; capacity as rated in the national drawings.
        """
        if depth_m <= 0:
            return 0.0
        orifice = self.orifice * self.area_m2 * math.sqrt(2 * GRAVITY * depth_m)
        return min(self.over_rim_m3_s(depth_m), orifice, self.capacity_l_s / 1000)

    def over_rim_m3_s(self, depth_m: float) -> float:
        """Flow in m3/s over its rim at a depth in m, either way: that of the weir alone."""
        flow: float = self.weir * self.rim_m * max(depth_m, 0.0) ** 1.5
        return flow


def flat_grate(capacity_l_s: float, clogged_percent: float = 0.0) -> Grate:
    """A single flat grate rated at a capacity in l/s, of which a share in percent is clogged.

    Leaves take the same share of rim, opening and rated capacity.

    References
    ----------
    Rim, opening and coefficients: table ``inlet_hydraulics``, which carries source and how it is known.
    """
    value = table("inlet_hydraulics").set_index("item")["value"]
    whole = Grate(
        float(value["grate_rim"]),
        float(value["grate_opening"]),
        capacity_l_s,
        float(value["weir_coefficient"]),
        float(value["orifice_coefficient"]),
    )
    return whole.times(1 - clogged_percent / 100) if clogged_percent else whole
