"""Choices that a project states for a rain file, where the file does not say by itself how it is to be read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Order = Literal["year_first", "day_first", "month_first", "excel"]


@dataclass(frozen=True)
class RainFileChoices:
    """Ways to read a rain file; None leaves it to the file, which is refused where it does not say.

    ``unit`` of a reading ("mm", "0.1 mm", "0.01 in", "mm/h"); ``readings`` "increments" (the rain of each
    step) or "accumulated" (a counter); ``dates`` the order of day, month and year, or "excel" for Excel's day
    numbers; ``times`` "local" or "UTC"; ``utc_offset`` of the place, as "+08:00"; ``stamp`` whether a time is the
    "begin" or the "end" of its step; ``station``, ``time_column``, ``rain_column``, ``sheet`` one of several;
    ``headings`` names for the columns of a file without; ``absent`` "dry" where dry steps are left out of the
    file, or "missing"; ``decimal`` the decimal mark, "." or ","; ``trace`` "zero" or "missing"; ``first_hour``
    of a row with a column for each hour, on the "same_day" as the row's date or the "day_before";
    ``largest_day_mm`` and ``largest_year_mm`` what a day and a year may have at most.
    """

    unit: str | None = None
    readings: Literal["increments", "accumulated"] | None = None
    dates: Order | None = None
    times: Literal["local", "UTC"] | None = None
    utc_offset: str | None = None
    stamp: Literal["begin", "end"] | None = None
    station: str | None = None
    time_column: str | None = None
    rain_column: str | None = None
    sheet: str | None = None
    headings: tuple[str, ...] = ()
    absent: Literal["dry", "missing"] | None = None
    decimal: Literal[".", ","] | None = None
    trace: Literal["zero", "missing"] = "missing"
    first_hour: Literal["same_day", "day_before"] | None = None
    largest_day_mm: float | None = None
    largest_year_mm: float | None = None

    @property
    def utc_offset_min(self) -> int | None:
        """Minutes by which the place's clocks are ahead of UTC."""
        if self.utc_offset is None:
            return None
        sign = -1 if self.utc_offset.startswith("-") else 1
        hours, minutes = self.utc_offset[1:].split(":")
        return sign * (int(hours) * 60 + int(minutes))


# The section of spongecalc.toml in which a key stands that takes a rain file.
SECTIONS = {"series": "[sponge]", "rain": "[evidence]", "file": "[[storms]]"}
AS_THE_FILE_SAYS = RainFileChoices()


def lines_to_write(key: str, file: str, choices: RainFileChoices, more: tuple[tuple[str, object], ...]) -> str:
    """The line of spongecalc.toml that decides what a rain file leaves open; empty without anything to decide.

    Parameters
    ----------
    key
        The key that takes the file: "series", "file" of a storm, "rain".
    file
        The file as the project names it.
    choices
        What is already stated; it stays in the line.
    more
        The choices to add; several values of one choice make several lines, of which one is meant.
    """
    if not more:
        return ""
    together = len({name for name, _ in more}) == len(more)
    lines = [dict(more)] if together else [{name: value} for name, value in more]
    return " | ".join(_line(key, file, choices, added) for added in lines)


def _line(key: str, file: str, choices: RainFileChoices, more: dict[str, object]) -> str:
    stated = {
        f.name: getattr(choices, f.name)
        for f in fields(choices)
        if getattr(choices, f.name) != f.default and getattr(choices, f.name) is not None
    }
    pairs = {"file": file, **stated, **more}
    return (
        f"{SECTIONS[key]} {key} = {{ {', '.join(f'{_typed_key(n)} = {_toml(n, v)}' for n, v in pairs.items())} }}"
    )


def _typed_key(name: str) -> str:
    return name.removesuffix("_mm") if name.startswith("largest") else name


def _toml(name: str, value: object) -> str:
    if name.startswith("largest"):
        return f'"{value:g} mm"'
    if isinstance(value, tuple):
        return f"[{', '.join(_toml('', v) for v in value)}]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
