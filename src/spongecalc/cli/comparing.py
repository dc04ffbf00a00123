"""``spongecalc compare``: two results, or two scenarios of one, side by side."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from spongecalc.assess.scenario_tables import of_scenario, scenarios_in
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.report.content.comparison import TableDifference, compare
from spongecalc.report.content.comparison_document import comparison_document
from spongecalc.report.render.html_page import html_text
from spongecalc.report.tables.stored_tables import StoredTablesError, read_tables
from spongecalc.whole_file import replace_files

FILE_NAME = "compare.html"
SHOWN_TABLES = ("communities", "answers")


def results_folder(folder: Path) -> Path:
    """The folder with the tables: the one named, or results/ in a project's folder."""
    return folder if (folder / "communities.csv").is_file() else folder / "results"


def run_compare(call: Call, a: Path, b: Path | None, scenarios: tuple[str, str] | None, out: Path | None) -> int:
    """Compare two results (folders with their tables, or projects), or two scenarios, and write the page.

    With ``scenarios`` the first is taken of ``a`` and the second of ``b``, or of ``a`` too where that is all.
    """
    output, language = call.output, call.output.language
    if b is None and scenarios is None:
        raise RefusedError(text("document.compare_alone", language))
    if scenarios and any(name.startswith("-") for name in scenarios):
        raise RefusedError(text("document.compare_two_scenarios", language))
    tables, names = [], []
    for folder, scenario in zip((a, b or a), scenarios or ("", ""), strict=True):
        tables.append(_tables(folder, scenario, language))
        names.append(f"{folder} · {scenario}" if scenario else str(folder))
    differences = compare(*tables)
    path = out or Path(FILE_NAME)
    try:
        document = comparison_document(differences, names[0], names[1], language)
        replace_files({path: html_text(document).encode("utf-8")})
    except OSError as reason:
        broken = text("document.compare_broken", language, file=path, reason=reason.strerror)
        raise RefusedError(broken) from None
    _print(differences, names, output)
    output.sentence(text("document.compare_written", language, path=path))
    output.document["page"] = str(path)
    return DONE


def _tables(folder: Path, scenario: str, language: str) -> dict[str, pd.DataFrame]:
    """The tables of a result, or of one scenario of it. Raises RefusedError where they are not there."""
    found = results_folder(folder)
    if not (found / "communities.csv").is_file():
        raise RefusedError(text("document.compare_missing", language, folder=folder))
    try:
        tables = read_tables(found)
    except StoredTablesError as reason:
        broken = text("document.compare_broken", language, file=found / reason.file, reason=reason.reason)
        raise RefusedError(broken) from None
    known = scenarios_in(tables)
    if scenario and scenario not in known:
        said = {"folder": folder, "name": scenario, "known": ", ".join(known) or "-"}
        raise RefusedError(text("document.compare_no_scenario", language, **said))
    return of_scenario(tables, scenario) if scenario else tables


def _print(differences: list[TableDifference], names: list[str], output: Output) -> None:
    language = output.language
    differing = [d for d in differences if d.differs]
    if not differing:
        output.sentence(text("document.compare_same", language))
    for d in differing:
        if d.missing_in:
            which = text("document.compare_b" if d.missing_in == "a" else "document.compare_a", language)
            output.sentence(text("document.compare_file_only", language, table=d.table, which=which))
            continue
        counted = {"changed": len(d.changes), "only_a": len(d.only_a), "only_b": len(d.only_b)}
        output.sentence(text("document.compare_counts", language, table=f"{d.table}.csv", **counted))
        if d.table in SHOWN_TABLES and d.changes:
            row, column, difference = (
                text(f"document.compare_{k}", language) for k in ("row", "column", "difference")
            )
            sides = [f"{text(f'document.compare_{k}', language)}: {n}" for k, n in zip("ab", names, strict=True)]
            headers = [row, column, *sides, difference]
            rows = [(c.row, c.column, c.a, c.b, c.difference_text) for c in d.changes]
            output.table(text("document.compare_table", language, table=d.table), headers, rows)
    output.document["differences"] = [
        {
            "table": d.table,
            "missing_in": d.missing_in,
            "changes": [
                {"row": c.row, "column": c.column, "a": c.a, "b": c.b, "difference": c.difference_text}
                for c in d.changes
            ],
            "only_a": list(d.only_a),
            "only_b": list(d.only_b),
        }
        for d in differing
    ]
