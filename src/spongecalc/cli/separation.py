"""``spongecalc separation``: the runs that tell what each cross-connection does by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.assess.contributions import NO_OUTFALL, NOT_SOUND
from spongecalc.cli.command_project import checked_project
from spongecalc.cli.exit_codes import DONE, RUN_FAILED
from spongecalc.language import text
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.steps.removal import removal_folder, removal_runs, week_runs, write_contributions

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def run_separation(call: Call, *, week: bool) -> int:
    """Removal runs, and a rainy week with tracers where asked for; writes their tables."""
    output = call.output
    project = checked_project(call)
    checked, settings, folder = project.checked, project.settings, project.results_folder
    with output.progress() as progress:
        built = project.build(progress)
        table = removal_runs(
            checked.systems, settings, built.storms, removal_folder(built), call.jobs, progress, built.rain
        )
    path = write_contributions(table, removal_folder(built))
    columns = ("model", "scenario", "event", "connection_id", "contribution_m3", "joint_effect_m3", "differ")
    headers = [text(f"separation.column_{c}", output.language) for c in columns]
    rows = [
        [cell_text(c, v) or "-" for c, v in zip(columns, r, strict=True)] for r in table[list(columns)].to_numpy()
    ]
    output.table(text("separation.contributions", output.language), headers, rows)
    if (table["differ"] == "yes").any():
        output.sentence(text("separation.contributions_differ", output.language))
    output.frame("contributions", table)
    output.document["file"] = path.relative_to(project.folder).as_posix()
    if week:
        with output.progress() as progress:
            rain = week_runs(
                checked.systems, built.models, settings, built.storms, folder / "runs", call.jobs, progress
            )
        write_own_tables({"separation_week": rain}, folder)
        output.frame("week", rain)
    output.sentence(text("separation.written", output.language, file=path.relative_to(project.folder).as_posix()))
    alone = table.loc[table["reason"] == NO_OUTFALL, "connection_id"].unique()
    if len(alone):
        output.sentence(text("separation.contributions_no_outfall", output.language, ids=", ".join(alone)))
    unknown = table.loc[table["reason"] == NOT_SOUND, "connection_id"].unique()
    if len(unknown):
        output.error(text("separation.contributions_unknown", output.language, ids=", ".join(unknown)))
    return RUN_FAILED if len(unknown) else DONE
