"""``spongecalc store``: the results of the runs as Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc import steps
from spongecalc.batch.parquet_store import FOLDER, StoreError, write_parquet
from spongecalc.batch.runs import stored_results
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.cli.incremental import language_of
from spongecalc.cli.project_commands import checked_project
from spongecalc.language import text

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def run_store(call: Call) -> int:
    """Write results/store/*.parquet from the runs that are on disk and still belong to the layers."""
    output = Output(language_of(call), call.quiet, call.as_json)
    checked = checked_project(call, output)
    if checked is None:
        return WRONG_USAGE
    built = steps.build(checked)
    runs = steps.plan(built)
    results, due = stored_results(runs)
    if due:
        output.error(text("cli.runs_due", output.language, count=len(due), first=due[0]))
        return RUN_FAILED
    folder = checked.project.folder / checked.project.settings.results / FOLDER
    try:
        files = write_parquet(runs, results, folder)
    except StoreError as error:
        output.error(text("batch.store_missing", output.language, reason=error))
        return WRONG_USAGE
    names = [p.relative_to(checked.project.folder).as_posix() for p in files]
    output.say_of("batch", "stored", files=", ".join(names))
    output.document["files"] = names
    output.finish()
    call.made.files.extend(files)
    return DONE
