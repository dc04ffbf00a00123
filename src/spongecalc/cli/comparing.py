"""``spongecalc compare``: two results side by side."""

from __future__ import annotations

from pathlib import Path

from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, WRONG_USAGE
from spongecalc.language import text
from spongecalc.report.content.comparison import TableDifference, compare
from spongecalc.report.content.comparison_document import comparison_document
from spongecalc.report.render.html_page import html_text
from spongecalc.report.tables.stored_tables import StoredTablesError, read_tables
from spongecalc.report.tables.whole_file import replace_files

FILE_NAME = "compare.html"
SHOWN_TABLES = ("communities",)


def results_folder(folder: Path) -> Path:
    """The folder with the tables: the one named, or results/ in a project's folder."""
    return folder if (folder / "communities.csv").is_file() else folder / "results"


def run_compare(a: Path, b: Path, out: Path | None, language: str, *, quiet: bool, as_json: bool) -> int:
    """Compare two results (folders with their tables, or projects) and write the page."""
    output = Output(language, quiet, as_json)
    tables = []
    for folder in (a, b):
        found = results_folder(folder)
        if not (found / "communities.csv").is_file():
            output.error(text("document.compare_missing", language, folder=folder))
            output.finish()
            return WRONG_USAGE
        try:
            tables.append(read_tables(found))
        except StoredTablesError as reason:
            output.error(
                text("document.compare_broken", language, file=found / reason.file, reason=reason.reason)
            )
            output.finish()
            return WRONG_USAGE
    differences = compare(*tables)
    path = out or Path(FILE_NAME)
    try:
        replace_files(
            {path: html_text(comparison_document(differences, str(a), str(b), language)).encode("utf-8")}
        )
    except OSError as reason:
        output.error(text("document.compare_broken", language, file=path, reason=reason.strerror))
        output.finish()
        return WRONG_USAGE
    _print(differences, output, language)
    output.sentence(text("document.compare_written", language, path=path))
    output.document["page"] = str(path)
    output.finish()
    return DONE


def _print(differences: list[TableDifference], output: Output, language: str) -> None:
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
            keys = ("row", "column", "a", "b", "difference")
            headers = [text(f"document.compare_{k}", language) for k in keys]
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
