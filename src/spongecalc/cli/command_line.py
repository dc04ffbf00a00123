"""The line as a whole: its help and its mistakes answered in the user's language, and as JSON where asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DONE, STOPPED, WRONG_USAGE
from spongecalc.cli.help_page import help_page, usage_line
from spongecalc.cli.spoken_language import asked_language, spoken_language
from spongecalc.cli.usage_errors import USAGE_ERROR, usage_sentence
from spongecalc.language import text
from spongecalc.project.address_password import holds_password


@dataclass(frozen=True)
class Manner:
    """The manner in which to answer a line, seen before it is understood: its language, and JSON or not."""

    language: str
    as_json: bool


def manner_of(words: Sequence[str]) -> Manner:
    """Return how to answer a line that may turn out to be wrong."""
    return Manner(spoken_language(asked_language(words)), "--json" in words)


def say_help(ctx: Any, exit_code: int = DONE) -> None:
    """Print the help of a command or of the line, as a page or as a JSON document."""
    page = help_page(ctx, ctx.obj.language)
    output = Output(ctx.obj.language, as_json=ctx.obj.as_json, command=command_name(ctx))
    output.document["help"] = page.document()
    if not output.as_json:
        page.draw()
    output.finish(exit_code)


def command_name(ctx: Any) -> str:
    """Return the name of the command that a context is of; nothing for the line before a command."""
    return ctx.info_name if ctx is not None and ctx.parent is not None else ""


@contextmanager
def _placed(ctx: Any) -> Iterator[None]:
    """Usage errors know the command that they are of: not all that typer raises do."""
    try:
        yield
    except USAGE_ERROR as error:
        error.ctx = error.ctx or ctx
        raise


class SpokenCommand(TyperCommand):
    """A command that says its help and its mistakes in the user's language."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take a command's options and arguments from the line. Raises a usage error where more is on it."""
        ctx.allow_extra_args = True
        with _placed(ctx):
            rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise USAGE_ERROR(text("cli.usage.extra", ctx.obj.language, given=" ".join(rest)), ctx=ctx)
        return rest

    def get_help(self, ctx: Any) -> str:
        """Print the help; returns nothing that is left to print."""
        say_help(ctx)
        raise typer.Exit(DONE)


class SpokenGroup(TyperGroup):
    """The commands as a whole, answering for all of them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take what stands before the command from the line."""
        with _placed(ctx):
            return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Print the help; returns nothing that is left to print."""
        say_help(ctx)
        raise typer.Exit(DONE)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the line names. Raises a usage error that names those close to an unknown one."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = get_close_matches(name, list(self.commands))
            key = "no_command_possibly" if close else "no_command"
            raise USAGE_ERROR(
                text(f"cli.usage.{key}", ctx.obj.language, name=name, possible=", ".join(close)), ctx=ctx
            )
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *given: Any, **more: Any) -> Any:
        """Run the line and end the process with its exit code."""
        line = sys.argv[1:] if args is None else args
        manner = manner_of(line)
        if any(holds_password(words) for words in (*line, " ".join(line))):
            # Before the line is understood: what is wrong with a word is said with the word.
            answer_password(manner)
        more["standalone_mode"] = False
        try:
            code = super().main(args, *given, obj=manner, **more)
        except USAGE_ERROR as error:
            answer_mistake(error, manner)
            code = error.exit_code
        except typer.Abort:  # what typer makes of Ctrl-C
            code = STOPPED
        sys.exit(code)


def answer_password(manner: Manner) -> NoReturn:
    """Refuse a line that holds a password, which every user of the machine can read, and repeat nothing of it."""
    output = Output(manner.language, as_json=manner.as_json)
    output.error(text("survey.password_in_url", manner.language))
    output.finish(WRONG_USAGE)
    sys.exit(WRONG_USAGE)


def answer_mistake(error: Any, manner: Manner) -> None:
    """Say what is wrong with a line: on standard error with how it is used, or as a JSON document."""
    ctx = getattr(error, "ctx", None)
    output = Output(manner.language, as_json=manner.as_json, command=command_name(ctx))
    if ctx is not None and not output.as_json:
        output.notice(usage_line(ctx, manner.language))
    output.error(usage_sentence(error, manner.language))
    if ctx is not None and not output.as_json:
        output.notice(text("cli.usage.see_help", manner.language, command=f"{ctx.command_path} --help"))
    output.finish(error.exit_code)
