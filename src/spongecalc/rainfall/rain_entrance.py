"""The gate's entrance for files of rain: what fails within is a refusal in the rule of rain files that fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spongecalc.gate.cause import Cause
from spongecalc.gate.entrance import Entrance

FORMS = {".xlsx": "workbook", ".xlsm": "workbook", ".nc": "netcdf", ".csv": "table", ".tsv": "table"}
"""The gate's forms by the ending of a file; all others are text."""


def rain_entrance(path: Path, refused: Callable[[str, Cause], Exception]) -> Entrance:
    """The entrance for a file of rain or of levels.

    Parameters
    ----------
    path
        The file; its ending, before ``.gz``, tells the form.
    refused
        The refusal for a rule of the catalogue ``rain`` ("unreadable", "not_of_its_format") and a cause.
    """
    endings = [s.lower() for s in path.suffixes if s.lower() != ".gz"]

    def refuse(cause: Cause) -> Exception:
        unreadable = cause.kind in ("missing", "system", "path", "memory")
        return refused("unreadable" if unreadable else "not_of_its_format", cause)

    return Entrance(path, FORMS.get(endings[-1] if endings else "", "text"), "", refuse)
