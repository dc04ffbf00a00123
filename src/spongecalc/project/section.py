"""The base of every section of spongecalc.toml: quantities typed with units, paths inside the project."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from spongecalc.catalogue.size_text import parse_size
from spongecalc.contract import ORIFICE_MM, ROUND_MM
from spongecalc.project.quantity import parse
from spongecalc.project.refused_value import RefusedValueError


def quantity_in(unit: str) -> BeforeValidator:
    """A validator that takes a typed quantity to a number in ``unit``."""
    return BeforeValidator(lambda value: parse(value, unit))


def whole(rule: str) -> AfterValidator:
    """A validator that refuses parts of a unit; ``rule`` names its sentence."""

    def check(value: float) -> float:
        if value != round(value):
            raise RefusedValueError(rule, value)
        return value

    return AfterValidator(check)


def _diameter_mm(value: object) -> float:
    """A typed size as a diameter in mm. Raises RefusedValueError for a box, barrels, or an outer diameter."""
    size = parse_size(value) if isinstance(value, str) else None
    if size is None:
        return parse(value, "millimeter")
    if size.diameter_mm is None or size.outer or size.barrels > 1 or size.beside:
        raise RefusedValueError("pipe_size", value, "DN300")
    return size.diameter_mm


Number = Annotated[float, quantity_in("")]
Minutes = Annotated[float, quantity_in("minute")]
# SWMM's clock times: hours and minutes in rain series, whole seconds in steps. A part of one would be lost.
WholeMinutes = Annotated[float, quantity_in("minute"), whole("whole_minutes")]
Seconds = Annotated[float, quantity_in("second")]
WholeSeconds = Annotated[float, quantity_in("second"), whole("whole_seconds")]
Years = Annotated[float, quantity_in("year")]
Meters = Annotated[float, quantity_in("meter")]
Millimeters = Annotated[float, quantity_in("millimeter")]
PipeSize = Annotated[float, BeforeValidator(_diameter_mm)]
"""A diameter in mm, typed as surveys write sizes: 300, "DN300", "0.3 m"; no box and no outer diameter."""
PipeDiameter = Annotated[PipeSize, Field(ge=ROUND_MM.low, le=ROUND_MM.high)]
OrificeDiameter = Annotated[Millimeters, Field(ge=ORIFICE_MM.low, le=ORIFICE_MM.high)]
CubicMeters = Annotated[float, quantity_in("meter**3")]
SquareMeters = Annotated[float, quantity_in("meter**2")]
LitersPerSecond = Annotated[float, quantity_in("liter/second")]
LitersPerDay = Annotated[float, quantity_in("liter/day")]
Megabytes = Annotated[float, quantity_in("megabyte")]
Percent = Annotated[float, quantity_in("percent"), Field(ge=0, le=100)]


# Decorators of a section's checks. Only here is said when pydantic calls them: elsewhere the words are scenarios.
as_typed = model_validator(mode="before")
"""Marks a class method that takes the section as it stands in the file, and returns what is to be read."""
once_read = model_validator(mode="after")
"""Marks a method that looks at the section once all its values are read, and returns it."""


class Section(BaseModel):
    """A part of the file: unknown keys are mistakes, values do not change once read."""

    # An error of pydantic's would quote the section that it is in, with whatever stands there by mistake.
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def inside(path: object) -> str:
    """A path within the project, with forward slashes. Raises RefusedValueError for any other."""
    if not isinstance(path, str):
        raise RefusedValueError("path", path)
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in path or not parts.parts:
        raise RefusedValueError("path", path)
    return parts.as_posix()


Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
"""A name as people give it: blanks around it do not count, and blanks alone are none."""
InsidePath = Annotated[str, BeforeValidator(inside)]
