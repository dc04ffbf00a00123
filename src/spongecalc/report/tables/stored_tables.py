"""The result tables as they lie on disk, for commands that look back at them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from spongecalc.assess.trace import Sources
from spongecalc.formula_guard import unguarded
from spongecalc.gate import stored, vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.report.content.traces import feature_frame

GEOPACKAGE = "spongecalc.gpkg"


class StoredTablesError(InputRefusedError):
    """A result that cannot be read: which file, and why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Every results/*.csv by its stem: texts, empty cells missing; the apostrophe before formulas taken off.

    Raises
    ------
    StoredTablesError
        A file cannot be read as a table.
    """
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with _entrance(path):
            rows = stored.rows(path)
        if not rows:
            continue
        odd = next((n for n, r in enumerate(rows[1:], start=2) if len(r) != len(rows[0])), None)
        if odd is not None:
            raise StoredTablesError(path.name, f"line {odd}: {len(rows[odd - 1])} cells, not {len(rows[0])}")
        cells = [[_plain(c) for c in row] for row in rows[1:]]
        tables[path.stem] = pd.DataFrame(cells, columns=[unguarded(c) for c in rows[0]], dtype=object)
    return tables


def _entrance(path: Path) -> Entrance:
    return Entrance(path, "stored", "", lambda cause: StoredTablesError(path.name, str(cause)))


def _plain(cell: str) -> str | None:
    return unguarded(cell) or None


def read_sources(folder: Path) -> Sources:
    """The tables and features that a trace is followed through, from a results folder and its GeoPackage.

    Raises
    ------
    StoredTablesError
        A file cannot be read.
    """
    tables = read_tables(folder)
    features: dict[str, pd.DataFrame] = {}
    path = folder / GEOPACKAGE
    if path.is_file():
        with _entrance(path):
            for name, _ in vector.list_layers(path):
                frame = feature_frame(name, vector.read_dataframe(path, layer=name, read_geometry=False), None)
                if frame is not None:
                    features[name] = frame
    if "communities" in tables and "community_id" in tables["communities"]:
        ids = tables["communities"]["community_id"]
        features["communities"] = pd.DataFrame({"feature_id": ids, "community_id": ids})
    return Sources(tables, features)
