"""Archives and compressed files, within an entrance."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from spongecalc.gate.archive_limits import check_archive, gunzipped
from spongecalc.gate.entrance import standing_in
from spongecalc.gate.territory import limits_of


def members(content: Path | bytes, wanted: Callable[[ZipInfo], bool]) -> list[tuple[ZipInfo, bytes]]:
    """Those members of a ZIP archive that are wanted, unpacked."""
    check_archive(content, limits_of(standing_in().path))
    with ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as archive:
        return [(m, archive.read(m)) for m in [m for m in archive.infolist() if wanted(m)]]


def unzipped(content: bytes) -> bytes:
    """The content of a gzip file."""
    allowed_mb = limits_of(standing_in().path).unpacked_limit_mb
    return gunzipped(content, "unpacked_limit", allowed_mb)
