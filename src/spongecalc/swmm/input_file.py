"""A SWMM input file before the engine reads it: its lines as the engine counts them, and what it misreads."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate import text
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.swmm.run_result import Message

ENGINE_LINE_BYTES = 1023
"""Bytes that the engine reads at once: ``MAXLINE`` (1024) of its ``consts.h`` less the closing zero."""

ENGINE_WORDS = 40
"""Words that the engine takes of a line, ``MAXTOKS`` of its ``consts.h``: it drops further ones in silence."""

ENGINE_PATH_BYTES = 259
"""Longest file name that the engine keeps: ``MAXFNAME`` of its ``consts.h``."""


_WORD = re.compile(r'"[^"]*"?|[^\s"]+')
_HEADING = re.compile(r"\s*\[([^\]\s]*)")


@dataclass(frozen=True)
class InputFile:
    """A SWMM input file as its reader and the engine see it.

    Attributes
    ----------
    lines : tuple of str
        As an editor shows them.
    engine_lines : tuple of int
        For each line as the engine counts (from 1, at index 0), the editor's number (from 1).
    sections : tuple of str
        For each of the editor's lines, the section it lies in, as the file spells it, without brackets.
    encoding : str
        "utf-8", "gb18030" or "latin-1".
    """

    lines: tuple[str, ...]
    engine_lines: tuple[int, ...]
    sections: tuple[str, ...]
    encoding: str


def decode(data: bytes) -> tuple[str, str]:
    """Return text and the encoding it was in: UTF-8, else GB 18030 (which holds GBK), else Latin-1."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def parse_input(data: bytes) -> InputFile:
    """Split the bytes of a .inp into lines, with the engine's own count of them.

    Parameters
    ----------
    data : bytes
        The file, in any encoding that keeps ASCII.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    text, encoding = decode(data)
    pieces = data.split(b"\n")
    lines = [line.rstrip("\r") for line in text.split("\n")]  # none of the encodings has this byte in a character
    engine_lines: list[int] = []
    sections: list[str] = []
    section = ""
    for number, (piece, line) in enumerate(zip(pieces, lines, strict=True), start=1):
        heading = _HEADING.match(line) if "[" in line else None
        if heading:
            section = heading[1]
        sections.append(section)
        bytes_read = len(piece) + (number < len(pieces))
        engine_lines.extend([number] * max(1, -(-bytes_read // ENGINE_LINE_BYTES)))
    return InputFile(tuple(lines), tuple(engine_lines), tuple(sections), encoding)


def file_line(inp: InputFile, engine_line: int) -> int | None:
    """Translate the engine's line number to the editor's (both from 1); None beyond the end of the file."""
    if 1 <= engine_line <= len(inp.engine_lines):
        return inp.engine_lines[engine_line - 1]
    return None


def preflight(path: Path) -> tuple[bytes, Message | None]:
    """Read a .inp and tell what would keep the engine from reading it sensibly.

    The engine answers an empty file, a photograph or a text without sections alike, with "start date comes
    after ending date"; and it skips a first heading that follows a byte order mark, running with US units
    instead.

    Parameters
    ----------
    path : Path
        The .inp.

    Returns
    -------
    bytes, Message or None
        The content, and an error message when the file must not go to the engine.
    """

    def refusal(name: str, /, **values: str) -> Message:
        return Message("error", f"engine.run.{name}", subject=path.name, values=tuple(values.items()))

    try:
        with Entrance(path, "model"):
            data = text.read_bytes(path)
    except UnreadableError as unread:
        if unread.cause.kind == "missing":
            return b"", refusal("file_missing")
        return b"", refusal("file_unreadable", **dict(unread.cause.told))
    if not data.strip():
        return data, refusal("file_empty")
    if data.startswith(b"PK\x03\x04"):
        return data, refusal("file_zipped")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data, refusal("file_utf16")
    if b"\0" in data:
        return data, refusal("file_not_text")
    if b"\n" not in data and b"\r" in data.strip():
        return data, refusal("line_ends")
    headings = re.findall(rb"^[ \t,\r]*(\xef\xbb\xbf)?[ \t]*\[([^\]\s]*)", data, flags=re.MULTILINE)
    if not headings:
        return data, refusal("no_sections")
    if headings[0][0] and not headings[0][1].upper().startswith(b"TITL"):
        return data, refusal("byte_order_mark", section=decode(headings[0][1])[0])
    return data, None


_NOT_READ = ("TITLE", "TAGS", "MAP", "COORD", "VERTI", "POLYG", "SYMB", "LABEL", "BACKD", "PROFIL")
"""Sections whose lines the engine keeps or passes over without reading their words."""


def split_lines(inp: InputFile) -> tuple[Message, ...]:
    """Return an error for each line that the engine would read as two.

    What stands behind the 1023rd byte, be it the end of a comment, is taken as a line of its own: at best an
    error in a place where nothing is wrong, at worst a crash. SWMM has an error for it (201) that never
    comes, because the line is cut before its length is looked at.

    Parameters
    ----------
    inp : InputFile
    """
    return tuple(
        Message(
            "error",
            "engine.error.201",
            line=number,
            section=section,
            line_text=f"{line[:80]}...",
        )
        for number, (line, section) in enumerate(zip(inp.lines, inp.sections, strict=True), start=1)
        if len(line) > ENGINE_LINE_BYTES // 4
        and len(line.rstrip().encode(inp.encoding, "replace")) > ENGINE_LINE_BYTES
        and not section.upper().startswith(_NOT_READ)
    )


def dropped_words(inp: InputFile) -> tuple[Message, ...]:
    """Return a warning for each section with lines of more words than the engine takes, at the first such line.

    The engine drops the 41st word of a line and all behind it and says nothing: rain, points of a curve, or names
    of what was to be saved.

    Parameters
    ----------
    inp : InputFile
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for number, (line, section) in enumerate(zip(inp.lines, inp.sections, strict=True), start=1):
        if len(line) < 2 * ENGINE_WORDS or section.upper().startswith(_NOT_READ):
            continue
        count = len(_WORD.findall(line.partition(";")[0]))
        if count > ENGINE_WORDS:
            found.setdefault(section, []).append((number, count))
    return tuple(
        Message(
            "warning",
            "engine.run.words_dropped",
            line=lines[0][0],
            section=section,
            values=(("words", str(lines[0][1])), ("limit", str(ENGINE_WORDS)), ("lines", str(len(lines)))),
        )
        for section, lines in found.items()
    )


def words_of(inp: InputFile, section: str) -> tuple[tuple[str, ...], ...]:
    """Return the words of each line of a section, comments and quotes left out.

    Parameters
    ----------
    inp : InputFile
    section : str
        Its name in capitals, or as much of it as tells it from others: SWMM reads no more either.
    """
    return tuple(
        tuple(word.strip('"') for word in words)
        for line, own in zip(inp.lines, inp.sections, strict=True)
        if own.upper().startswith(section)
        and (words := line.partition(";")[0].split())
        and not words[0].startswith("[")
    )


def number_of(word: str) -> float | None:
    """Return a word of an input file as a finite number; None where it is none."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def concentration_units(inp: InputFile) -> dict[str, str]:
    """Return pollutant -> unit of its concentration ("MG/L", "UG/L", "#/L") from the [POLLUTANTS] section."""
    return {words[0]: words[1].upper() for words in words_of(inp, "POLLUT") if len(words) > 1}


def routing_model(inp: InputFile) -> str:
    """Return the way flow is routed: STEADY, KINWAVE, DYNWAVE or NONE; SWMM knows each by its beginning.

    Parameters
    ----------
    inp : InputFile
    """
    said = [
        words[1].upper()
        for words in words_of(inp, "OPTION")
        if len(words) > 1 and words[0].upper().startswith("FLOW_ROUTING")
    ]
    model = said[-1] if said else "KINWAVE"
    old = {"NF": "STEADY", "KW": "KINWAVE", "EKW": "KINWAVE", "XKINWAVE": "KINWAVE", "DW": "DYNWAVE"}
    known = next((name for name in ("STEADY", "KINWAVE", "DYNWAVE", "NONE") if model.startswith(name)), "")
    return known or old.get(model, model)
