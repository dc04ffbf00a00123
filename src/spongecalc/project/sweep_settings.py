"""A section [[sweeps]] of spongecalc.toml: one batch over storms, scenarios and sets of parameters."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import InsidePath, Section, WholeMinutes, Years, once_read

Typed = float | str
"""A value as it is typed: a number in the key's unit, or a text with a unit."""


class SweepSettings(Section):
    """One sweep, by its name.

    Storms are those of the project, or every return period with every duration. Sets of parameters are every
    row of ``table``, with every combination of ``values``, with every one of ``samples`` drawn from ``ranges``.
    Without ``scenarios`` or ``communities`` it is of all of the project's. One that is ``in_report`` is made with
    the project's own runs, and stands in its report.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_\-]{0,39}$")
    return_periods_a: tuple[Years, ...] = Field((), alias="return_periods")
    durations_min: tuple[WholeMinutes, ...] = Field((), alias="durations")
    scenarios: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    in_report: bool = False
    table: InsidePath | None = None
    values: dict[str, tuple[Typed, ...]] = {}
    ranges: dict[str, tuple[Typed, Typed]] = {}
    samples: int = Field(0, ge=0, le=10_000)
    seed: int = Field(1, ge=0, le=2**31 - 1)

    @once_read
    def _parts_belong_together(self) -> Self:
        if bool(self.return_periods_a) != bool(self.durations_min):
            missing = "durations" if self.return_periods_a else "return_periods"
            raise RefusedValueError("sweep_storms", missing, key=(missing,))
        for key, given in (("return_periods", self.return_periods_a), ("durations", self.durations_min)):
            if len(set(given)) < len(given):
                raise RefusedValueError("named_twice", list(given), key=(key,))
        for key, names in (("scenarios", self.scenarios), ("communities", self.communities)):
            if len(set(names)) < len(names):
                raise RefusedValueError("named_twice", list(names), key=(key,))
        if bool(self.ranges) != bool(self.samples):
            raise RefusedValueError("sweep_samples", self.samples, key=("samples",))
        for key, values in self.values.items():
            if not values:
                raise RefusedValueError("sweep_no_values", key, key=("values", key))
        both = sorted(set(self.values) & set(self.ranges))
        if both:
            raise RefusedValueError("named_twice", both[0], key=("ranges", both[0]))
        return self


def names_differ(sweeps: tuple[SweepSettings, ...]) -> tuple[SweepSettings, ...]:
    """The sweeps, if no two have one name on a disk that takes "A" and "a" for the same."""
    lower = [s.name.lower() for s in sweeps]
    doubled = [s.name for s in sweeps if lower.count(s.name.lower()) > 1]
    if doubled:
        raise RefusedValueError("sweep_names", ", ".join(doubled))
    return sweeps
