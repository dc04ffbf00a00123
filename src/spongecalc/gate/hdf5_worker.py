"""The process that reads NetCDF of version 4 for the program: a damaged file may hold its library for ever.

It takes lines of JSON and answers with a line of JSON; the pieces of an array may follow, each behind a line of
its own that says how many bytes it has, or why there is no more:

- ``{"ask": "links", "path": ...}``: the first link to another file, or "";
- ``{"ask": "variables", "path": ...}``: names, dimensions and attributes; the file stays open;
- ``{"ask": "values", "name": ..., "most": ...}``: the values of a variable of the open file.

Each line states the ``seconds`` of processor time that its answer may take; beyond them the system ends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

try:
    import resource
except ModuleNotFoundError:  # a system without limits of its own: the program's clock ends the process
    resource = None  # type: ignore[assignment]

CELLS_AT_A_TIME = 4_000_000
MOST_BYTES = 1_000_000_000
"""Memory that the process may take beyond what it has once its libraries are loaded."""


def first_link(path: str) -> str:
    """The name of what a file takes from another; "" where all lies in itself."""
    import h5py  # noqa: PLC0415  of the extra [netcdf]

    elsewhere: list[str] = []

    def of_link(name: str, link: object) -> None:
        if isinstance(link, h5py.ExternalLink):
            elsewhere.append(name)

    def of_data(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            elsewhere.append(name)

    with h5py.File(path, "r") as held:
        held.visititems_links(of_link)
        held.visititems(of_data)
    return elsewhere[0][:80] if elsewhere else ""


class Held:
    """The file that is open."""

    def __init__(self) -> None:
        self._file: Any = None

    def close(self) -> None:
        """Let go of it."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(Exception):
                file.close()

    def variables(self, path: str) -> dict[str, Any]:
        """Open a file; the dimensions and attributes of its variables, by name."""
        from h5netcdf import legacyapi  # noqa: PLC0415  of the extra [netcdf]

        self.close()
        self._file = legacyapi.Dataset(path, "r")
        return {
            name: {
                "dimensions": list(held.dimensions),
                "attributes": {key: _plain(held.getncattr(key)) for key in held.ncattrs()},
            }
            for name, held in self._file.variables.items()
        }

    def values(self, name: str, most: int) -> tuple[dict[str, Any], Iterator[np.ndarray] | None]:
        """The values of a variable: numbers in pieces, texts in a list; of too many their count alone."""
        held = self._file.variables[name]
        count = int(np.prod([float(n) for n in held.shape], dtype=float))
        if count > most:
            return {"count": count}, None
        pieces = _pieces(held)
        first = next(pieces)
        if first.dtype.kind not in "biufSU":
            whole = np.concatenate([first, *pieces]) if first.ndim else first
            return {"texts": [_plain(v) for v in whole.ravel()], "shape": list(whole.shape)}, None
        told = {"dtype": first.dtype.str, "shape": list(held.shape), "bytes": first.dtype.itemsize * count}
        return told, (piece.astype(first.dtype, copy=False) for piece in chain([first], pieces))


def _pieces(held: Any) -> Iterator[np.ndarray]:
    """A variable piece by piece along its first dimension, each of whole chunks as the file has them."""
    if not held.shape or not held.shape[0]:
        yield np.asarray(held[...])
        return
    rows = int(held.shape[0])
    of_row = int(np.prod([float(n) for n in held.shape[1:]], dtype=float)) or 1
    chunk = int((getattr(held, "chunks", None) or (1,))[0]) or 1
    step = max(CELLS_AT_A_TIME // of_row // chunk, 1) * chunk
    for row in range(0, rows, step):
        yield np.asarray(held[row : row + step])


def _plain(value: object) -> object:
    """A value that JSON can hold."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def allow(seconds: float) -> None:
    """Let the system end the process once it has worked for some seconds more."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime + seconds) + 1
        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if most != resource.RLIM_INFINITY:  # as a queue of jobs sets it
            until = min(until, most)
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def _limit_memory() -> None:
    if resource is None:
        return
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        taken = int(pages) * resource.getpagesize()
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = taken + MOST_BYTES
        resource.setrlimit(
            resource.RLIMIT_AS, (limit if most == resource.RLIM_INFINITY else min(limit, most), most)
        )


def _answer(asked: dict[str, Any], held: Held) -> tuple[dict[str, Any], Iterator[np.ndarray] | None]:
    if asked["ask"] == "links":
        return {"link": first_link(asked["path"])}, None
    if asked["ask"] == "variables":
        return {"variables": held.variables(asked["path"])}, None
    if asked["ask"] == "values":
        return held.values(asked["name"], asked["most"])
    held.close()
    return {}, None


def _failure(reason: Exception) -> dict[str, str]:
    kind = {MemoryError: "memory", RecursionError: "depth"}.get(type(reason), "library")
    return {"error": kind, "words": "" if kind != "library" else f"{reason}"[:2000] or type(reason).__name__}


def main() -> None:
    """Answer line by line until there are no more."""
    out = os.fdopen(os.dup(1), "wb")
    # What a library prints is not an answer.
    os.dup2(2, 1)
    with contextlib.suppress(ImportError):  # loaded before memory and time count
        import h5netcdf.legacyapi  # noqa: F401, PLC0415
    _limit_memory()
    held = Held()
    for line in sys.stdin.buffer:
        try:
            asked = json.loads(line)
            allow(asked["seconds"])
            told, pieces = _answer(asked, held)
            out.write(json.dumps(told).encode() + b"\n")
            for piece in pieces or ():
                if not piece.nbytes:
                    continue
                out.write(json.dumps({"bytes": piece.nbytes}).encode() + b"\n")
                out.write(piece.tobytes())
        except Exception as reason:
            out.write(json.dumps(_failure(reason)).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    main()
