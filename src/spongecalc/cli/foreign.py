"""``spongecalc run model.inp``: any SWMM model, its balance, flooding and warnings in SI units."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.batch.model_runs import run_inp_apart
from spongecalc.cli.call import Call
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.swmm.input_file import parse_input
from spongecalc.swmm.surprises import surprises
from spongecalc.swmm.water_balance import Section, describe


def run_foreign(call: Call) -> int:
    """Run one input file of any flow units and print what came of it; returns the exit code.

    The run is made in a process of its own, so that an engine that crashes is reported like any error. What the
    engine takes otherwise than one would guess is told beside its own warnings.
    """
    inp, output = call.folder, call.output
    with TemporaryDirectory(prefix="spongecalc-") as folder:
        result = run_inp_apart(inp, Path(folder))
    if result.start:  # the engine read it
        misleading = surprises(parse_input(inp.read_bytes()))
        result = replace(result, messages=(*result.messages, *misleading))
    sections = describe(result, output.language)
    for section in sections:
        output.table(section.title, section.headers, [_cells(row) for row in section.rows])
    if output.quiet and result.status != "done":
        for message in result.messages:
            output.error(f"{inp.name}: {message.engine_text or message.key}")
    output.document |= {"file": inp.name, "status": result.status, "sections": [_plain(s) for s in sections]}
    if not inp.exists():
        return WRONG_USAGE
    return DONE if result.status == "done" else RUN_FAILED


def _cells(row: tuple[object, ...]) -> list[str]:
    return ["" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]


def _plain(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "headers": list(section.headers),
        "rows": [list(row) for row in section.rows],
    }
