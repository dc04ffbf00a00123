"""A layer as it stands in its source, before it is brought to the data contract."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd


@dataclass(frozen=True)
class Note:
    """Something noteworthy about a source as a whole: the rule and what fills its sentences."""

    rule: str
    found: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RawLayer:
    """The features of a source with its own fields.

    ``frame`` has the source's CRS, or none where the source states none. ``columns`` are fields that already
    bear the contract's names because the form says what they are (a survey table, a SWMM model).
    """

    frame: gpd.GeoDataFrame
    columns: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()


class SourceRefusedError(Exception):
    """A source that cannot be read: ``rule`` names the finding, ``found`` fills its sentences."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


def one_line(reason: BaseException) -> str:
    """Words of an exception, on one line."""
    return " ".join(str(reason).split())
