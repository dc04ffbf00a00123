"""Bytes, texts and settings of files, within an entrance."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from spongecalc.gate.admission import refuse_size
from spongecalc.gate.entrance import standing_in


def read_bytes(path: Path) -> bytes:
    """The content of a file."""
    standing_in()
    refuse_size(path)
    return path.read_bytes()


def read_beginning(path: Path, count: int) -> bytes:
    """The first bytes of a file, at most ``count``."""
    standing_in()
    with path.open("rb") as stream:
        return stream.read(count)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, with a byte order mark or without."""
    return read_bytes(path).decode("utf-8-sig")


def read_settings(path: Path) -> dict[str, Any]:
    """Return what a file of TOML states."""
    return tomllib.loads(read_text(path).replace("\r\n", "\n"))
