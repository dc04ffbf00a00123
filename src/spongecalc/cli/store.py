"""``spongecalc store``: the results of the runs as Parquet files."""

from __future__ import annotations

from spongecalc.batch.parquet_store import FOLDER, StoreError, write_parquet
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import built_project
from spongecalc.cli.exit_codes import DONE
from spongecalc.cli.project_commands import runs_missing
from spongecalc.language import text


def run_store(call: Call) -> int:
    """Write results/store/*.parquet from the runs that are on disk and still belong to the layers."""
    output = call.output
    project = built_project(call)
    due = project.due()
    if due:
        raise runs_missing(call, tuple(due))
    try:
        files = write_parquet(project.built.runs, project.results, project.results_folder / FOLDER)
    except StoreError as error:
        raise RefusedError(text("batch.store_missing", output.language, reason=error)) from None
    names = [p.relative_to(project.folder).as_posix() for p in files]
    output.say_of("batch", "stored", files=", ".join(names))
    output.document["files"] = names
    call.made.files.extend(files)
    return DONE
