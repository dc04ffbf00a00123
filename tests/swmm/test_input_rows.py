"""Rows are split into words as the engine does it, and other words can stand in the place of some."""

from __future__ import annotations

from spongecalc.swmm.input_file import ENGINE_LINE_BYTES
from spongecalc.swmm.input_rows import Row, input_rows, replaced


def words(row: Row) -> list[bytes]:
    return [word.value for word in row.words]


def test_words_and_quotes_and_comments() -> None:
    data = b'[FILES]\r\n  SAVE\tHOTSTART "my file.hsf" x ; "not read"\r\n;comment\r\n\r\n[Options]\nA ""\n'
    rows = list(input_rows(data))
    assert [(r.line, r.section) for r in rows] == [(2, "FILES"), (6, "OPTIONS")]
    assert words(rows[0]) == [b"SAVE", b"HOTSTART", b"my file.hsf", b"x"]
    assert words(rows[1]) == [b"A", b""]
    assert all(data[w.start : w.end] == w.value for r in rows for w in r.words)


def test_a_comment_begins_inside_quotes_too() -> None:
    (row,) = input_rows(b'[FILES]\nUSE HOTSTART "a;b.hsf"\n')
    assert words(row) == [b"USE", b"HOTSTART", b"a"]


def test_a_keyword_is_known_by_its_beginning_and_behind_blanks() -> None:
    (row,) = input_rows(b'[FILES]\n" saved" OUTFLOWS a\n')
    assert row.words[0].begins("SAVE")
    assert not row.words[1].begins("SAVE")


def test_what_stands_behind_the_1023rd_byte_is_a_row_of_its_own() -> None:
    long = b"x" * (ENGINE_LINE_BYTES - 1) + b" "
    rows = list(input_rows(b"[TITLE]\n" + long + b"A B\n[FILES]\nC D\n"))
    assert [(r.line, r.section, r.whole) for r in rows] == [
        (2, "TITLE", False),
        (2, "TITLE", False),
        (4, "FILES", True),
    ]
    assert words(rows[1]) == [b"A", b"B"]


def test_words_are_replaced_and_all_else_stays() -> None:
    data = '[RAINGAGES]\nG INTENSITY 0:05 1 FILE "雨量.dat" S MM ; 说明\n'.encode("gbk")
    (row,) = input_rows(data)
    by = replaced(data, [(row.words[5], b"file_0"), (row.words[0], b"GAGE")])
    assert by == '[RAINGAGES]\nGAGE INTENSITY 0:05 1 FILE "file_0" S MM ; 说明\n'.encode("gbk")
