"""A command's project: opened, checked and built, with what is wrong said on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spongecalc.cli.call import RefusedError
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE
from spongecalc.language import text
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.project.load import Project, ProjectError, load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

if TYPE_CHECKING:
    from spongecalc.cli.call import Call
    from spongecalc.steps.built import Built

SHOWN_SEVERITIES = ("error", "warning")


def opened_project(call: Call) -> Project:
    """The project. Raises RefusedError with the mistakes in its file."""
    try:
        return load_project(call.folder)
    except ProjectError as mistakes:
        raise RefusedError(*mistakes.sentences(call.output.language)) from None


def wanted_scenarios(call: Call, project: Project) -> tuple[str, ...]:
    """The scenario asked for, or none for all. Raises RefusedError for one that the project does not have."""
    if call.scenario is None:
        return ()
    known = project.settings.scenario_names
    if call.scenario not in known:
        listed = ", ".join(known)
        raise RefusedError(text("cli.unknown_scenario", call.output.language, name=call.scenario, known=listed))
    return (call.scenario,)


def checked_layers(call: Call, project: Project) -> Checked:
    """The project's checked layers. Raises RefusedError where a named community or scenario does not exist."""
    scenarios = wanted_scenarios(call, project)
    with call.output.working("check"):
        checked = pipeline.check(project, call.communities, scenarios)
    known = set(checked.layers.community_ids)
    unknown = [c for c in call.communities if c not in known]
    if unknown:
        listed = ", ".join(sorted(known)) or "-"
        ids = ", ".join(unknown)
        raise RefusedError(text("cli.unknown_community", call.output.language, ids=ids, known=listed))
    return checked


def checked_project(call: Call) -> Checked:
    """The project's checked layers. Raises RefusedError where it cannot be read or has no such community."""
    return checked_layers(call, opened_project(call))


def built_from(call: Call, checked: Checked) -> Built:
    """The models of checked layers, with the progress shown."""
    with call.output.progress() as progress:
        return pipeline.build(checked, progress)


def built_project(call: Call) -> Built:
    """The models of the project's checked layers. Raises RefusedError with what keeps them from being made."""
    return built_from(call, checked_project(call))


def print_findings(findings: Sequence[Finding], output: Output) -> int:
    """Print findings, errors also where quiet was asked for; returns DATA_ERRORS if there is one."""
    table = findings_table(findings, output.language)
    counts = table["severity"].value_counts()
    shown = table[table["severity"].isin(SHOWN_SEVERITIES)]
    errors = table[table["severity"] == "error"]
    if output.quiet:
        for row in errors.itertuples():
            where = " ".join(str(p) for p in (row.file, row.layer, row.feature_id) if p)
            output.error(f"{where}: {row.message} {row.action}")
    headers = [text(f"cli.column_{c}", output.language) for c in ("severity", "where", "message", "action")]
    rows = [
        (
            text(f"cli.severity_{r.severity}", output.language),
            " ".join(str(p) for p in (r.community_id, r.file, r.layer, r.feature_id) if p),
            r.message,
            r.action,
        )
        for r in shown.itertuples()
    ]
    if rows:
        output.table(text("cli.findings", output.language), headers, rows)
    output.say(
        "finding_counts",
        errors=int(counts.get("error", 0)),
        warnings=int(counts.get("warning", 0)),
        infos=int(counts.get("info", 0)),
    )
    output.frame("findings", table)
    return DATA_ERRORS if len(errors) else DONE
