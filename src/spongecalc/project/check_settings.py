"""Tolerances of the data checks, and what a repair may assume."""

from __future__ import annotations

from pydantic import Field

from spongecalc.project.section import Meters, Percent, PipeDiameter, Section


class CheckSettings(Section):
    """Tolerances of the data checks.

    ``min_cover_m`` stands in place of the least covers of ``sewer_design_limits.csv`` (GB 50014-2021, 5.3: 0.6 m
    under a footway, 0.7 m under a carriageway), for the findings and for the design check alike; an entry of
    [design] limits, which says what it applies to, comes before it.
    """

    snap_tolerance_m: Meters = Field(0.5, ge=0, le=10, alias="snap_tolerance")
    node_distance_m: Meters = Field(0.1, ge=0, le=5, alias="node_distance")
    min_cover_m: Meters | None = Field(None, ge=0, le=5, alias="min_cover")
    min_slope_percent: Percent = Field(0.03, alias="min_slope")
    max_slope_percent: Percent = Field(20.0, alias="max_slope")
    length_difference_percent: Percent = Field(10.0, alias="length_difference")
    ground_difference_m: Meters = Field(1.0, ge=0.05, le=50, alias="ground_difference")


class RepairSettings(Section):
    """Values that ``check --fix`` may assume where neither the survey nor its surroundings tell.

    A size, a depth or a slope assumed in this way carries the flag "default".
    """

    default_diameter_mm: PipeDiameter | None = Field(None, alias="default_diameter")
    default_depth_m: Meters | None = Field(None, ge=0.3, le=15, alias="default_depth")
    default_slope_percent: Percent = Field(0.3, gt=0, alias="default_slope")
    nodes_at_ends: bool = False
