"""A section [[outfall_levels]] of spongecalc.toml: a file of the water level over time outside some outfalls."""

from __future__ import annotations

from typing import Literal, Self

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import InsidePath, Section, Words, once_read

ONE_OF = "outfalls, receives"


class OutfallLevelSettings(Section):
    """A file of hours since the storm began and levels in m, and whose it is.

    That is ``outfalls`` by id, or every outfall with the receiver that ``receives`` names; an outfall that some
    section names goes by that one, and not by its receiver's.
    """

    file: InsidePath
    outfalls: tuple[Words, ...] = ()
    receives: Literal["municipal_storm", "municipal_sewage", "municipal_combined", "river"] | None = None

    @once_read
    def _outfalls_or_receiver(self) -> Self:
        if bool(self.outfalls) == (self.receives is not None):
            found = f"{list(self.outfalls)}, {self.receives}" if self.outfalls else "-"
            raise RefusedValueError("one_of", found, ONE_OF)
        return self


def named_once(sections: tuple[OutfallLevelSettings, ...]) -> tuple[OutfallLevelSettings, ...]:
    """The sections, if they name no outfall and no receiver twice. Raises RefusedValueError."""
    outfalls = [outfall for section in sections for outfall in section.outfalls]
    receivers = [str(section.receives) for section in sections if section.receives is not None]
    for names in (outfalls, receivers):
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise RefusedValueError("named_twice", ", ".join(doubled))
    return sections
