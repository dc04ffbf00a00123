"""Commands on results that are there: where a figure comes from, what differs, a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import Call
from spongecalc.cli.command import command
from spongecalc.cli.options import FOLDER

app = typer.Typer()


@command(app, FOLDER)
def explain(call: Call, address: Annotated[str, typer.Argument(metavar="TABLE:ROW:COLUMN")]) -> int:
    """Say where a figure comes from: communities.csv:EY03:ponding_after_m3; of any scenario: answers.csv:..."""
    from spongecalc.cli.explaining import run_explain  # noqa: PLC0415

    return run_explain(call, address)


@command(app)
def compare(
    call: Call,
    a: Annotated[Path, typer.Argument(metavar="A")],
    b: Annotated[Path | None, typer.Argument(metavar="B")] = None,
    scenarios: Annotated[tuple[str, str] | None, typer.Option("--scenarios", metavar="NAME NAME")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE")] = None,
) -> int:
    """Put two results, or two scenarios of one, side by side, with what differs."""
    from spongecalc.cli.comparing import run_compare  # noqa: PLC0415

    return run_compare(call, a, b, scenarios, out)


@command(app)
def template(
    call: Call,
    template_folder: Annotated[Path, typer.Argument(metavar="FOLDER")] = Path("report_template"),
) -> int:
    """Write a report template for an institute to change."""
    from spongecalc.cli.templating import run_template  # noqa: PLC0415

    return run_template(call, template_folder)
