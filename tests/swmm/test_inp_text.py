"""Lines of an input file: the engine takes every word of them, and those that fit stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from swmm.toolkit import solver

from spongecalc.swmm.inp_text import section_texts
from spongecalc.swmm.input_file import ENGINE_LINE_BYTES, ENGINE_WORDS
from spongecalc.swmm.output_file import open_output

LONG = [f"A001-000R-{n}__BACK" for n in range(500)]
CHINESE = [f"峨山县双江街道桂峰社区一号井{n:03d}" for n in range(90)]
SHORT = [f"C{n:03d}" for n in range(120)]


def _report(*rows: tuple[str, ...]) -> list[str]:
    return section_texts({"REPORT": list(rows)})["REPORT"].splitlines()


@pytest.mark.parametrize("names", [LONG, CHINESE, SHORT], ids=["long", "chinese", "short"])
def test_names_of_a_large_model_fill_several_lines_of_report(names: list[str]) -> None:
    lines = _report(("INPUT", "NO"), ("NODES", *names[:3]), ("LINKS", *names))
    assert max(len(line.encode()) for line in lines) <= ENGINE_LINE_BYTES
    links = [line.split() for line in lines if line.startswith("LINKS")]
    assert max(map(len, links)) <= ENGINE_WORDS
    assert [name for line in links for name in line[1:]] == names
    assert sum(line.startswith("NODES") for line in lines) == 1


def test_a_line_that_the_engine_reads_whole_stays_one() -> None:
    names = SHORT[: ENGINE_WORDS - 1]
    assert _report(("LINKS", *names)) == ["[REPORT]", "  ".join(["LINKS", *names])]
    assert len(_report(("LINKS", *names, "C999"))) == 3
    exact = ["x" * 490, "y" * (ENGINE_LINE_BYTES - 490 - len("LINKS") - 4)]
    assert _report(("LINKS", *exact)) == ["[REPORT]", "  ".join(["LINKS", *exact])]
    assert len(_report(("LINKS", exact[0], exact[1] + "y"))) == 3


@pytest.mark.parametrize("names", [SHORT, LONG[:120], CHINESE], ids=["short", "long", "chinese"])
def test_the_engine_saves_every_element_that_is_asked_for(names: list[str], tmp_path: Path) -> None:
    sections = {
        "OPTIONS": [("FLOW_UNITS", "CMS"), ("FLOW_ROUTING", "KINWAVE"), ("END_TIME", "0:10")],
        "JUNCTIONS": [(f"J{n}", f"{100 - n / 10:.1f}", "2") for n in range(len(names))],
        "OUTFALLS": [("OUT", "70", "FREE")],
        "CONDUITS": [
            (name, f"J{n}", f"J{n + 1}" if n + 1 < len(names) else "OUT", "10", "0.013", "0", "0")
            for n, name in enumerate(names)
        ],
        "XSECTIONS": [(name, "CIRCULAR", "0.5", "0", "0", "0") for name in names],
        "REPORT": [("NODES", "NONE"), ("LINKS", *names)],
    }
    files = [tmp_path / f"model.{end}" for end in ("inp", "rpt", "out")]
    files[0].write_text("\n".join(section_texts(sections).values()), encoding="utf-8")
    solver.swmm_run(*map(str, files))
    with open_output(files[2], lambda name: name) as output:
        saved = list(output.links)
    assert len(saved) == len(names)
    if names is not CHINESE:  # the library decodes names by the system's table
        assert saved == names
