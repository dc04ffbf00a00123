"""Places where a project's files may lie, and their limits: known by the folder that they are named from.

A project states both in its section [security]; it is told here when the project is loaded, and asked here by
admission for every file that is opened. Files that a person names on the command line belong to no project unless
they lie in one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True)
class Territory:
    """A project's folder, its links resolved, the files and folders outside that it names, and its limits."""

    folder: Path
    outside: tuple[Path, ...] = ()
    limits: Limits = DEFAULT_LIMITS

    def holds(self, real: Path) -> bool:
        """True for a resolved path that lies in the folder, or in what the project names outside."""
        return any(real.is_relative_to(place) for place in (self.folder, *self.outside))


# By the folder's path as it is written, links and all; a project that is loaded anew takes its own place.
_KNOWN: dict[Path, Territory] = {}


def claim(folder: Path, outside: Iterable[str] = (), limits: Limits = DEFAULT_LIMITS) -> Territory:
    """Tell of a project: files in its folder are admitted by its rules from now on.

    Parameters
    ----------
    folder
        The project's folder.
    outside
        Files and folders outside it that may be opened, relative to it or absolute.
    limits
        How much its files may hold.
    """
    written = _written(folder)
    territory = Territory(resolved(folder), tuple(resolved(folder / o) for o in outside), limits)
    _KNOWN[written] = territory
    return territory


def territory_of(path: Path) -> Territory | None:
    """The territory of the innermost known project that a path is written in, or that names it outside."""
    written = _written(path)
    known = [(len(f.parts), t) for f, t in _KNOWN.items() if written.is_relative_to(f)]
    if known:
        return max(known, key=lambda k: k[0])[1]
    real = resolved(path)
    return next((t for t in _KNOWN.values() if any(real.is_relative_to(o) for o in t.outside)), None)


def limits_of(path: Path | None) -> Limits:
    """The limits for a file: those of its project, else the usual ones."""
    territory = territory_of(path) if path is not None else None
    return DEFAULT_LIMITS if territory is None else territory.limits


def led_outside(path: Path) -> Path | None:
    """The place outside that a path written in a project's folder leads to; None for one that stays inside."""
    territory = territory_of(path)
    if territory is None:
        return None
    real = resolved(path)
    return None if territory.holds(real) else real


def leads_out(folder: Path, name: str) -> bool:
    """True for a name, told from a folder of a known project, of what the project does not allow to be opened."""
    territory = territory_of(folder)
    return territory is not None and not territory.holds(resolved(folder / name))


def resolved(path: Path) -> Path:
    """A path without links; of what does not exist as far as there is something."""
    return Path(os.path.realpath(path))


def _written(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow links
