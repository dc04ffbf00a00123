"""``spongecalc store``: the results of the runs as Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spongecalc.batch.parquet_store import FOLDER, StoreError, write_parquet
from spongecalc.batch.runs import stored_results
from spongecalc.cli.command_project import built_project
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.language import text
from spongecalc.steps import pipeline

if TYPE_CHECKING:
    from spongecalc.cli.call import Call


def run_store(call: Call) -> int:
    """Write results/store/*.parquet from the runs that are on disk and still belong to the layers."""
    built, output = built_project(call)
    if built is None:
        return WRONG_USAGE
    runs = pipeline.plan(built)
    results, due = stored_results(runs)
    if due:
        output.error(text("cli.runs_due", output.language, count=len(due), first=due[0]))
        return RUN_FAILED
    folder = built.checked.project.results_folder / FOLDER
    try:
        files = write_parquet(runs, results, folder)
    except StoreError as error:
        output.error(text("batch.store_missing", output.language, reason=error))
        return WRONG_USAGE
    names = [p.relative_to(built.checked.project.folder).as_posix() for p in files]
    output.say_of("batch", "stored", files=", ".join(names))
    output.document["files"] = names
    output.finish()
    call.made.files.extend(files)
    return DONE
