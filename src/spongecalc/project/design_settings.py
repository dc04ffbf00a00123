"""The part [design] of spongecalc.toml: what design checks assume, and limits that the project sets itself."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Meters, Minutes, Number, Percent, Section, Why, Years, as_typed, once_read
from spongecalc.standards.tables import table

LIMIT_TABLES = ("sewer_design_limits", "design_rules")


def known_limits() -> list[tuple[str, str]]:
    """Every (check, applies_to) of the tables of limits, and of the clearances as "<a> - <b>"."""
    rows = [r for name in LIMIT_TABLES for r in table(name)[["check", "applies_to"]].to_numpy().tolist()]
    pairs = [f"{r.a} - {r.b}" for r in table("utility_clearances").itertuples()]
    clearances = [(f"{kind}_clearance", pair) for pair in pairs for kind in ("horizontal", "vertical")]
    return list(dict.fromkeys([*((str(c), str(a)) for c, a in rows), *clearances]))


class LimitOverride(Section):
    """A limit of the project's own, in place of the table's, with the reason that is printed beside it."""

    check: str
    applies_to: str
    limit: Number = Field(ge=0)
    reason: Why

    @once_read
    def _limit_exists(self) -> Self:
        known = known_limits()
        checks = sorted({c for c, _ in known})
        if self.check not in checks:
            raise RefusedValueError("limit_check", self.check, ", ".join(checks), key=("check",))
        fitting = [a for c, a in known if c == self.check]
        if self.applies_to not in fitting:
            raise RefusedValueError("limit_check", self.applies_to, ", ".join(fitting), key=("applies_to",))
        return self


class DesignSettings(Section):
    """Values that the checks assume where the layers do not say."""

    city: Literal["megacity", "large city", "medium or small city"] = "medium or small city"
    area: Literal[
        "centre",
        "outside centre",
        "important area",
        "underpass or sunken square",
        "underpass outside centre",
        "elevated road",
    ] = "outside centre"
    return_period_a: Years | None = Field(None, ge=0.25, le=100, alias="return_period")
    network: Literal["community", "municipal"] = "community"
    inlet_time_min: Minutes = Field(10.0, ge=1, le=30, alias="inlet_time")
    inlet: Literal["single flat grating", "double flat grating", "single combined inlet"] = "single flat grating"
    infiltration_percent: Percent | None = None
    surge_percent: Percent = 0.0
    intercepted_rain_times: Number | None = Field(None, ge=0, le=10, alias="intercepted_rain")
    machine_cleaning: bool = True
    foundation_depth_m: Meters | None = Field(None, ge=0, le=30, alias="foundation_depth")
    carriageway: tuple[str, ...] | None = None
    telecom: Literal["in duct", "direct-buried"] = "in duct"
    power: Literal["in duct", "direct-buried"] = "direct-buried"
    runoff_coefficients: dict[str, Number] = {}
    limits: tuple[LimitOverride, ...] = ()

    @as_typed
    @classmethod
    def _one_limit_or_several(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("limits"), dict):
            return {**given, "limits": [given["limits"]]}
        return given

    @once_read
    def _coefficients_are_shares(self) -> Self:
        for cover, value in self.runoff_coefficients.items():
            if not 0 <= value <= 1:
                raise RefusedValueError("less_than_equal", value, "1", key=("runoff_coefficients", cover))
        return self
