"""``spongecalc run model.inp``: any SWMM model, its balance, flooding and warnings in SI units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.batch.foreign_runs import run_foreign_model
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.language import text
from spongecalc.swmm.foreign_copy import FileUse
from spongecalc.swmm.input_file import number_of
from spongecalc.swmm.report_continuity import balance_sections
from spongecalc.swmm.water_balance import Section, describe, sentence


def run_foreign(call: Call, *, time_limit: str | None = None, allow_writing: bool = False) -> int:
    """Run one input file of any flow units and print what came of it; returns the exit code.

    The run is made of a copy in a process of its own, so that an engine that crashes is reported like any error,
    and nothing is written outside the model's folder unless ``allow_writing`` says so. What the engine takes
    otherwise than one would guess is told beside its own warnings. Raises RefusedError for a ``time_limit`` that
    is no number of seconds.
    """
    inp, output = call.folder, call.output
    time_limit_s = _seconds(time_limit, output.language)
    with TemporaryDirectory(prefix="spongecalc-") as folder, output.progress() as tell:
        run = run_foreign_model(inp, Path(folder), anywhere=allow_writing, time_limit_s=time_limit_s, tell=tell)
    result, language = run.result, output.language
    sections = [*describe(result, language), *balance_sections(run.balances, language)]
    if run.files:
        sections.append(_files_section(run.files, language))
    for section in sections:
        output.table(section.title, section.headers, [_cells(row) for row in section.rows])
    if output.quiet or output.as_json:
        for message in result.messages:
            if message.severity == "error":
                output.error(f"{inp.name}: {sentence(message, language)}")
    output.document |= {"file": inp.name, "status": result.status, "sections": [_plain(s) for s in sections]}
    if not inp.exists():
        return WRONG_USAGE
    return DONE if result.status == "done" else RUN_FAILED


def _seconds(given: str | None, language: str) -> float | None:
    if given is None:
        return None
    seconds = number_of(given)
    if seconds is None or seconds <= 0:
        wanted = text("cli.usage.wants_seconds", language)
        raise RefusedError(
            text("cli.usage.bad_value", language, option="--time-limit", given=given, wanted=wanted)
        )
    return seconds


def _files_section(files: Sequence[FileUse], language: str) -> Section:
    """The files that the model names, row by row: what became of each, and where it is."""
    columns = ("line", "kind", "named", "outcome", "file")
    rows = tuple(
        (
            use.named.row.line,
            use.named.kind,
            use.named.name,
            text(f"engine.file.{use.outcome}", language),
            str(use.path) if use.path is not None else None,
        )
        for use in files
    )
    headers = tuple(text(f"engine.column.{column}", language) for column in columns)
    return Section(text("engine.title.files", language), headers, rows)


def _cells(row: tuple[object, ...]) -> list[str]:
    return ["" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]


def _plain(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "headers": list(section.headers),
        "rows": [list(row) for row in section.rows],
    }
