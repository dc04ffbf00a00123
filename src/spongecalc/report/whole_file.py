"""Writing files whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Write every file beside its place first, then move all into place.

    A reader never meets half a file, and a failure (disk full, no right to write) before the moves leaves
    what was there. Folders are made where they are missing. Raises OSError.
    """
    beside = {path: path.with_name(f".{path.name}.part") for path in contents}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_bytes(content)
        for path, part in beside.items():
            part.replace(path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
