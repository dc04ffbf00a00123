"""``spongecalc export``: the pipe network for other programs, as LandXML and IFC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import checked_project, print_findings, say_closed_intake
from spongecalc.cli.exit_codes import DATA_ERRORS
from spongecalc.export.forms import FORMS, WRITTEN_COLUMNS
from spongecalc.export.ifc_document import MissingIfcError
from spongecalc.language import text
from spongecalc.language.unknown_name import UnknownNameError, known_names
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.wording import Wording
from spongecalc.steps.export import NoPipeError
from spongecalc.steps.intake import intake_of_check


def run_export(call: Call, forms: Sequence[str], into: Path | None) -> int:
    """Write the network in the forms asked for, and say what is in the files and what is not."""
    output, lang = call.output, call.output.language
    try:
        known_names("export_format", forms or None, FORMS, lang)
    except UnknownNameError as unknown:
        raise RefusedError(unknown.sentence(lang)) from None
    project = checked_project(call)
    code = print_findings(project.checked.findings, output)
    say_closed_intake(intake_of_check(project.checked), output)
    try:
        with output.working("export"):
            done = project.export(
                into, scenario=call.scenario, communities=call.communities or None, forms=forms or None
            )
    except MissingIfcError:
        raise RefusedError(text("export.no_ifc", lang)) from None
    except NoPipeError as empty:
        asked = ", ".join(call.communities) or project.name
        raise RefusedError(
            text("export.no_pipe", lang, scenario=empty, communities=asked), exit_code=DATA_ERRORS
        ) from None
    words = Wording(lang, project.settings.catalogue)
    headings = [text(f"export.column.{c}", lang) for c in WRITTEN_COLUMNS]
    rows = [
        [
            row.form,
            coded("system", row.system, words),
            coded("status", row.status, words),
            row.nodes,
            row.pipes,
            cell_text("length_m", row.length_m),
        ]
        for row in done.written.itertuples()
    ]
    output.table(text("export.written", lang), headings, rows)
    for row in done.left_out.itertuples():
        where = f"{row.file} {row.layer} {row.feature_id or row.file_row}"
        form = row.form or text("export.any_form", lang)
        reason = text(f"export.reason.{row.reason}", lang)
        output.error(text("export.left_out", lang, where=where, form=form, reason=reason))
    if done.not_written:
        counted = ", ".join(f"{words.name('layer', layer)} {n}" for layer, n in done.not_written.items())
        output.say_of("export", "not_written", layers=counted)
    for file in done.files:
        output.sentence(text("export.file", lang, file=file.as_posix()))
    output.document["written"] = [file.as_posix() for file in done.files]
    output.document["not_written"] = dict(done.not_written)
    output.frame("network", done.written)
    output.frame("left_out", done.left_out)
    return DATA_ERRORS if len(done.left_out) else code
