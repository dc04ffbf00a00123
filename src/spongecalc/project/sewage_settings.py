"""The part [sewage] of spongecalc.toml: households' sewage, its hours, and how it gets to the sewers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import LitersPerDay, Meters, Number, Section, once_read
from spongecalc.standards.tables import table


def _daily_pattern() -> tuple[float, ...]:
    return tuple(float(m) for m in table("sewage_pattern")["multiplier"])


class SewageSettings(Section):
    """Households' sewage; ``laterals`` "nearest" leads buildings without any to a manhole within reach."""

    quota_l_d: LitersPerDay = Field(120.0, gt=0, le=1000, alias="quota")
    discharge_ratio: Number = Field(0.85, gt=0, le=1)
    residents_per_household: Number = Field(3.0, gt=0, le=20)
    laterals: Literal["drawn", "nearest"] = "drawn"
    lateral_reach_m: Meters = Field(30.0, gt=0, le=200, alias="lateral_reach")
    shares: dict[Literal["toilet", "kitchen", "balcony_drain"], Number] = {
        "toilet": 0.5,
        "kitchen": 0.3,
        "balcony_drain": 0.2,
    }
    pattern: tuple[Number, ...] = Field(default_factory=_daily_pattern, min_length=24, max_length=24)

    @once_read
    def _shares_and_pattern_are_whole(self) -> Self:
        if not (abs(sum(self.shares.values()) - 1) <= 1e-6 and min(self.shares.values()) >= 0):
            raise RefusedValueError("shares", self.shares, key=("shares",))
        if not (abs(sum(self.pattern) / 24 - 1) <= 1e-6 and min(self.pattern) >= 0):
            raise RefusedValueError("pattern", self.pattern, key=("pattern",))
        return self
