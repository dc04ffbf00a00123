"""Commands that go deeper into one question, such as rain, standards, sponge, trace, separation and ponding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import Call
from spongecalc.cli.command import command
from spongecalc.cli.options import BATCH, COMMUNITY, FOLDER, JOBS, SCENARIO

app = typer.Typer()


@command(app, FOLDER)
def rain(
    call: Call,
    series: Annotated[Path | None, typer.Option("--series", metavar="FILE")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE")] = None,
) -> int:
    """Print design storms, the long series, the capture curve; no model is run."""
    from spongecalc.cli.rain import run_rain  # noqa: PLC0415

    return run_rain(call, series, plot)


@command(app, FOLDER)
def standards(call: Call) -> int:
    """Print how the values of the standards' tables are known, and which nobody has read."""
    from spongecalc.cli.standards import run_standards  # noqa: PLC0415

    return run_standards(call)


@command(app, FOLDER, COMMUNITY, JOBS)
def sponge(call: Call, continuous: Annotated[bool, typer.Option("--continuous")] = False) -> int:
    """Work out sponge performance by the volume method and tanks; with --continuous by SWMM over the series."""
    from spongecalc.cli.sponge import run_sponge  # noqa: PLC0415

    return run_sponge(call, continuous=continuous)


@command(app, FOLDER, SCENARIO)
def trace(call: Call, place: Annotated[str, typer.Argument(metavar="ID")]) -> int:
    """Trace a place upstream and downstream."""
    from spongecalc.cli.trace import run_trace  # noqa: PLC0415

    return run_trace(call, place)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS)
def separation(call: Call, week: Annotated[bool, typer.Option("--week")] = False) -> int:
    """Run each model with each cross-connection removed, which tells what it does by itself."""
    from spongecalc.cli.separation import run_separation  # noqa: PLC0415

    return run_separation(call, week=week)


@command(app, FOLDER, COMMUNITY, JOBS)
def evidence(call: Call) -> int:
    """Balance what sensors measured, set the model beside it, and search for a misconnection."""
    from spongecalc.cli.evidence import run_evidence  # noqa: PLC0415

    return run_evidence(call)


@command(app, FOLDER, COMMUNITY, JOBS)
def ponding(
    call: Call,
    storm: Annotated[list[str] | None, typer.Option("--storm", metavar="ID")] = None,
    causes: Annotated[bool, typer.Option("--causes")] = False,
    periods: Annotated[bool, typer.Option("--return-periods")] = False,
) -> int:
    """Run the flow over the ground coupled to the pipes (level 3); keep and report it."""
    from spongecalc.cli.ponding_command import run_ponding  # noqa: PLC0415

    return run_ponding(call, tuple(storm or ()), causes=causes, periods=periods)


@command(app, FOLDER, COMMUNITY, JOBS, *BATCH)
def sweep(call: Call, name: Annotated[str, typer.Argument(metavar="NAME")] = "") -> int:
    """Make one batch over storms, scenarios and parameters, and its table."""
    from spongecalc.cli import sweep as sweeping  # noqa: PLC0415

    if not name:
        return sweeping.run_sweeps(call)
    return sweeping.run_sweep(call, name) if call.dry_run else sweeping.sweep_what_is_due(call, name)
