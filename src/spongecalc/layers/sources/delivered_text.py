"""Text of a file as it was delivered: UTF-8, UTF-16 with its mark or GB 18030, unless an encoding is stated."""

from __future__ import annotations

import codecs
from pathlib import Path

from spongecalc.gate import text
from spongecalc.gate.cause import words_of
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.layers.sources.raw import SourceRefusedError, source_entrance

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MOST_ZEROS = 5
"""A text of which this part is zero bytes has several bytes to a letter, and no mark that says so."""


def delivered_text(path: Path, encoding: str | None) -> str:
    """Text of a file in the stated encoding; without one UTF-8, else GB 18030, which holds GBK.

    A file that begins with the mark of UTF-16, as a spreadsheet's "Unicode text" does, is in that.

    Raises
    ------
    SourceRefusedError
        The file cannot be read, or is not in the encoding that is stated.
    LookupError
        There is no such encoding.
    """
    with source_entrance(path, "text"):
        data = text.read_bytes(path)
        if not encoding and not data.startswith(_MARKS) and MOST_ZEROS * data.count(0) > len(data):
            raise NotAdmittedError("zero_bytes")
    marked = "utf-16" if data.startswith(_MARKS) else ""
    try:
        return data.decode(encoding or marked or "utf-8-sig")
    except UnicodeDecodeError as reason:
        if encoding or marked:
            raise SourceRefusedError("file.unreadable", reason=words_of(reason)) from reason
        return data.decode("gb18030", errors="replace")
