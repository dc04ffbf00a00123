"""Writing files whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def replace_files(contents: Mapping[Path, bytes | Iterable[bytes]]) -> None:
    """Write every file beside its place first, then move all into place.

    A reader never meets half a file, and a failure (disk full, no right to write) before the moves leaves
    what was there. A content that comes in parts is never whole in memory. Folders are made where they are
    missing. Raises OSError.
    """
    beside = {path: path.with_name(f".{path.name}.part") for path in contents}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with beside[path].open("wb") as stream:
                stream.writelines((content,) if isinstance(content, bytes) else content)
        for path, part in beside.items():
            part.replace(path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
