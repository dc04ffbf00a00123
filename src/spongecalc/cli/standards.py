"""``spongecalc standards``: how the values of the standards' tables are known, and what nobody has read."""

from __future__ import annotations

import pandas as pd

from spongecalc.cli.call import Call
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.report.content.standard_names import table_name
from spongecalc.standards.provenance import HOW_KNOWN, counts_by_how_known, recalled_rows
from spongecalc.standards.tables import names


def run_standards(call: Call) -> int:
    """Print the counts by how the rows are known, and each row not read with who confirms it; the exit code."""
    output = call.output
    language = output.language
    said = {(c.table, c.row): c for c in opened_project(call).settings.standards.confirmations}
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
