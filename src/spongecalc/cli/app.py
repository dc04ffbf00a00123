"""The commands: each a few lines that call the module of its own name when it is asked for."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command import command, declared
from spongecalc.cli.command_line import SpokenGroup, say_help
from spongecalc.cli.exit_codes import DONE, RUN_FAILED, WRONG_USAGE
from spongecalc.cli.layer_app import app as layer_app
from spongecalc.cli.options import BATCH, COMMUNITY, EVERYWHERE, FOLDER, FORCE, JOBS, SCENARIO
from spongecalc.cli.result_app import app as result_app
from spongecalc.cli.spoken_language import spoken_language
from spongecalc.cli.study_app import app as study_app
from spongecalc.cli.write_fault import write_fault
from spongecalc.language import text
from spongecalc.whole_file import OF_THE_DISK, UnreadableError

app = typer.Typer(
    cls=SpokenGroup, add_completion=False, invoke_without_command=True, pretty_exceptions_enable=False
)


@app.callback()
@declared(EVERYWHERE)
def line(ctx: typer.Context, **_: object) -> None:
    """Say what commands there are, where none is named."""
    if ctx.invoked_subcommand is None:
        say_help(ctx, WRONG_USAGE)
        raise typer.Exit(WRONG_USAGE)


def _do_due(name: str, call: Call, **options: bool) -> int:
    """Do what is due of a command. What it needs is imported when something is due."""
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    def work(given: Call) -> int:
        from spongecalc.cli import project_commands  # noqa: PLC0415

        exit_code: int = getattr(project_commands, f"run_{name}")(given, **options)
        return exit_code

    return do_what_is_due(name, call, work)


def _is_model(place: Path) -> bool:
    """Tell a file that is to be run as a SWMM model, whatever it turns out to be, from a project."""
    return place.suffix.lower() == ".inp" or (
        place.suffix.lower() != ".toml" and place.exists() and not place.is_dir()
    )


def _say_due(call: Call) -> int:
    """Say what is due, and do nothing."""
    from spongecalc.cli.status import run_status  # noqa: PLC0415

    return run_status(call)


@command(app, FOLDER)
def init(call: Call) -> int:
    """Write a commented spongecalc.toml to start from."""
    from spongecalc.project.template import write_template  # noqa: PLC0415  imports only what a command needs

    path = call.folder / "spongecalc.toml"
    if path.exists():
        raise RefusedError(text("cli.init_exists", call.output.language, path=path))
    call.folder.mkdir(parents=True, exist_ok=True)
    write_template(path)
    call.output.say("init_done", path=path)
    call.output.document["file"] = path.as_posix()
    return DONE


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS)
def check(
    call: Call,
    fix: Annotated[bool, typer.Option("--fix")] = False,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> int:
    """Read the layers and say what is wrong with them."""
    if again and not fix:
        raise RefusedError(text("cli.again_without_fix", call.output.language))
    if fix:
        from spongecalc.cli.source_commands import run_fix  # noqa: PLC0415

        return run_fix(call, again=again)
    from spongecalc.cli.project_commands import run_check  # noqa: PLC0415

    return run_check(call)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, FORCE)
def build(call: Call, only_check: Annotated[bool, typer.Option("--check")] = False) -> int:
    """Write the SWMM models."""
    if only_check:
        from spongecalc.cli.project_commands import run_build  # noqa: PLC0415

        return run_build(call, only_check=True)
    return _do_due("build", call, only_check=False)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, *BATCH)
def run(
    call: Call,
    time_limit: Annotated[str | None, typer.Option("--time-limit", metavar="SECONDS")] = None,
    allow_writing: Annotated[bool, typer.Option("--allow-writing")] = False,
) -> int:
    """Build the models and make the runs that are due; or run any SWMM file."""
    if _is_model(call.folder):
        from spongecalc.cli.foreign import run_foreign  # noqa: PLC0415

        return run_foreign(call, time_limit=time_limit, allow_writing=allow_writing)
    if time_limit is not None or allow_writing:
        raise RefusedError(text("cli.for_a_model_only", call.output.language))
    return _say_due(call) if call.dry_run else _do_due("run", call)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, FORCE)
def assess(call: Call) -> int:
    """Write results/*.csv from runs already made."""
    return _do_due("assess", call, with_report=False)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, FORCE)
def report(call: Call) -> int:
    """Write results/*.csv and the report from runs already made."""
    return _do_due("report", call, with_report=True)


@command(app, FOLDER, COMMUNITY, SCENARIO, JOBS, *BATCH, name="all")
def everything(call: Call) -> int:
    """Check, build, run, assess and report: what is due of it."""
    return _say_due(call) if call.dry_run else _do_due("all", call)


@command(app, FOLDER, COMMUNITY)
def status(call: Call) -> int:
    """Say what is due and why, and do nothing."""
    return _say_due(call)


@command(app, FOLDER, COMMUNITY, FORCE)
def store(call: Call) -> int:
    """Write the results of the runs as Parquet files for other tools."""
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    def work(given: Call) -> int:
        from spongecalc.cli.store import run_store  # noqa: PLC0415

        return run_store(given)

    return do_what_is_due("store", call, work)


@command(app)
def version(call: Call) -> int:
    """Print the version."""
    from spongecalc import __version__  # noqa: PLC0415

    call.output.sentence(__version__)
    call.output.document["version"] = __version__
    return DONE


for group in (layer_app, study_app, result_app):
    app.add_typer(group)


def main() -> None:
    """Entry point of the command ``spongecalc``."""
    # A redirected stream on a Chinese Windows is GBK, which cannot hold every character of a name.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        try:
            app()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except OSError as error:
        if _is_of_output(error):
            _end_without_output(error)
        _end(error)


def _is_of_output(error: OSError) -> bool:
    """True for an error of what is printed to: it bears no file's name."""
    return error.filename is None and error.errno in {*OF_THE_DISK, errno.EPIPE, errno.EBADF}


def _end_without_output(error: OSError) -> NoReturn:
    """End where the disk that the output goes to is full, or nobody reads it: in a sentence."""
    # What Python would try once more at its end has nowhere to go. A stream that stands in for it may be no file.
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        raise SystemExit(RUN_FAILED) from None
    _end(error)


def _end(error: OSError) -> NoReturn:
    """End in a sentence. A file that is named was to be read: what commands write they answer for themselves."""
    if error.filename is not None:
        error = UnreadableError(error.errno, error.strerror or str(error), error.filename)
    with suppress(OSError, ValueError, AttributeError):
        print(write_fault(error, Path(), spoken_language(None, None)), file=sys.stderr)
    raise SystemExit(RUN_FAILED) from None
