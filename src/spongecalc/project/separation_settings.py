"""Settings of rain/sewage separation: tracers under rain, mending, grades."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import LitersPerSecond, Meters, Number, Percent, Section, once_read

GradeMeasure = Literal["density", "flow_ratio", "diameter", "flow", "nh3", "cod"]


class GradeLimits(Section):
    """Limits of one measure in its own unit: light below the first, heavy from the second."""

    light_below: Number = Field(gt=0)
    heavy_from: Number = Field(gt=0)

    @once_read
    def _limits_rise(self) -> Self:
        if self.heavy_from <= self.light_below:
            raise RefusedValueError("grade_limits", self.heavy_from, f"{self.light_below:g}", ("heavy_from",))
        return self


class SeparationSettings(Section):
    """Rules by which separation is traced, graded and mended."""

    storm_tracers: bool = True
    storm_carrier_l_s: LitersPerSecond = Field(0.5, ge=0, le=10, alias="storm_carrier")
    min_slope_percent: Percent = Field(0.5, gt=0, alias="min_slope")
    lateral_depth_m: Meters = Field(0.8, ge=0, le=10, alias="lateral_depth")
    grades: dict[GradeMeasure, GradeLimits] = {}
