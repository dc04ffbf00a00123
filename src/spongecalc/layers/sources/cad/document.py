"""A DXF document out of its file: any version, ASCII or binary, any encoding, damaged or whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ezdxf import DXFError
from ezdxf.document import Drawing

from spongecalc.gate import drawing, text
from spongecalc.gate.cause import words_of
from spongecalc.layers.sources.cad.bad_numbers import BadNumber, without_bad_numbers
from spongecalc.layers.sources.cad.encoding import BINARY, DecodedText, decoded, escaped, from_binary
from spongecalc.layers.sources.raw import Note, SourceRefusedError, source_entrance

# Bad data of one entity reaches deep into the library before it is noticed.
FAILURES = (
    DXFError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_SECTION = re.compile(r"(?m)^[ \t]*0[ \t]*\n[ \t]*SECTION\b")
_LINE_END = re.compile(r"\r*\n|\r")
# Parts of the thing before them.
PARTS = ("VERTEX", "ATTRIB", "SEQEND")
# Of what was repaired so many things are quoted.
QUOTED = 5


@dataclass(frozen=True)
class OpenedDrawing:
    """A drawing, the encoding of its texts ("" where it does not matter), and what was noted on opening it.

    ``bad_numbers`` are entities that are not in ``document``, for nobody can say where they belong.
    """

    document: Drawing
    encoding: str
    notes: tuple[Note, ...]
    bad_numbers: tuple[BadNumber, ...] = ()


def open_drawing(path: Path, encoding: str | None = None) -> OpenedDrawing:
    """A drawing from its file.

    Parameters
    ----------
    path
        A .dxf, ASCII or binary.
    encoding
        Of its texts; None finds it out.

    Raises
    ------
    SourceRefusedError
        If it is a DWG, or no drawing, or damaged beyond repair.
    """
    with source_entrance(path, "drawing"):
        about = path.stat()
        return _opened(path, about.st_mtime_ns, about.st_size, encoding)


# Several layers come out of one drawing, one after the other.
@lru_cache(maxsize=2)
def _opened(path: Path, changed_ns: int, size: int, encoding: str | None) -> OpenedDrawing:  # noqa: ARG001
    data = text.read_bytes(path)
    if re.match(rb"AC(\d{4}|[12]\.\d)", data):
        raise SourceRefusedError("drawing.dwg")
    try:
        given = decoded(from_binary(data) if data.startswith(BINARY) else data, encoding)
    except LookupError as reason:
        raise SourceRefusedError("encoding.unknown", encoding=encoding) from reason
    # Ends of lines of any system, and those that a transfer doubled.
    given = replace(given, text=_LINE_END.sub("\n", given.text))
    if not _SECTION.search(given.text):
        raise SourceRefusedError("drawing.none")
    notes = []
    whole = completed(given.text)
    if whole != given.text:
        notes.append(Note("drawing.cut_off"))
        given = replace(given, text=whole)
    if not given.as_stated:
        notes.append(Note("encoding.recognised", {"encoding": given.encoding}))
    if given.unread:
        found = {"encoding": given.encoding, "count": len(given.unread), "text": given.unread[0][:40]}
        notes.append(Note("encoding.unread", found))
    sound, bad = without_bad_numbers(given.text)
    document, repaired = _document(replace(given, text=sound))
    shown = "" if given.text.isascii() and encoding is None else given.encoding
    return OpenedDrawing(document, shown, (*notes, *repaired), bad)


def completed(text: str) -> str:
    """The text of a drawing that ends where it should; one that was cut off without the thing it was cut in.

    A file that ends within a number would hold a line to somewhere else, and the library loses the whole section
    that is not closed.
    """
    if text.rstrip(" \t\r\n\x1a\0").endswith("EOF"):
        return text
    lines = text.splitlines()
    # What is cut off within a pair of lines has no value, and what follows the cut is known to begin there.
    names = {
        n: lines[n + 1].strip() if n + 1 < len(lines) else ""
        for n in range(0, len(lines), 2)
        if lines[n].strip() == "0"
    }
    starts = list(names)
    while starts and names[starts[-1]] in PARTS:
        starts.pop()
    if not starts:
        return text
    last = starts[-1]
    closed = names[last] == "ENDSEC"
    kept = lines[: last + 2] if closed else lines[:last]
    # Between two sections nothing is open.
    ends = ["  0", "EOF"] if closed or names[last] == "SECTION" else ["  0", "ENDSEC", "  0", "EOF"]
    return "\n".join([*kept, *ends, ""])


def _document(given: DecodedText) -> tuple[Drawing, tuple[Note, ...]]:
    """The document, with what had to be repaired."""
    try:
        return drawing.read(given.text), ()
    # Bad data reaches deep into the library before it is noticed.
    except Exception as reason:
        first = words_of(reason)
    document, auditor = drawing.recovered(escaped(given.text))
    messages = [first, *(words_of(Exception(e.message)) for e in (*auditor.fixes, *auditor.errors))]
    what = "; ".join(messages[:QUOTED])
    return document, (Note("drawing.repaired", {"count": len(messages), "what": what}),)
