"""Lines of an input file: none is longer than the engine reads, and those that fit stay as they are."""

from __future__ import annotations

from spongecalc.swmm.inp_text import LONGEST_LINE, section_texts


def test_names_of_a_large_model_fill_several_lines_of_report() -> None:
    names = [f"A001-000R-{n}__BACK" for n in range(500)]
    text = section_texts({"REPORT": [("INPUT", "NO"), ("NODES", *names[:3]), ("LINKS", *names)]})["REPORT"]
    lines = text.splitlines()
    assert max(map(len, lines)) <= LONGEST_LINE
    links = [line.split() for line in lines if line.startswith("LINKS")]
    assert len(links) > 5
    assert [name for line in links for name in line[1:]] == names
    assert sum(line.startswith("NODES") for line in lines) == 1


def test_a_line_that_the_engine_reads_stays_one() -> None:
    names = [f"{n:03d}" for n in range(200)]
    text = section_texts({"REPORT": [("LINKS", *names)]})["REPORT"]
    assert text == f"[REPORT]\n{'  '.join(['LINKS', *names])}\n"
