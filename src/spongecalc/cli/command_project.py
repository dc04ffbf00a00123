"""A command's project: opened, checked and built, with what is wrong said on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE
from spongecalc.cli.incremental import language_of
from spongecalc.language import text
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.project.load import Project, ProjectError, load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

if TYPE_CHECKING:
    from spongecalc.cli.call import Call
    from spongecalc.steps.built import Built

SHOWN_SEVERITIES = ("error", "warning")


def opened_project(call: Call) -> tuple[Project | None, Output]:
    """The project, or None with the mistakes in its file printed."""
    output = Output(language_of(call), call.quiet, call.as_json)
    try:
        project = load_project(call.folder)
    except ProjectError as mistakes:
        for sentence in mistakes.sentences(output.language):
            output.error(sentence)
        output.finish()
        return None, output
    return project, output


def checked_layers(call: Call, project: Project, output: Output) -> Checked | None:
    """The project's checked layers; None where it has no such scenario or community, which is said then."""
    names = project.settings.scenario_names
    if call.scenario is not None and call.scenario not in names:
        listed = ", ".join(names)
        output.error(text("cli.unknown_scenario", output.language, name=call.scenario, known=listed))
        output.finish()
        return None
    with output.working("check"):
        checked = pipeline.check(project, call.communities, (call.scenario,) if call.scenario else ())
    known = set(checked.layers.community_ids)
    unknown = [c for c in call.communities if c not in known]
    if unknown:
        output.error(
            text(
                "cli.unknown_community",
                output.language,
                ids=", ".join(unknown),
                known=", ".join(sorted(known)) or "-",
            )
        )
        output.finish()
        return None
    return checked


def checked_project(call: Call, output: Output) -> Checked | None:
    """The project's checked layers; None where it cannot be read or has no such community, which is said then."""
    project, said = opened_project(call)
    if project is None:
        output.document.update(said.document)
        return None
    return checked_layers(call, project, output)


def built_project(call: Call) -> tuple[Built | None, Output]:
    """The models of the project's checked layers, or None with what keeps them from being made said."""
    project, output = opened_project(call)
    if project is None or (checked := checked_layers(call, project, output)) is None:
        return None, output
    with output.progress() as progress:
        return pipeline.build(checked, progress), output


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
