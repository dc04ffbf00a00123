"""A copy of a model of unknown origin that reads what the model reads, and writes nowhere but in its own folder.

The engine is given the copy. Each file that the model names has a short name there: one that is read is linked
to, one that is written comes to lie there and goes to its place when the run has ended. The rest of the copy is
the model byte for byte, so that lines and errors are the model's.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.input_rows import replaced
from spongecalc.swmm.named_files import NamedFile, found_file, may_replace, named_files, written_file
from spongecalc.swmm.run_result import Message
from spongecalc.whole_file import part_file

COPY, PREFIX = "model.inp", "spongecalc_file_"
_OWN_NAME = re.compile(rf"\S*{PREFIX}(\d+)")


@dataclass(frozen=True)
class FileUse:
    """A file that a model names, and what becomes of it.

    Attributes
    ----------
    named : NamedFile
    outcome : str
        "read", "read_beside", "missing", "written", "written_beside", "not_written" or "scratch"; the wording
        is ``engine.file.<outcome>``.
    path : Path or None
        The file that is read or written.
    """

    named: NamedFile
    outcome: str
    path: Path | None = None


@dataclass(frozen=True)
class ForeignCopy:
    """A copy that was made for a run: its file, the model it is of, and the files of its rows in their order."""

    path: Path
    model: Path
    data: bytes
    files: tuple[FileUse, ...]


def foreign_copy(model: Path, data: bytes, folder: Path, *, anywhere: bool = False) -> ForeignCopy:
    """Write the copy of a model into a folder, with links to what it reads.

    Parameters
    ----------
    model : Path
        The input file.
    data : bytes
        What it holds.
    folder : Path
        An empty folder.
    anywhere : bool
        True where the model may write outside its folder.

    Raises
    ------
    OSError
        The folder cannot be written, or a file that the model reads cannot be taken there.
    """
    files: list[FileUse] = []
    for number, named in enumerate(named_files(data)):
        use = _use(model, named, files, anywhere=anywhere)
        if use.outcome in ("read", "read_beside") and use.path is not None:
            _link(use.path.resolve(), folder / f"{PREFIX}{number}")
        files.append(use)
    words = [(use.named.word, _own_name(n, use)) for n, use in enumerate(files)]
    copy = folder / COPY
    copy.write_bytes(replaced(data, words))
    return ForeignCopy(copy, model, data, tuple(files))


def _own_name(number: int, use: FileUse) -> bytes:
    return b"." if use.outcome == "scratch" else f"{PREFIX}{number}".encode()


def _use(model: Path, named: NamedFile, before: Sequence[FileUse], *, anywhere: bool) -> FileUse:
    if named.use == "scratch":
        return FileUse(named, "scratch")
    if named.use == "read":
        found, beside = found_file(model.parent, named)
        return FileUse(named, "missing" if found is None else "read_beside" if beside else "read", found)
    target, beside = written_file(model.parent, named, anywhere=anywhere)
    taken = {use.path for use in before if use.outcome.startswith("written")}
    if target is None or target in taken or not may_replace(target, model):
        return FileUse(named, "not_written", target)
    return FileUse(named, "written_beside" if beside else "written", target)


def _link(file: Path, link: Path) -> None:
    """Make a file reachable by another name: by a link where the system has them, else by a copy."""
    try:
        link.symlink_to(file)
    except (OSError, NotImplementedError):
        shutil.copyfile(file, link)


def put_in_place(copy: ForeignCopy) -> ForeignCopy:
    """Take the files that the run wrote to their places; those that cannot be become "not_written".

    Parameters
    ----------
    copy : ForeignCopy
        After a run that came to its end.
    """
    files = []
    for number, use in enumerate(copy.files):
        made = copy.path.parent / f"{PREFIX}{number}"
        target = use.path if use.outcome.startswith("written") else None
        # A file that the engine did not make is one that a later row of its kind stands for.
        failed = target is not None and not (made.is_file() and _put(made, target))
        files.append(replace(use, outcome="not_written") if failed else use)
    return replace(copy, files=tuple(files))


def _put(made: Path, target: Path) -> bool:
    try:
        with part_file(target) as partly:
            shutil.copyfile(made, partly)
    except OSError:
        return False
    return True


def nothing_written(copy: ForeignCopy) -> ForeignCopy:
    """Return a copy whose run did not end: what it would have written is "not_written"."""
    files = (replace(u, outcome="not_written") if u.outcome.startswith("written") else u for u in copy.files)
    return replace(copy, files=tuple(files))


def file_messages(copy: ForeignCopy) -> tuple[Message, ...]:
    """Return a warning for each file that was found or written elsewhere than its name says, or not written."""
    told = ("read_beside", "written_beside", "not_written")
    return tuple(
        _placed(
            Message(
                "warning",
                f"engine.run.file_{use.outcome}",
                subject=use.named.name,
                values=(("name", use.named.name), ("file", use.path.name if use.path else "-")),
            ),
            copy,
            use,
        )
        for use in copy.files
        if use.outcome in told
    )


def of_the_model(message: Message, copy: ForeignCopy) -> Message:
    """Return a message about the copy as one about the model: its lines, and the names of its files."""
    own_folder = f"{copy.path.parent.resolve()}{os.sep}"
    said, about = (part.replace(own_folder, "") for part in (message.engine_text, message.subject))
    message = replace(message, engine_text=said, subject=about)
    found = _OWN_NAME.search(message.engine_text) or _OWN_NAME.search(message.subject)
    use = copy.files[int(found[1])] if found and int(found[1]) < len(copy.files) else None
    if use is not None:
        named = use.named.name
        said = _OWN_NAME.sub(lambda _: named, message.engine_text)
        message = replace(message, engine_text=said, subject=named)
        return _placed(message, copy, use)
    if message.line is None or not any(use.named.row.line == message.line for use in copy.files):
        return message
    return replace(message, line_text=parse_input(copy.data).lines[message.line - 1].rstrip())


def _placed(message: Message, copy: ForeignCopy, use: FileUse) -> Message:
    text, line = parse_input(copy.data), use.named.row.line
    section = text.sections[line - 1]
    return replace(message, line=line, section=section, line_text=text.lines[line - 1].rstrip()[:200])
