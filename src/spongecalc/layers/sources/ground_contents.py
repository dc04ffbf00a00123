"""Ground as ``spongecalc sources`` shows it: what a raster or a text of points holds, and its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.gate import raster
from spongecalc.layers.field_names import recognised_fields
from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.sources.ground_table import (
    GROUND_TEXTS,
    LEVEL,
    RASTERS,
    X,
    Y,
    is_grid_text,
    read_ground_table,
)
from spongecalc.layers.sources.raw import Note, unread_ground
from spongecalc.project.layer_source import LayerSource

GROUND = "dem"
# Texts that may be a survey's point table as well are looked at as tables.
ALSO_TABLES = (".csv", ".txt", ".dat")


@dataclass(frozen=True)
class GroundSeen:
    """A file of ground: its form, its number of cells or points, their CRS, and its lines for spongecalc.toml."""

    form: str
    count: int
    geometry: str
    crs: str
    draft: str
    notes: tuple[Note, ...] = ()


def look_at_ground(source: str, path: Path) -> GroundSeen | None:
    """A file that can be nothing but ground, by its ending or its first words; None for any other.

    Raises
    ------
    SourceRefusedError
        It cannot be read as ground.
    """
    suffix = path.suffix.lower()
    if suffix in RASTERS or (suffix in GROUND_TEXTS and is_grid_text(path)):
        with unread_ground(path), raster.opened(path) as held:
            crs = held.crs.to_string() if held.crs else ""
            cells = held.width * held.height
            return GroundSeen(str(held.driver), cells, "Raster", crs, ground_draft(source))
    if suffix not in GROUND_TEXTS or suffix in ALSO_TABLES:
        return None
    raw = read_ground_table(path, LayerSource(source=source))
    return GroundSeen("XYZ", len(raw.frame), "Point", "", ground_draft(source), raw.notes)


def holds_ground(heading: Sequence[str]) -> bool:
    """True for a table with columns of X, Y and level by name, or that begins with numbers and nothing else."""
    if {X, Y, LEVEL} <= set(recognised_fields(GROUND, heading)):
        return True
    return len(heading) >= 3 and bool(numbers_of(pd.Series(heading, dtype=object), "m")[0].notna().all())


def ground_draft(source: str, sheet: str | None = None) -> str:
    """The lines of spongecalc.toml that take a file, or a sheet of it, as ground."""
    lines = ["[layers.dem]", f'source = "{source}"']
    if sheet is not None:
        lines.append(f'layer = "{sheet}"')
    return "\n".join(lines)
