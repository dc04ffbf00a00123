"""The section [ponding] of spongecalc.toml: what counts as ponding, and how it is found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spongecalc.project.section import (
    CubicMeters,
    LitersPerSecond,
    Meters,
    Number,
    Percent,
    Section,
    SquareMeters,
)


class PondingSettings(Section):
    """Settings of ponding: what counts as such, the ground it stands on, and the level of the calculation."""

    level: Literal[1, 2, 3] = 1
    cell_m: Meters = Field(2.0, ge=1, le=5, alias="cell")
    margin_m: Meters = Field(15.0, ge=5, le=200, alias="margin")
    site_depth_m: Meters = Field(0.05, ge=0.01, le=1, alias="site_depth")
    inlet_capacity_l_s: LitersPerSecond = Field(20.0, gt=0, le=500, alias="inlet_capacity")
    inlet_clogging_percent: Percent = Field(0.0, le=90, alias="inlet_clogging")
    street_width_m: Meters = Field(4.0, gt=0, le=50, alias="street_width")
    street_cross_fall_percent: Percent = Field(2.0, le=10, alias="street_cross_fall")
    street_roughness: Number = Field(0.013, ge=0.005, le=0.2)
    place: Literal["city centre", "outside centre", "important area of the centre", "transport hub"] = (
        "outside centre"
    )
    min_volume_m3: CubicMeters = Field(0.5, ge=0, le=1000, alias="min_volume")
    search_radius_m: Meters = Field(15.0, gt=0, le=200, alias="search_radius")
    depth_m: Meters = Field(0.15, gt=0, le=2, alias="depth")
    default_area_m2: SquareMeters = Field(50.0, gt=0, le=1e5, alias="default_area")
    household_radius_m: Meters = Field(20.0, gt=0, le=500, alias="household_radius")
