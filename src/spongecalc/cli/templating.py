"""``spongecalc template``: a report template for a design institute to change."""

from __future__ import annotations

from pathlib import Path

from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, WRONG_USAGE
from spongecalc.language import text
from spongecalc.report.render.template_folder import write_template


def run_template(folder: Path, language: str, *, quiet: bool) -> int:
    """Copy the package's template into a folder; files that are there stay as they are."""
    output = Output(language, quiet)
    try:
        written = write_template(folder)
    except OSError as reason:
        output.error(text("template.unreadable", language, file=folder, folder=folder, reason=reason.strerror))
        return WRONG_USAGE
    if not written:
        output.sentence(text("template.kept", language, folder=folder))
        return DONE
    names = ", ".join(p.name for p in written)
    output.sentence(text("template.written", language, folder=folder.as_posix(), files=names))
    return DONE
