"""Limits of inputs: a file of a few kilobytes may unpack to more than there is memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits on inputs; each is a key of the section [security], in which a project raises it.

    Parameters
    ----------
    text_limit_mb
        Size of a text (tables, drawings, markup, models, settings) [MB].
    unpacked_limit_mb
        Size of what an archive (workbook, zipped layers, KMZ) holds, unpacked [MB].
    ratio_limit
        How many times its own size an archive may unpack to; not asked up to ``SMALL_ARCHIVE_MB``.
    cell_limit
        Cells of a workbook's sheet, from the first to the last that has a value.
    feature_limit
        Features of one layer of a file.
    field_limit
        Fields of one layer or table.
    raster_limit
        Cells of a raster that are read at a time.
    stored_limit_mb
        Size of one stored result, unpacked [MB].
    """

    text_limit_mb: float = 500.0
    unpacked_limit_mb: float = 1000.0
    ratio_limit: float = 200.0
    cell_limit: int = 5_000_000
    feature_limit: int = 2_000_000
    field_limit: int = 1_000
    raster_limit: int = 100_000_000
    stored_limit_mb: float = 1000.0


SMALL_ARCHIVE_MB = 50.0
"""Up to this size of its content the ratio of an archive is not asked: sheets of zeros shrink a thousandfold."""
DEFAULT_LIMITS = Limits()
MB = 1_000_000
