"""Admission: whether a file may be opened at all, before any library sees it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from spongecalc.gate.forms_by_name import MARKUP
from spongecalc.gate.limits import MB
from spongecalc.gate.not_admitted import NotAdmittedError, OutsideError, TooLargeError
from spongecalc.gate.territory import led_outside, limits_of

# Forms of several files of one name, or of a folder of files.
_OF_SEVERAL = ("vector", "raster")


def admit(path: Path, form: str, layer: str) -> None:
    """Let a file in, or raise a :class:`~spongecalc.gate.not_admitted.NotAdmittedError` that says why not.

    Every entrance calls this first, so that a rule about what may be opened is told here and nowhere else. What a
    file holds is asked where its library opens it.

    Parameters
    ----------
    path
        The file or folder, as the project names it or as it lies; it need not exist.
    form
        The form that it is read as, one of :data:`spongecalc.gate.entrance.FORMS`.
    layer
        The layer of the contract that it is read for, or "".
    """
    del layer
    if "\0" in str(path):
        raise NotAdmittedError("path")
    if form == "database":
        return
    for part in (path, *(_strange_beside(path) if form in _OF_SEVERAL else ())):
        if (place := led_outside(part)) is not None:
            raise OutsideError(place)
        refuse_irregular(part)
    # Texts that GDAL opens itself; all others are read by the gate, which asks their size then.
    if form in _OF_SEVERAL and path.suffix.lower() in (*MARKUP, ".xml") and path.is_file():
        refuse_size(path)


def refuse_size(path: Path) -> None:
    """Refuse a file that is larger than a text may be, before memory is asked for it."""
    size, allowed = path.stat().st_size, limits_of(path).text_limit_mb
    if size > allowed * MB:
        raise TooLargeError.of_megabytes("text_limit", size, allowed)


def refuse_irregular(path: Path) -> None:
    """Refuse a pipe, a socket or a device: to open or read one may wait for ever."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # its reader says so
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise NotAdmittedError("irregular", name=path.name[:100])


def _strange_beside(path: Path) -> Iterator[Path]:
    """Links, pipes and the like among the files in a folder, or of one name with other endings."""
    whole = path.is_dir()
    try:
        inside = list((path if whole else path.parent).iterdir())
    except OSError:
        return
    for other in inside:
        # The name first: a folder may hold thousands of files, and the disk is asked about each.
        if (whole or other.name.startswith(f"{path.stem}.")) and not _is_plain(other):
            yield other


def _is_plain(path: Path) -> bool:
    """True for a file or folder itself."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
