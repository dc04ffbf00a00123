"""The size that an archive unpacks to, known and bounded before it is unpacked."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from zipfile import ZipFile

from spongecalc.gate.limits import MB, SMALL_ARCHIVE_MB, Limits
from spongecalc.gate.not_admitted import TooLargeError


def gunzipped(content: bytes, setting: str, allowed_mb: float) -> bytes:
    """The content of a gzip file, unpacked piece by piece and no further than is allowed.

    Raises
    ------
    TooLargeError
        It would be more; ``setting`` is the key of [security] that allows it.
    OSError, EOFError, zlib.error
        It is damaged.
    """
    room = int(allowed_mb * MB)
    with gzip.open(io.BytesIO(content)) as stream:
        unpacked = stream.read(room + 1)
    if len(unpacked) > room:
        raise TooLargeError.of_megabytes(setting, len(unpacked), allowed_mb)
    return unpacked


def check_archive(content: Path | bytes, limits: Limits) -> None:
    """Refuse an archive that would unpack to more than is allowed.

    ``zipfile`` unpacks no member beyond the size that the list states, so that the list can be believed.

    Raises
    ------
    TooLargeError
        With the setting that allows more.
    zipfile.BadZipFile
        It is no archive.
    """
    held = len(content) if isinstance(content, bytes) else content.stat().st_size
    with ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > limits.unpacked_limit_mb * MB:
        raise TooLargeError.of_megabytes("unpacked_limit", size, limits.unpacked_limit_mb)
    ratio = size / max(held, 1)
    if size > SMALL_ARCHIVE_MB * MB and ratio > limits.ratio_limit:
        raise TooLargeError("ratio_limit", f"{ratio:.0f}", f"{limits.ratio_limit:g}")
