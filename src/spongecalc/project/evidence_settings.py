"""Settings of field evidence in spongecalc.toml: sensors' errors, the two waters, what counts as dry weather."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from spongecalc.project.rain_file_settings import RainFile
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import (
    LitersPerSecond,
    Millimeters,
    Number,
    Percent,
    Section,
    once_read,
)


class TwoWaters(Section):
    """A measured substance in clean water and in sewage, each with its standard error, in its own unit.

    ``error_percent`` is the relative standard error of a reading's mean, ``floor`` what an instrument does not
    see.
    """

    clean: Number
    clean_error: Number = Field(ge=0)
    sewage: Number
    sewage_error: Number = Field(ge=0)
    error_percent: Percent = 10.0
    floor: Number = Field(0.0, ge=0)

    @once_read
    def _waters_differ(self) -> Self:
        if self.sewage <= self.clean:
            raise RefusedValueError("two_waters", self.sewage, f"{self.clean:g}", ("sewage",))
        return self


class EvidenceSettings(Section):
    """Settings for reading and weighing measurements at manholes and outfalls."""

    scenario: str | None = None
    rain: RainFile | None = None
    dry_after_h: Number = Field(24.0, ge=0, le=720)
    dry_rain_mm: Millimeters = Field(1.0, ge=0, le=50, alias="dry_rain")
    flow_error_percent: Percent = Field(10.0, gt=0, alias="flow_error")
    flow_floor_l_s: LitersPerSecond = Field(0.01, ge=0, le=10, alias="flow_floor")
    nh3: TwoWaters = TwoWaters(clean=0.5, clean_error=0.3, sewage=40.0, sewage_error=10.0, floor=0.1)
    conductivity: TwoWaters = TwoWaters(
        clean=400.0, clean_error=60.0, sewage=1000.0, sewage_error=150.0, error_percent=5.0, floor=5.0
    )
    temperature: TwoWaters = TwoWaters(
        clean=16.0, clean_error=1.5, sewage=22.0, sewage_error=1.5, error_percent=0.0, floor=0.3
    )
    search_flow_l_s: tuple[LitersPerSecond, LitersPerSecond] = (0.005, 5.0)

    @once_read
    def _search_has_a_width(self) -> Self:
        low, high = self.search_flow_l_s
        if not 0 < low < high <= 1000:
            raise RefusedValueError("search_flow", f"{low:g}, {high:g}", key=("search_flow_l_s",))
        return self
