"""Archives and compressed files, within an entrance."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from spongecalc.gate.entrance import standing_in


def members(content: Path | bytes, wanted: Callable[[ZipInfo], bool]) -> list[tuple[ZipInfo, bytes]]:
    """Those members of a ZIP archive that are wanted, unpacked."""
    standing_in()
    with ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as archive:
        return [(m, archive.read(m)) for m in [m for m in archive.infolist() if wanted(m)]]


def unzipped(content: bytes) -> bytes:
    """The content of a gzip file."""
    standing_in()
    return gzip.decompress(content)
