"""``spongecalc evidence``: what sensors measured, the balance, the model beside it, where to look for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.assess.field_evidence import evidence_tables
from spongecalc.assess.modelled import join_results
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import checked_project, with_models
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE
from spongecalc.evidence.findings_of_search import where_sentences
from spongecalc.language import text
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.wording import Wording
from spongecalc.report.tables.csv_tables import write_own_tables

if TYPE_CHECKING:
    import pandas as pd

SHOWN = {
    "evidence_sensors": ("sensor_id", "place", "measurand", "measured", "measured_error", "unit", "dry_readings"),
    "evidence_balance": (
        "node_id",
        "above",
        "flow_m3_d",
        "sewage_m3_d",
        "sewage_error_m3_d",
        "sewage_gain_m3_d",
        "sewage_gain_error_m3_d",
        "answer",
    ),
    "evidence_comparison": ("sensor_id", "measurand", "measured", "modelled", "unit", "agrees"),
    "evidence_location": ("network", "rank", "reach", "probability_percent", "sewage_m3_d", "nodes"),
}


def run_evidence(call: Call) -> int:
    """Read the sensors, write results/evidence_*.csv and print them, with the model where it was run."""
    output = call.output
    project = checked_project(call)
    checked, settings = project.checked, project.settings
    for finding in checked.measurements.findings:
        said = f"{finding.message(output.language)} {finding.action(output.language)}"
        output.sentence(f"{finding.feature.feature_id} {said}".strip())
    if not checked.measurements.sensors:
        raise RefusedError(text("evidence.nothing_measured", output.language))
    built = with_models(call, project).built
    due = project.due()
    modelled = join_results(checked.systems, built.models, project.results)
    tables = evidence_tables(checked.measurements, modelled, settings.measured, settings.evidence)
    write_own_tables(tables, project.results_folder)
    for name, table in tables.items():
        output.frame(name, table)
        _print(name, table, output)
    if any("/dry" in run for run in due):
        output.sentence(text("evidence.not_run", output.language))
    for sentence in where_sentences(tables["evidence_location"], output.language):
        output.sentence(sentence)
    output.sentence(text("evidence.written", output.language, folder=settings.results))
    return DONE


def _print(name: str, table: pd.DataFrame, output: Output) -> None:
    words = Wording(output.language)
    columns = SHOWN[name]
    headers = [words.name("column", c) for c in columns]
    rows = [
        [coded(c, v, words) for c, v in zip(columns, r, strict=True)]
        for r in table[list(columns)].itertuples(index=False, name=None)
    ]
    output.table(text(f"evidence.{name}", output.language), headers, rows)
