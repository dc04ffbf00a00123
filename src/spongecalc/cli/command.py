"""A function becomes a command: it gets its options by name, a :class:`Call` to work on, and one end for all."""

from __future__ import annotations

import errno
import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo

from spongecalc.batch.cores import cores
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_line import SpokenCommand
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import RUN_FAILED, STOPPED
from spongecalc.cli.options import EVERYWHERE, FOLDER, JOBS, LANG, NAMED_FOLDER, Shared
from spongecalc.cli.spoken_language import spoken_language
from spongecalc.cli.write_fault import write_fault
from spongecalc.language import LANGUAGES, text

Work = Callable[..., int]


def command(app: typer.Typer, *shared: Shared, name: str | None = None) -> Callable[[Work], Work]:
    """Return a decorator that adds a function to ``app`` as a command with these options and its own.

    The function is given the call first, then what it takes for itself by the names of its own parameters, and
    returns the exit code. The command is named like the function, if no ``name`` is given; ``cli.command.NAME``
    in the catalogue says what it does.
    """

    def add(work: Work) -> Work:
        hints = get_type_hints(work, include_extras=True)
        own = [
            Shared(p.name, hints[p.name], ... if p.default is p.empty else p.default)
            for p in list(inspect.signature(work).parameters.values())[1:]
        ]
        taken = [o for o in own if _is_argument(o)]
        # A folder that has to be named comes first, one that is here by default comes last.
        taken = [*(s for s in shared if s is NAMED_FOLDER), *taken, *(s for s in shared if s is FOLDER)]
        taken += [
            *(s for s in shared if s.name != FOLDER.name),
            *(o for o in own if not _is_argument(o)),
            *EVERYWHERE,
        ]

        @wraps(work)
        def run(ctx: typer.Context, **values: Any) -> None:
            call = _call_of(ctx, values)
            raise typer.Exit(_answered(call, work, {o.name: values[o.name] for o in own}))

        _declare(run, taken)
        app.command(name, cls=SpokenCommand)(run)
        return work

    return add


def declared(taken: tuple[Shared, ...]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a function of a context these options, as typer wants them declared."""

    def declare(function: Callable[..., None]) -> Callable[..., None]:
        _declare(function, list(taken))
        return function

    return declare


def _is_argument(option: Shared) -> bool:
    return get_origin(option.read) is Annotated and isinstance(get_args(option.read)[1], ArgumentInfo)


def _declare(function: Callable[..., None], taken: list[Shared]) -> None:
    """Give a function the signature that typer reads: the context, then the options in their order."""
    place = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("ctx", place, annotation=typer.Context)]
    for option in taken:
        default = inspect.Parameter.empty if option.default is ... else option.default
        parameters.append(inspect.Parameter(option.name, place, default=default, annotation=option.read))
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in parameters}


def _call_of(ctx: typer.Context, values: Mapping[str, Any]) -> Call:
    """A command's options as one value; what every command takes may also stand before it on the line."""
    before = ctx.parent.params if ctx.parent is not None else {}
    said = {option.name: values[option.name] or before.get(option.name) for option in EVERYWHERE}
    asked = said[LANG.name]
    if asked is not None and asked not in LANGUAGES:
        _refuse(ctx, LANG, "wants_language", asked)
    folder = values.get(FOLDER.name)
    language = spoken_language(asked, folder)
    output = Output(language, bool(said["quiet"]), bool(said["as_json"]), command=ctx.command.name or "")
    return Call(
        output,
        folder=folder or Path(),
        communities=tuple(values.get("community") or ()),
        scenario=values.get("scenario"),
        jobs=_jobs(ctx, values["jobs"]) if JOBS.name in values else 1,
        asked_language=asked,
        force=values.get("force", False),
        failed=values.get("failed", False),
        dry_run=values.get("dry_run", False),
        cluster=values.get("cluster"),
    )


def _jobs(ctx: typer.Context, given: str | None) -> int:
    """The number of worker processes: all cores where none is given."""
    if given is None:
        return cores()
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0):
        _refuse(ctx, JOBS, "wants_number", given)
    return int(given[:9])


def _refuse(ctx: typer.Context, option: Shared, wants: str, given: str) -> None:
    """Refuse the value of an option. Raises the error that is answered like any other mistake on the line."""
    flag = next(p.opts[0] for p in ctx.command.params if p.name == option.name)
    wanted = text(f"cli.usage.{wants}", ctx.obj.language)
    raise typer.BadParameter(
        text("cli.usage.bad_value", ctx.obj.language, option=flag, given=given, wanted=wanted), ctx=ctx
    )


def _answered(call: Call, work: Work, own: Mapping[str, object]) -> int:
    """Do a command's work and finish its output, however it ends; the exit code."""
    output = call.output
    try:
        code = work(call, **own)
    except RefusedError as refusal:
        for sentence in refusal.sentences:
            output.error(sentence)
        code = refusal.exit_code
    except KeyboardInterrupt:
        output.error(text("batch.stopped", output.language))
        code = STOPPED
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        _say_fault(call, error)
        code = RUN_FAILED
    try:
        output.finish(code)
    except OSError as error:  # a document that is sent to a full disk
        if error.errno == errno.EPIPE:
            raise
        output.as_json = False
        _say_fault(call, error)
        code = RUN_FAILED
    return code


def _say_fault(call: Call, error: OSError) -> None:
    """Say what cannot be written, where that can be written."""
    with suppress(OSError):
        call.output.error(write_fault(error, call.folder, call.output.language))
