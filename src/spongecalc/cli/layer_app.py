"""Commands on the layers themselves, without a run: sources, the bill, the design, claims and changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import Call
from spongecalc.cli.command import command
from spongecalc.cli.options import COMMUNITY, FOLDER, NAMED_FOLDER, SCENARIO

app = typer.Typer()


@command(app)
def sources(call: Call, source: Annotated[str, typer.Argument(metavar="SOURCE")]) -> int:
    """Say what a file or database holds, and draft a mapping."""
    from spongecalc.cli.source_commands import run_sources  # noqa: PLC0415

    return run_sources(call, source)


@command(app)
def roundtrip(
    call: Call,
    model: Annotated[Path, typer.Argument(metavar="MODEL")],
    keep: Annotated[Path | None, typer.Option("--keep", metavar="FILE")] = None,
) -> int:
    """Read a SWMM model into layers, build it again, and hold both runs side by side."""
    from spongecalc.cli.roundtrip import run_roundtrip  # noqa: PLC0415

    return run_roundtrip(call, model, keep)


@command(app, FOLDER)
def publish(
    call: Call,
    to: Annotated[str, typer.Option("--to", metavar="URL")] = "",
    schema: Annotated[str, typer.Option("--schema", metavar="NAME")] = "spongecalc",
) -> int:
    """Write results into a PostGIS database."""
    from spongecalc.cli.publishing import run_publish  # noqa: PLC0415

    return run_publish(call, to, schema)


@command(app, FOLDER, COMMUNITY)
def quantities(call: Call) -> int:
    """Write the bill of quantities, its ledger and workbook; no runs needed."""
    from spongecalc.cli.bill_commands import run_quantities  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    return do_what_is_due("quantities", call, run_quantities)


@command(app, FOLDER, COMMUNITY)
def design(call: Call) -> int:
    """Check the design against the limits of the standards."""
    from spongecalc.cli.bill_commands import run_design  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    return do_what_is_due("design", call, run_design)


@command(app, FOLDER, COMMUNITY, SCENARIO)
def export(
    call: Call,
    form: Annotated[list[str] | None, typer.Option("--format", metavar="landxml|ifc")] = None,
    into: Annotated[Path | None, typer.Option("--into", metavar="FOLDER")] = None,
) -> int:
    """Write the pipe network for other programs, as LandXML and IFC."""
    from spongecalc.cli.export_command import run_export  # noqa: PLC0415

    return run_export(call, form or [], into)


@command(app, NAMED_FOLDER)
def claims(
    call: Call,
    files: Annotated[list[Path], typer.Argument(metavar="FILE")],
    field: Annotated[list[str] | None, typer.Option("--field", metavar="COLUMN=HEADING")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME")] = None,
) -> int:
    """Compare claimed lengths with the layers, feature by feature."""
    from spongecalc.cli.bill_commands import run_claims  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    return do_what_is_due("claims", call, lambda c: run_claims(c, files, field or [], sheet))


@command(app, NAMED_FOLDER, COMMUNITY)
def changes(call: Call, earlier: Annotated[Path, typer.Argument(metavar="EARLIER")]) -> int:
    """Say what changed since an earlier delivery of the layers."""
    from spongecalc.cli.bill_commands import run_changes  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    return do_what_is_due("changes", call, lambda c: run_changes(c, earlier))
