"""``spongecalc template``: a report template for a design institute to change."""

from __future__ import annotations

from pathlib import Path

from spongecalc.cli.call import Call
from spongecalc.cli.exit_codes import DONE
from spongecalc.language import text
from spongecalc.report.render.template_folder import write_template


def run_template(call: Call, folder: Path) -> int:
    """Copy the package's template into a folder; files that are there stay as they are."""
    output, language = call.output, call.output.language
    written = write_template(folder)
    output.document["files"] = [path.as_posix() for path in written]
    if not written:
        output.sentence(text("template.kept", language, folder=folder))
        return DONE
    names = ", ".join(p.name for p in written)
    output.sentence(text("template.written", language, folder=folder.as_posix(), files=names))
    return DONE
