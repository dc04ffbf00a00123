"""Files that a SWMM input file names, and where each of them is, or may be.

SWMM opens whatever stands there: it reads rain from any folder, and writes hot starts, interface files and the
reports of LID units to any path, over whatever lies there. What is read may lie anywhere, and is told; what is
written stays in the model's folder unless more is allowed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from spongecalc.swmm.input_file import decode
from spongecalc.swmm.input_rows import Row, Word, input_rows

SWMMS_OWN = b"SWMM5"
"""Every file that SWMM writes for a later run begins so, and the reports of LID units too."""


@dataclass(frozen=True)
class NamedFile:
    """A file that a row names.

    Attributes
    ----------
    row : Row
    word : Word
        The word that is the file's name.
    name : str
        The name as the file spells it.
    use : "read", "write" or "scratch"
        Scratch is the folder of the engine's temporary files.
    kind : str
        RAINFALL, RUNOFF, HOTSTART, RDII, INFLOWS, OUTFLOWS of [FILES], else the section.
    """

    row: Row
    word: Word
    name: str
    use: str
    kind: str


def named_files(data: bytes) -> tuple[NamedFile, ...]:
    """Return the files that an input file has the engine read and write, in the order of its rows.

    Parameters
    ----------
    data : bytes
        The input file.
    """
    encoding = decode(data)[1]
    return tuple(
        NamedFile(row, word, word.value.decode(encoding, "replace"), use, kind)
        for row in input_rows(data)
        for word, use, kind in _names(row)
        if word.value.strip()
    )


def _names(row: Row) -> Iterator[tuple[Word, str, str]]:
    words, count = row.words, len(row.words)
    if row.section.startswith("FILE") and count > 2:
        kinds = ("RAINFALL", "RUNOFF", "HOTSTART", "RDII", "INFLOWS", "OUTFLOWS")
        kind = next((k for k in kinds if words[1].begins(k)), "")
        yield words[2], "read" if words[0].begins("USE") else "write", kind
    elif row.section.startswith("RAINGAGE") and count > 5 and words[4].begins("FILE"):
        yield words[5], "read", "RAINGAGES"
    elif row.section.startswith("TIMESERIES") and count > 2 and words[1].begins("FILE"):
        yield words[2], "read", "TIMESERIES"
    elif row.section.startswith("TEMP") and count > 1 and words[0].begins("FILE"):
        yield words[1], "read", "TEMPERATURE"
    elif row.section.startswith("LID_USAGE") and count > 8 and words[8].value != b"*":
        yield words[8], "write", "LID_USAGE"
    elif row.section.startswith("OPTION") and count > 1 and words[0].begins("TEMPDIR"):
        yield words[1], "scratch", "TEMPDIR"


def found_file(folder: Path, named: NamedFile) -> tuple[Path | None, bool]:
    r"""Find a file that a model reads.

    Tried in turn: the name as it stands; with ``\`` as ``/``, which is what a model from Windows means; its bytes
    as the disk may hold them (an archive unpacked elsewhere leaves GBK); in any case of letters; and, of a path
    that is not there, the file of its name beside the model.

    Parameters
    ----------
    folder : Path
        The model's.
    named : NamedFile

    Returns
    -------
    Path or None, bool
        A regular file, None where there is none; and whether it was found elsewhere than the name says.
    """
    slashed = named.name.replace("\\", "/")
    for name in dict.fromkeys((named.name, slashed, os.fsdecode(named.word.value))):
        if _is_file(folder / name):
            return folder / name, False
    place: Path | None = folder
    if not Path(slashed).is_absolute() and not PureWindowsPath(named.name).drive:
        for part in slashed.split("/"):
            place = _in_any_case(place, part) if place is not None else None
        if place is not None and _is_file(place):
            return place, False
    beside = _in_any_case(folder, PureWindowsPath(named.name).name)
    return (beside, True) if beside is not None and _is_file(beside) else (None, False)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _in_any_case(folder: Path, name: str) -> Path | None:
    if name in ("", ".", ".."):
        return folder / name
    try:
        return next((p for p in sorted(folder.iterdir()) if p.name.casefold() == name.casefold()), None)
    except (OSError, ValueError):
        return None


def written_file(folder: Path, named: NamedFile, *, anywhere: bool) -> tuple[Path | None, bool]:
    """Return where a file that a model writes goes.

    Parameters
    ----------
    folder : Path
        The model's.
    named : NamedFile
    anywhere : bool
        True where the model may write outside its folder.

    Returns
    -------
    Path or None, bool
        The file, None where it cannot be written; and whether it goes elsewhere than the name says.
    """
    slashed = named.name.replace("\\", "/")
    foreign_drive = os.name != "nt" and bool(PureWindowsPath(named.name).drive)
    home = folder.resolve()
    try:
        meant = (home / slashed).resolve()
    except (OSError, ValueError, RuntimeError):
        return None, False
    inside = meant.is_relative_to(home) and meant != home and not foreign_drive
    if inside or (anywhere and not foreign_drive):
        return meant, False
    last = PureWindowsPath(named.name).name
    beside = home / last
    return (None, True) if last in ("", ".", "..") or beside.is_symlink() else (beside, True)


def may_replace(path: Path, model: Path) -> bool:
    """Tell whether a file may be written: nothing lies there, or a file of SWMM's own, and not the model."""
    try:
        if not path.exists():
            return True
        if not path.is_file():  # first: to open a pipe waits for somebody at its other end
            return False
        with path.open("rb") as file:
            return file.read(len(SWMMS_OWN)) == SWMMS_OWN and not path.samefile(model)
    except OSError:
        return False
