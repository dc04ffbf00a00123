"""Settings of water that enters old sewage pipes through the ground; off unless asked for."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Number, Percent, Section, Years, once_read


class AgeRate(Section):
    """Ground water into pipes from an age on, in m3 a day for each cm of diameter and km of length."""

    from_age_a: Years = Field(ge=0, le=200, alias="from_age")
    m3_d_cm_km: Number = Field(ge=0, le=100)


class UnitHydrograph(Section):
    """A triangle of the RTK method: share of the rain, hours to its peak, recession over rise."""

    r_percent: Percent = Field(alias="r")
    t_h: Number = Field(gt=0, le=240)
    k: Number = Field(gt=0, le=50)


class InfiltrationSettings(Section):
    """Ground water and rain-derived inflow as loads on old sewage pipes."""

    groundwater: bool = False
    rain_derived: bool = False
    systems: tuple[Literal["sewage", "combined", "storm"], ...] = Field(("sewage", "combined"), min_length=1)
    year: int = Field(2025, ge=1900, le=2200)
    unknown_existing_a: Years = Field(30.0, ge=0, le=200, alias="unknown_existing")
    old_from_a: Years = Field(20.0, ge=0, le=200, alias="old_from")
    rates: tuple[AgeRate, ...] = ()
    hydrographs: tuple[UnitHydrograph, ...] = Field(
        (
            UnitHydrograph(r_percent=1.0, t_h=0.5, k=2.0),
            UnitHydrograph(r_percent=1.0, t_h=2.0, k=2.0),
        ),
        min_length=1,
        max_length=3,
    )

    @once_read
    def _ages_rise_and_shares_fit(self) -> Self:
        ages = [r.from_age_a for r in self.rates]
        if ages and (ages[0] != 0 or ages != sorted(set(ages))):
            raise RefusedValueError("ages", ", ".join(f"{a:g}" for a in ages), key=("rates",))
        total = sum(h.r_percent for h in self.hydrographs)
        if total > 100:
            raise RefusedValueError("rtk_shares", f"{total:g}", key=("hydrographs",))
        return self
