"""The part [standards] of spongecalc.toml: recalled values of standards that the project has looked up."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Section, Why, Words, as_typed, once_read
from spongecalc.standards.provenance import Confirmation, recalled_rows
from spongecalc.standards.tables import names


class ConfirmedRows(Section):
    """Recalled rows of one table that somebody has looked up: who, and where; no ``rows`` means all of them."""

    rows: tuple[Words, ...] = ()
    who: Words
    why: Why


class StandardsSettings(Section):
    """Values of the standards' tables that the project confirms, by table."""

    confirmed: dict[str, tuple[ConfirmedRows, ...]] = Field({})

    @as_typed
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        told = given.get("confirmed") if isinstance(given, dict) else None
        if not isinstance(told, dict):
            return given
        return {**given, "confirmed": {k: [v] if isinstance(v, dict) else v for k, v in told.items()}}

    @once_read
    def _rows_are_recalled(self) -> StandardsSettings:
        for name, parts in self.confirmed.items():
            if name not in names():
                raise RefusedValueError("standards_table", name, ", ".join(names()), ("confirmed", name))
            there = recalled_rows(name)
            for place, part in enumerate(parts):
                for row in part.rows or ("",):
                    if not any(c.means(row) for c in there):
                        allowed = ", ".join(c.row for c in there) or "-"
                        raise RefusedValueError(
                            "standards_row", row or name, allowed, ("confirmed", name, place, "rows")
                        )
        return self

    @property
    def confirmations(self) -> tuple[Confirmation, ...]:
        """Each confirmed row with who confirms it and why; the first part of the file that names it counts."""
        found: dict[tuple[str, str], Confirmation] = {}
        for name, parts in self.confirmed.items():
            for part in parts:
                for known in recalled_rows(name):
                    if not part.rows or any(known.means(row) for row in part.rows):
                        found.setdefault((name, known.row), Confirmation(name, known.row, part.who, part.why))
        return tuple(found.values())
