"""A rain file as spongecalc.toml names it: its path, or a table that also says how it is to be read."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import InsidePath, Millimeters, Section, once_read
from spongecalc.rainfall.rain_file_choices import Order, RainFileChoices
from spongecalc.rainfall.rain_unit import parse_rain_unit


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class RainFileSettings(Section):
    """A file of rain; the keys beside ``file`` decide what the file leaves open (:class:`RainFileChoices`)."""

    file: InsidePath
    unit: str | None = None
    readings: Literal["increments", "accumulated"] | None = None
    dates: Order | None = None
    times: Literal["local", "UTC"] | None = None
    utc_offset: str | None = Field(None, pattern=r"^[+-]\d{2}:[0-5]\d$")
    stamp: Literal["begin", "end"] | None = None
    station: Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)] | None = None
    time_column: str | None = None
    rain_column: str | None = None
    sheet: str | None = None
    headings: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    absent: Literal["dry", "missing"] | None = None
    decimal: Literal[".", ","] | None = None
    trace: Literal["zero", "missing"] = "missing"
    first_hour: Literal["same_day", "day_before"] | None = None
    largest_day_mm: Millimeters | None = Field(None, gt=0, le=1825, alias="largest_day")
    largest_year_mm: Millimeters | None = Field(None, gt=0, le=27000, alias="largest_year")

    @once_read
    def _unit_is_one_of_rain(self) -> Self:
        if self.unit is not None and parse_rain_unit(self.unit) is None:
            allowed = "mm, 0.1 mm, 0.01 mm, cm, in, 0.01 in, mm/h"
            raise RefusedValueError("rain_unit", self.unit, allowed, key=("unit",))
        return self

    @property
    def choices(self) -> RainFileChoices:
        """Its statements of how the file is to be read."""
        return RainFileChoices(
            **{name: getattr(self, name) for name in type(self).model_fields if name != "file"}
        )


def as_rain_file(value: object) -> object:
    """A path alone as the table that names it; any other value as it is."""
    return {"file": value} if isinstance(value, str) else value


RainFile = Annotated[RainFileSettings, BeforeValidator(as_rain_file)]
