"""The help of a command, in one language: how it is used, what it does, what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from spongecalc.cli.usage_errors import shown_name
from spongecalc.language import text


@dataclass(frozen=True)
class Entry:
    """A line of help: a command, an argument or an option, the kind of its value, and its words."""

    name: str
    value: str
    words: str


@dataclass(frozen=True)
class HelpPage:
    """The help of a command; texts are plain, so that brackets in them are brackets."""

    language: str
    usage: str
    about: str
    arguments: tuple[Entry, ...]
    options: tuple[Entry, ...]
    commands: tuple[Entry, ...]

    def document(self) -> dict[str, object]:
        """Return the page for programs."""
        return asdict(self)

    def draw(self) -> None:
        """Print the page on standard output."""
        console = Console(highlight=False, emoji=False)
        console.print()
        for line in (self.usage, self.about):
            console.print(Text(line), soft_wrap=False)
            console.print()
        for part in ("arguments", "options", "commands"):
            entries: Sequence[Entry] = getattr(self, part)
            if entries:
                console.print(
                    Panel(_rows(entries), title=Text(self._title(part)), title_align="left", border_style="dim")
                )

    def _title(self, part: str) -> str:
        return text(f"cli.help.{part}", self.language)


def _rows(entries: Sequence[Entry]) -> Table:
    """A table without lines; names and kinds of values are never broken."""
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="bold cyan", no_wrap=True)
    valued = any(entry.value for entry in entries)
    if valued:
        rows.add_column(style="yellow", no_wrap=True)
    rows.add_column(ratio=1)
    for entry in entries:
        cells = (entry.name, entry.value, entry.words) if valued else (entry.name, entry.words)
        rows.add_row(*(Text(cell) for cell in cells))
    return rows


def help_page(ctx: Any, language: str) -> HelpPage:
    """Return the help of the command that a context of typer is of."""
    command = ctx.command
    commands = getattr(command, "commands", {})
    arguments = _params(ctx, "argument")
    return HelpPage(
        language,
        usage_line(ctx, language),
        text("cli.about", language) if commands else text(f"cli.command.{command.name}", language),
        tuple(Entry(shown_name(p), "", _words(p, "argument", language)) for p in arguments),
        tuple(Entry(", ".join(p.opts), _value(p), _words(p, "option", language)) for p in _params(ctx, "option")),
        tuple(Entry(name, "", text(f"cli.command.{name}", language)) for name in commands),
    )


def _params(ctx: Any, kind: str) -> list[Any]:
    return [p for p in ctx.command.get_params(ctx) if p.param_type_name == kind]


def usage_line(ctx: Any, language: str) -> str:
    """Return the form of a command's line, which help and mistakes begin with."""
    pieces = [ctx.command_path, f"[{text('cli.help.some_options', language)}]"]
    for argument in _params(ctx, "argument"):
        name = shown_name(argument) + ("..." if argument.nargs == -1 else "")
        pieces.append(name if argument.required else f"[{name}]")
    if getattr(ctx.command, "commands", {}):
        pieces.append(text("cli.help.command_and_its", language))
    return text("cli.help.usage", language, line=" ".join(pieces))


def _value(param: Any) -> str:
    return "" if param.is_flag else str(param.metavar or "")


def _words(param: Any, kind: str, language: str) -> str:
    words = text(f"cli.{kind}.{param.name}", language)
    default = param.default
    if default == Path():
        words += text("cli.help.default_here", language)
    elif isinstance(default, str | Path) and default != "":
        words += text("cli.help.default", language, value=default)
    return words + text("cli.help.required", language) if param.required else words
