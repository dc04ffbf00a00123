"""Commands on a project: check, build, run, assess, report and all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from spongecalc.api.project import Project
from spongecalc.assess.communities import left_out_of
from spongecalc.assess.review import Review
from spongecalc.assess.settled import settled_counts
from spongecalc.batch.cluster import ClusterError, cluster_executor
from spongecalc.batch.last_whole import keep_last_whole, note_answered
from spongecalc.batch.pool import get_ready
from spongecalc.batch.runs import stored_files
from spongecalc.batch.side_worker import SideWorker
from spongecalc.batch.watch import batch_watch
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import built_project, print_findings, say_closed_intake
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.cli.incremental import say_last_whole, say_left_out
from spongecalc.cli.sweep import made_for_report, refuse_unknown_communities
from spongecalc.language import text
from spongecalc.report.content import runoff_change
from spongecalc.report.content.institute import InstituteError
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.render.missing_font import MissingFontError
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.steps import pipeline
from spongecalc.steps.intake import intake_of
from spongecalc.steps.model_files import ModelFiles, keep_edited, models_left, models_left_out
from spongecalc.steps.removal import TABLE, removal_folder
from spongecalc.steps.settled import begun_reference_runs
from spongecalc.steps.sponge import continuous_path
from spongecalc.swmm.continuity import LIMIT_PERCENT

# What a worker beside needs for the files that it makes.
WRITERS = (
    "spongecalc.report.render.formats",
    "spongecalc.report.tables.geopackage",
    "spongecalc.report.render.quantities_workbook",
)


def _findings_and_intake(project: Project, output: Output) -> int:
    """Print the findings, and the ledger of intake. Raises RefusedError where the ledger does not close."""
    code = print_findings(project.built.findings, output)
    say_closed_intake(intake_of(project.built), output)
    return code


def run_check(call: Call) -> int:
    """``spongecalc check``: says what was found, and writes the ledger of intake."""
    # Some things only show when the models are made: ground that nothing covers, leads that run uphill.
    output = call.output
    project = built_project(call)
    code = print_findings(project.built.findings, output)
    ledger = intake_of(project.built)
    say_closed_intake(ledger, output)
    write_own_tables({"intake": ledger.table}, project.results_folder)
    return code


def run_build(call: Call, *, only_check: bool) -> int:
    """``spongecalc build``, and ``build --check``, which only says which models are stale."""
    output = call.output
    project = built_project(call)
    built = project.built
    code = _findings_and_intake(project, output)
    if only_check:
        names = _named_models(project, project.stale_models(), output)
    else:
        names = _write_models(project, call, output)
    if only_check and names:
        for name in names:
            output.error(text("cli.model_stale", output.language, path=name))
        code = DATA_ERRORS
    elif only_check:
        output.say("models_current", models=len(built.models), folder=project.settings.models)
    else:
        output.say("built", models=len(built.models), changed=len(names), folder=project.settings.models)
    _note(call)
    return code


def _write_models(project: Project, call: Call, output: Output) -> list[str]:
    """Write the models; the names of those that changed."""
    kept = {_name(project, path): _name(project, copy) for path, copy in keep_edited(project.built).items()}
    if kept:
        listed = ", ".join(f"{path} ({copy})" for path, copy in kept.items())
        output.notice(text("batch.models_by_hand", output.language, files=listed))
        output.document["models_by_hand"] = list(kept)
    if left := models_left(project.built):
        files = [_name(project, path) for path in left]
        output.notice(text("batch.models_left", output.language, files=", ".join(files)))
        output.document["models_left"] = files
    if old := [_name(project, path) for path in models_left_out(project.built, call.communities)]:
        say_left_out(output, old)
        output.document["models_left_out"] = old
    names = _named_models(project, project.write_models(), output)
    call.made.files.extend(ModelFiles(project.built))
    return names


def _name(project: Project, path: Path) -> str:
    """A file's name from the project's folder on."""
    return path.relative_to(project.folder).as_posix()


def _named_models(project: Project, changed: Iterable[Path], output: Output) -> list[str]:
    """Names of model files in the project's folder, told in the document too."""
    names = [p.relative_to(project.folder).as_posix() for p in changed]
    output.document["models"] = len(project.built.models)
    output.document["changed"] = names
    return names


def _note(call: Call) -> None:
    """Note what was said, for a later call that has nothing to do."""
    call.made.document = dict(call.output.document)
    call.made.errors = list(call.output.errors)


def made_runs(project: Project, call: Call) -> int:
    """Make the runs that are due and say what came of them; returns the exit code."""
    output = call.output
    runs = project.built.runs
    try:
        executor = cluster_executor(call.cluster) if call.cluster else None
    except ClusterError as error:
        raise RefusedError(text("batch.cluster", output.language, reason=error)) from None
    with (
        output.progress() as bar,
        batch_watch(project.files, runs, bar, output.events, output.language) as watch,
    ):
        table = project.run(
            jobs=call.jobs,
            progress=watch.progress,
            again=call.again,
            executor=executor,
            on_event=watch.event,
            on_due=watch.due,
            lang=output.language,
        )
    call.made.files.extend(stored_files([*runs, *begun_reference_runs(project.built, project.results).values()]))
    call.made.unfinished = any(run.run_id not in project.results.stored for run in runs)
    failed = table[table["status"] != "done"]
    for row in failed.itertuples():
        output.error(f"{row.run_id}: {row.message}")
    off = table["quality_error_percent"].astype(float).abs() > LIMIT_PERCENT
    for row in table[off & (table["status"] == "done")].itertuples():
        output.error(f"{row.run_id}: {row.message}")
    if len(failed):
        output.error(text("batch.repeat", output.language, count=len(failed)))
    output.say("ran", runs=len(table), failed=len(failed))
    output.say_of("batch", "made", made=watch.made, kept=len(table) - watch.made)
    output.frame("runs", table)
    return RUN_FAILED if len(failed) else DONE


def run_run(call: Call) -> int:
    """``spongecalc run`` on a project."""
    return _built_and_run(call, answered=False)


def run_all(call: Call) -> int:
    """``spongecalc all``."""
    return _built_and_run(call, answered=True)


def _built_and_run(call: Call, *, answered: bool) -> int:
    """Write the models, make the runs that are due and, if they are to be ``answered``, tables and report."""
    get_ready()
    output = call.output
    project = built_project(call)
    code = _findings_and_intake(project, output)
    refuse_unknown_communities(call, project)
    _write_models(project, call, output)
    failed = made_runs(project, call)
    failed = made_for_report(call, project) or failed
    unset = answer(project, call, with_report=True) if answered else DONE
    _note(call)
    return failed or unset or code


def answer(project: Project, call: Call, *, with_report: bool) -> int:
    """Assess and write; returns WRONG_USAGE where the report could not be set, else DONE."""
    with SideWorker(call.jobs) as beside:
        # It gets ready while this process assesses.
        pipeline.takes_part(project.built, beside).hold(*WRITERS)
        return _answer(project, call, beside, with_report=with_report)


def _answer(project: Project, call: Call, beside: SideWorker, *, with_report: bool) -> int:
    output, built = call.output, project.built
    with output.working("assess"):
        review = project.review(output.language, call.jobs)
        _keep_last_whole(project, output)
        call.made.files.extend(project.write_results(lang=output.language, beside=beside))
    if project.settings.sponge.continuous:
        call.made.files.extend(path for path in (continuous_path(built.checked.project),) if path.is_file())
    output.frame("communities", review.tables["communities"])
    _print_total(review, output)
    if (counts := settled_counts(review.tables))["compared"] or counts["open"]:
        output.say("settled", **counts)
    every = built.checked.layers.community_ids
    if len(project.communities) < len(every):
        output.say("partial", count=len(project.communities), total=len(every))
    call.made.more.extend(built.checked.measurements.files)
    call.made.more.append((removal_folder(built) / f"{TABLE}.csv").relative_to(project.folder).as_posix())
    output.say("results_written", folder=project.settings.results)
    if with_report:
        call.made.more.extend(pipeline.template_files(built))
        try:
            with output.working("report"):
                files = project.report(lang=output.language, beside=beside)
        except InstituteError as mistake:
            output.error(mistake.sentence(output.language))
            return WRONG_USAGE
        except MissingFontError as missing:
            output.error(text("cli.package_missing", output.language, package=missing.args[0]))
            return WRONG_USAGE
        call.made.files.extend(files)
        page = files[0]
        output.document["report"] = page.relative_to(project.folder).as_posix()
        output.say("report_written", path=page.relative_to(project.folder).as_posix())
    note_answered(project.results_folder, _unread_sources(project))
    return DONE


def _unread_sources(project: Project) -> list[tuple[str, str]]:
    """Layer and file of each source that could not be read."""
    return [(source.layer, source.file) for source in project.built.checked.layers.read if source.refused]


def _keep_last_whole(project: Project, output: Output) -> None:
    """Keep the last answers that have all their sources, and say where, if one can no longer be read."""
    refused = _unread_sources(project)
    kept = keep_last_whole(project.results_folder, project.folder / project.settings.report, refused)
    if kept is not None:
        output.document["last_whole"] = [", ".join(dict.fromkeys(f for _, f in refused)), _name(project, kept)]
        say_last_whole(output, output.document)


def runs_missing(call: Call, due: Sequence[str]) -> RefusedError:
    """The refusal of a command that needs runs which are not there."""
    sentence = text("cli.runs_due", call.output.language, count=len(due), first=due[0])
    return RefusedError(sentence, exit_code=RUN_FAILED)


REDUCED = "runoff_reduction_percent"


def _print_total(review: Review, output: Output) -> None:
    """The county's figures in the scenarios compared, a line each."""
    total = review.tables["communities"].iloc[-1].to_dict()
    names = dict(zip(("first", "last"), review.compared, strict=True))
    called = {s.name: s.called(output.language) for s in review.scenarios}
    words = {place: called[name] for place, name in names.items()}
    lines = (
        ("total_laid", ("storm_laid_m", "sewage_laid_m", "combined_laid_m")),
        ("total_separation", ("cross_connections_{s}",)),
        ("total_runoff", ("runoff_{s}_m3", REDUCED)),
        ("total_capture", ("capture_{s}_percent",)),
        ("total_ponding", ("ponding_{s}_m3", "households_relieved")),
    )
    for key, templates in lines:
        figures = {
            t.format(s=place): _figure(t, total.get(t.format(s=name)))
            for t in templates
            for place, name in names.items()
        }
        told = key
        if REDUCED in figures:
            fall = total.get(REDUCED)
            told = runoff_change.told(key, fall)
            figures[REDUCED] = _figure(REDUCED, runoff_change.size(fall))
        output.say(told, **figures, **words)
        if key == "total_laid" and (left_out := left_out_of(review.tables)) > 0:
            output.say("total_left_out", left_out_m=_figure("left_out_m", left_out))


def _figure(column: str, value: object) -> str:
    """A figure of the row TOTAL as the tables write it; a dash where it is not known."""
    return cell_text(column, value) or "-"


def run_assess(call: Call, *, with_report: bool) -> int:
    """``spongecalc assess`` and ``report``: from the runs that are on disk and still belong to the layers."""
    output = call.output
    project = built_project(call)
    due = project.due()
    if due:
        output.document["due"] = list(due)
        raise runs_missing(call, tuple(due))
    code = _findings_and_intake(project, output)
    references = begun_reference_runs(project.built, project.results)
    call.made.files.extend(stored_files([*project.built.runs, *references.values()]))
    unset = answer(project, call, with_report=with_report)
    _note(call)
    failed = any(r.status != "done" for r in project.results.values())
    return RUN_FAILED if failed else unset or code


def run_report(call: Call, *, with_report: bool) -> int:
    """``spongecalc report``."""
    return run_assess(call, with_report=with_report)
