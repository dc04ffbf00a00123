"""A command's project: opened, checked and built, with what is wrong said on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spongecalc.api.project import Project, open_project
from spongecalc.cli.call import RefusedError
from spongecalc.cli.console import MOST_ROWS, Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE
from spongecalc.intake.ledger import ADDED, LEFT_OUT, NOT_ASKED, READ, TAKEN, IntakeLedger
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError
from spongecalc.layers.carried_files import series_files
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.layers.source_read import Amount
from spongecalc.project.load import ProjectError

if TYPE_CHECKING:
    from spongecalc.cli.call import Call

SHOWN_SEVERITIES = ("error", "warning")


def opened_project(call: Call) -> Project:
    """The project. Raises RefusedError with the mistakes in its file, or where it has no such scenario."""
    try:
        return open_project(call.folder, communities=call.communities or None, scenarios=call.scenario)
    except ProjectError as mistakes:
        raise RefusedError(*mistakes.sentences(call.output.language)) from None
    except UnknownNameError as unknown:
        raise RefusedError(unknown.sentence(call.output.language)) from None


def checked_project(call: Call) -> Project:
    """The project with its layers checked. Raises RefusedError as the two steps of it do."""
    return with_checked_layers(call, opened_project(call))


def with_checked_layers(call: Call, project: Project) -> Project:
    """An opened project with its layers checked. Raises RefusedError where it has no such community."""
    try:
        with call.output.working("check"):
            project.checked  # noqa: B018  worked out here, and kept
    except UnknownNameError as unknown:
        raise RefusedError(unknown.sentence(call.output.language)) from None
    call.made.more.extend(series_files(project.checked.project))
    return project


def with_models(call: Call, project: Project) -> Project:
    """A project with its models made, with the progress shown."""
    with call.output.progress() as progress:
        project.build(progress)
    return project


def built_project(call: Call) -> Project:
    """The project with its models made. Raises RefusedError with what keeps them from being made."""
    return with_models(call, checked_project(call))


def print_findings(findings: Sequence[Finding], output: Output) -> int:
    """Print findings, errors also where quiet was asked for; returns DATA_ERRORS if there is one."""
    table = findings_table(findings, output.language)
    counts = table["severity"].value_counts()
    shown = table[table["severity"].isin(SHOWN_SEVERITIES)]
    errors = table[table["severity"] == "error"]
    if output.quiet:
        for row in errors.head(MOST_ROWS).itertuples():
            where = " ".join(str(p) for p in (row.file, row.layer, row.feature_id) if p)
            output.error(f"{where}: {row.message} {row.action}")
        if len(errors) > MOST_ROWS:
            output.error(text("cli.more_rows", output.language, count=len(errors) - MOST_ROWS))
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


def say_closed_intake(ledger: IntakeLedger, output: Output) -> None:
    """Say the ledger of intake. Raises RefusedError where it does not close: something was lost on the way."""
    if say_intake(ledger, output):
        raise RefusedError(text("intake.not_closed", output.language), exit_code=DATA_ERRORS)


def say_intake(ledger: IntakeLedger, output: Output) -> int:
    """Say what was read, what the models take of it, and why the rest is left out.

    Returns DATA_ERRORS where something that was read is neither taken nor told of, else DONE.
    """
    output.frame("intake", ledger.table)
    read, taken = ledger.total(READ), ledger.total(TAKEN)
    left, unasked = ledger.total(LEFT_OUT), ledger.total(NOT_ASKED)
    added = ledger.total(*(fate for fate in ADDED if fate != READ))
    output.say_of("intake", "read", **_amounts(read))
    if added.count or abs(added.length_m) >= 0.005 or abs(added.area_m2) >= 0.005:
        output.say_of("intake", "added", **_amounts(added))
    output.say_of("intake", "taken", **_amounts(taken))
    if left.count:
        reasons = ", ".join(f"{rule} {count}" for rule, count in ledger.reasons().items())
        output.say_of("intake", "left_out", reasons=reasons, **_amounts(left))
    if unasked.count:
        output.say_of("intake", "not_asked", **_amounts(unasked))
    for layer, file, missing in ledger.open:
        words = _amounts(missing)
        output.error(text("intake.open", output.language, layer=layer, file=file, **words))
    return DONE if ledger.closes else DATA_ERRORS


def _amounts(amount: Amount) -> dict[str, object]:
    return {"count": amount.count, "length": f"{amount.length_m:.2f}", "area": f"{amount.area_m2:.2f}"}
