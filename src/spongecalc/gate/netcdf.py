"""NetCDF by scipy (classic) and h5netcdf (version 4, in a process of its own), within an entrance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spongecalc.gate import hdf5_apart
from spongecalc.gate.entrance import standing_in


@contextmanager
def opened(path: Path, *, classic: bool) -> Iterator[Any]:
    """A NetCDF file, opened: ``variables`` by name, each with its attributes.

    Of a classic file values come unpacked, of one of version 4 as they are stored.

    Raises
    ------
    ModuleNotFoundError
        The library for version 4 is not installed.
    """
    standing_in()
    if classic:
        from scipy.io import netcdf_file  # noqa: PLC0415

        with netcdf_file(path, "r", mmap=False, maskandscale=True) as held:
            yield held
        return
    with hdf5_apart.opened(path) as apart:
        yield apart
