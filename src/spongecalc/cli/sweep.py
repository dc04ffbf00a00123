"""``spongecalc sweep``: a batch over storms, scenarios and sets of parameters, and its tables."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

from spongecalc.api.project import Project
from spongecalc.batch.cluster import ClusterError, cluster_executor
from spongecalc.batch.runs import due_runs, execute, stored_files
from spongecalc.batch.watch import batch_watch
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project, with_checked_layers
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.cli.incremental import do_what_is_due
from spongecalc.language import text
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.sweep.error import SweepError
from spongecalc.sweep.parameter_sets import parameter_sets
from spongecalc.sweep.plan import FOLDER, SweepPlan, plan_sweep, refuse_unknown, with_storms
from spongecalc.sweep.tables import sweep_tables


def run_sweeps(call: Call) -> int:
    """Say which sweeps the project has; nothing is run."""
    output = call.output
    project = opened_project(call)
    rows = []
    for sweep in project.settings.sweeps:
        try:
            settings = with_storms(sweep, project.settings)
            sets = parameter_sets(sweep, settings, project.folder)
        except SweepError as mistake:
            output.error(mistake.sentence(output.language))
            continue
        rows.append(
            (
                sweep.name,
                str(len(sets)),
                str(len(settings.storms)),
                ", ".join(sweep.scenarios or settings.scenario_names),
            )
        )
    if rows:
        headers = [text(f"sweep.column_{c}", output.language) for c in ("name", "sets", "storms", "scenarios")]
        output.table(text("sweep.title", output.language), headers, rows)
    elif not project.settings.sweeps:
        output.say_of("sweep", "none")
    output.document["sweeps"] = [
        dict(zip(("name", "sets", "storms", "scenarios"), row, strict=True)) for row in rows
    ]
    return WRONG_USAGE if output.errors else DONE


def sweep_what_is_due(call: Call, name: str) -> int:
    """Make a sweep unless its layers, settings and tables are what they were when it was last made."""
    command = f"sweep-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:12]}"
    return do_what_is_due(command, call, lambda given: run_sweep(given, name))


def run_sweep(call: Call, name: str) -> int:
    """Make the runs of a sweep that are due and write its tables; returns the exit code.

    With --dry-run only say how many runs there are and how many are due.
    """
    output = call.output
    project = opened_project(call)
    plan = _plan(call, name, with_checked_layers(call, project))
    output.say_of("sweep", "planned", points=len(plan.points), runs=len(plan.runs))
    output.document |= {"points": len(plan.points), "runs": len(plan.runs)}
    if call.dry_run:
        due = due_runs(plan.runs, call.again)
        output.say_of("sweep", "due", count=len(due))
        output.document["due"] = len(due)
        return DONE
    failed, names = _made(call, project, plan)
    output.document |= {"failed": failed, "files": names}
    call.made.document, call.made.errors = dict(output.document), list(output.errors)
    return RUN_FAILED if failed else DONE


def refuse_unknown_communities(call: Call, project: Project) -> None:
    """Raise RefusedError where a sweep of the report names a community that the project has not.

    Before the first run: what a name spoils is not to be found out behind all others.
    """
    for sweep in project.settings.sweeps:
        try:
            if sweep.in_report:
                refuse_unknown(sweep, project.checked.layers.community_ids)
        except SweepError as mistake:
            raise RefusedError(mistake.sentence(call.output.language)) from None


def made_for_report(call: Call, project: Project) -> int:
    """Make the runs that are due of the sweeps that the report shows; returns the exit code.

    One whose communities are not worked on is left out.
    """
    code = DONE
    for sweep in project.settings.sweeps:
        if not sweep.in_report:
            continue
        plan = _plan(call, sweep.name, project)
        if plan.points:
            call.output.say_of("sweep", "of_report", name=sweep.name, runs=len(plan.runs))
            code = code or (RUN_FAILED if _made(call, project, plan)[0] else DONE)
    return code


def _made(call: Call, project: Project, plan: SweepPlan) -> tuple[list[str], list[str]]:
    """Make the runs that are due and write the tables; the runs that failed, and the names of the files."""
    output, name = call.output, plan.sweep.name
    try:
        executor = cluster_executor(call.cluster) if call.cluster else None
    except ClusterError as error:
        raise RefusedError(text("batch.cluster", output.language, reason=error)) from None
    with (
        output.progress() as bar,
        batch_watch(project.files, plan.runs, bar, output.events, output.language) as watch,
    ):
        results = execute(
            plan.runs,
            processes=call.jobs,
            on_done=lambda done: watch.progress("run", done, len(plan.runs)),
            again=call.again,
            executor=executor,
            on_event=watch.event,
            on_due=watch.due,
        )
    tables = sweep_tables(plan, results)
    files = write_own_tables(tables, _folder(project))
    failed = [run_id for run_id, result in results.items() if result.status != "done"]
    for run_id in failed:
        output.error(text("sweep.failed", output.language, run=run_id))
    if failed:
        output.error(text("sweep.repeat", output.language, count=len(failed), name=name))
    output.say_of("batch", "made", made=watch.made, kept=len(plan.runs) - watch.made)
    names = [path.relative_to(project.folder).as_posix() for path in files]
    output.say_of("batch", "stored", files=", ".join(names))
    call.made.files.extend([*files, *stored_files(plan.runs)])
    call.made.unfinished |= any(run.run_id not in results.stored for run in plan.runs)
    return failed, names


def _plan(call: Call, name: str, project: Project) -> SweepPlan:
    """The sweep's runs. Raises RefusedError where there is no such sweep or it cannot be made."""
    output = call.output
    sweep = next((s for s in project.settings.sweeps if s.name == name), None)
    if sweep is None:
        known = ", ".join(s.name for s in project.settings.sweeps) or "-"
        raise RefusedError(text("sweep.unknown", output.language, name=name, known=known))
    checked = project.checked
    try:
        with output.progress() as progress:
            return plan_sweep(
                sweep,
                project.files,
                checked.systems,
                partial(progress, "build"),
                communities=checked.layers.community_ids,
                processes=call.jobs,
            )
    except SweepError as mistake:
        raise RefusedError(mistake.sentence(output.language)) from None


def _folder(project: Project) -> Path:
    folder = project.results_folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder
