"""``spongecalc standards``: the basis of design, how the tables' values are known, and what nobody has read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from spongecalc.assess.design_basis import TABLE
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.language import text
from spongecalc.report.content.design_basis import clauses_table, documents_table
from spongecalc.report.content.standard_names import table_name
from spongecalc.report.content.table import Table
from spongecalc.report.content.wording import Wording
from spongecalc.standards.provenance import HOW_KNOWN, counts_by_how_known, recalled_rows
from spongecalc.standards.tables import names


def run_standards(call: Call) -> int:
    """Print what the project applied, counts by how rows are known, and each row not read; the exit code."""
    output = call.output
    language = output.language
    project = opened_project(call)
    _print_basis(call, project.results_folder / f"{TABLE}.csv")
    said = {(c.table, c.row): c for c in project.settings.standards.confirmations}
    counts = counts_by_how_known()
    headings = [text("document.standard_table", language)]
    headings += [text(f"standard_sources.how_known.{grade}", language) for grade in HOW_KNOWN]
    rows = [
        (table_name(r["table"], language), *(str(r[g]) for g in HOW_KNOWN)) for r in counts.to_dict("records")
    ]
    rows.append((text("report.table.total", language), *(str(counts[g].sum()) for g in HOW_KNOWN)))
    output.table(text("document.standards", language), headings, rows)
    output.frame("standards", counts)
    known = [said.get((c.table, c.row), c) for name in names() for c in recalled_rows(name)]
    columns = ("table", "row", "who", "why")
    frame = pd.DataFrame([(c.table, c.row, c.who, c.why) for c in known], columns=list(columns))
    output.table(
        text("document.not_read", language),
        [text(f"document.confirmed_{c}", language) for c in columns],
        [(c.table, c.row, c.who or "-", c.why or "-") for c in known],
    )
    output.frame("not_read", frame)
    return DONE


def _print_basis(call: Call, results: Path) -> None:
    """Print the documents and clauses that the project's last run applied, or that it has no results yet."""
    output = call.output
    if not results.is_file():
        output.sentence(text("document.basis_not_run", output.language))
        return
    try:
        with Entrance(results, "stored"):
            basis = stored.table(results, keep_default_na=False)
            cited = basis[basis["document"] != ""]
    except UnreadableError as unread:
        found = {"file": unread.file, "reason": unread.cause.sentence(output.language)}
        raise RefusedError(text("survey.result_unread", output.language, **found)) from unread
    words = Wording(output.language)
    for key, table in (("documents", documents_table(cited, words)), ("clauses", clauses_table(cited, words))):
        output.table(text(f"document.basis_{key}", output.language), *_printed(table))
    output.frame(TABLE, basis)


def _printed(table: Table) -> tuple[list[str], list[list[str]]]:
    return [h.text for h in table.headings], [[c.text for c in row] for row in table.rows]
