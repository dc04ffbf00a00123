"""The last results and report of which every source could be read, kept when a source can no longer be.

A layer that was copied half, or that another program holds, leaves blanks where the last call had figures.
Answers are written all the same, since what is sound goes on; but the last ones that rest on all sources are
not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from spongecalc.batch.own_files import note_written, own_files, remove_left_over
from spongecalc.batch.unchanged import STATE
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.sealed_json import sealed_json
from spongecalc.whole_file import replace_file, replace_files

FOLDER = "last_whole"
"""Folder below the results in which the last whole answers stand: tables at its top, the report in a folder."""
RECORD = "answered.json"


def keep_last_whole(results: Path, report: Path, refused: Iterable[tuple[str, str]]) -> Path | None:
    """Keep the last whole answers before others take their place; returns their folder where there is one.

    They are copied when the first source that was read for them cannot be read, and stay through later calls with
    that fault (:func:`note_answered`).

    Parameters
    ----------
    results, report
        The project's folders, before anything is written to them.
    refused
        Layer and file of each source that cannot be read now.

    Raises
    ------
    OSError
        The copy cannot be written.
    """
    kept, tables = results / FOLDER, dict(_own(results))
    if _are_whole(results, set(refused)) or not tables:
        return None
    if not own_files(kept).is_there:  # the record is written last: half a copy has none
        files = {kept / name: path for name, path in tables.items() if "/" not in name}
        files |= {kept / report.name / name: path for name, path in _own(report)}
        for copy, path in files.items():
            replace_files({copy: _content(path)})
        note_written(kept, files)
    return kept


def note_answered(results: Path, refused: Iterable[tuple[str, str]]) -> None:
    """Note what the answers now written do without; where they are whole, an earlier copy of them is removed.

    What a user put beside the copy stays. Parameters are those of :func:`keep_last_whole`. Raises OSError.
    """
    now = set(refused)
    if not _are_whole(results, now) and own_files(results / FOLDER).is_there:
        return
    _remove(results / FOLDER)
    replace_file(results / STATE / RECORD, sealed_json({"refused": [list(pair) for pair in sorted(now)]}))


def _are_whole(results: Path, now: set[tuple[str, str]]) -> bool:
    """True where all is read that the last whole answers rest on."""
    return now <= set(_refused_then(results / STATE / RECORD))


def _refused_then(record: Path) -> list[tuple[str, str]]:
    """Sources that could not be read when the last whole answers were made; none where nothing is known of it."""
    if not record.is_file():
        return []
    try:
        with Entrance(record, "stored"):
            return [(str(layer), str(file)) for layer, file in stored.sealed(record)["refused"]]
    except InputRefusedError:
        return []


def _own(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files in a folder that are ours, by name."""
    for name in own_files(folder).digests:
        if (folder / name).is_file():
            yield name, folder / name


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _remove(kept: Path) -> None:
    """Remove a copy that is no longer the last one: its own files, and folders that are empty then."""
    record = own_files(kept)
    if not record.is_there:
        return
    remove_left_over(kept, [kept / name for name in record.digests])
    for path in sorted((kept / STATE).glob("*")):
        path.unlink()
    for folder in sorted((p for p in kept.rglob("*") if p.is_dir()), reverse=True):
        _without_content(folder)
    _without_content(kept)


def _without_content(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
