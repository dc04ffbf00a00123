"""The rows of a SWMM input file as the engine splits them into words, with the place of each word in the file.

What a model of unknown origin makes the engine read and write hangs on single words, so they are taken as the
engine takes them: in pieces of 1023 bytes, cut at the first semicolon (inside quotes too), quoted words whole,
headings and keywords known by their beginning. Readers of input files beside the engine, swmm-api's among them,
forgive more or less than it does and keep no line numbers: a file that they cannot read, or read otherwise, would
go by unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spongecalc.swmm.input_file import ENGINE_LINE_BYTES, ENGINE_WORDS

_BLANKS = b" \t\r"


@dataclass(frozen=True)
class Word:
    """A word, and the bytes of the file that hold it, quotes left out."""

    value: bytes
    start: int
    end: int

    def begins(self, *keywords: str) -> bool:
        """Tell whether the engine knows the word for one of these keywords, given in capitals."""
        return self.value.lstrip(b" ").upper().startswith(tuple(k.encode() for k in keywords))


@dataclass(frozen=True)
class Row:
    """A row of words below a heading.

    Attributes
    ----------
    line : int
        The editor's line, from 1.
    section : str
        Its heading in capitals, without brackets.
    words : tuple of Word
    whole : bool
        False where the row is part of a line that the engine reads in pieces.
    quoted_heading : bool
        The row is a heading in quotes: a heading for the second of the engine's two readings, none for the first.
    """

    line: int
    section: str
    words: tuple[Word, ...]
    whole: bool = True
    quoted_heading: bool = False


def input_rows(data: bytes) -> Iterator[Row]:
    """Yield the rows of an input file in their order; headings, blank lines and comments are not among them.

    Parameters
    ----------
    data : bytes
        The file.
    """
    section, start = "", 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        for offset in range(0, max(len(line), 1), ENGINE_LINE_BYTES):
            words = _words(line[offset : offset + ENGINE_LINE_BYTES], start + offset)
            if not words:
                continue
            heading = words[0].value.startswith(b"[")
            if heading:
                section = words[0].value[1:].partition(b"]")[0].decode("ascii", "replace").upper()
                if words[0].start == 0 or data[words[0].start - 1 : words[0].start] != b'"':
                    continue
            yield Row(number, section, words, len(line) < ENGINE_LINE_BYTES, heading)
        start += len(line) + 1


def _words(piece: bytes, start: int) -> tuple[Word, ...]:
    text = piece.partition(b";")[0]
    words: list[Word] = []
    at = 0
    while at < len(text) and len(words) < ENGINE_WORDS:
        if text[at] in _BLANKS:
            at += 1
            continue
        quoted = text[at : at + 1] == b'"'
        at += quoted
        end = text.find(b'"', at) if quoted else next((n for n in range(at, len(text)) if text[n] in _BLANKS), -1)
        end = len(text) if end < 0 else end
        words.append(Word(text[at:end], start + at, start + end))
        at = end + 1
    return tuple(words)


def replaced(data: bytes, words: Sequence[tuple[Word, bytes]]) -> bytes:
    """Return an input file with other words in the place of some, all else byte for byte as it was."""
    for word, by in sorted(words, key=lambda pair: -pair[0].start):
        data = data[: word.start] + by + data[word.end :]
    return data
