"""The words of a command: texts in the user's language, tables, progress bars; or JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spongecalc.api.progress_bars import progress_bars
from spongecalc.language import text
from spongecalc.progress import Progress as StepProgress
from spongecalc.progress import no_progress

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 40


# A pipe or a file has no width: wide enough for a finding on few lines, whatever reads it.
FILE_WIDTH = 240


def _console(*, stderr: bool = False) -> Console:
    # Without emoji: the address communities.csv:A:ponding_m3 holds ":A:", which rich takes for a picture.
    console = Console(stderr=stderr, emoji=False)
    return console if console.is_terminal else Console(stderr=stderr, width=FILE_WIDTH, emoji=False)


@dataclass
class Output:
    """The outlet of a command's words: as they come, or as one JSON document at its end.

    ``document`` gathers what the command itself has to say there; ``command``, ``exit_code`` and ``errors`` stand
    above it in every document, whether all went well, the data has errors or the line was not understood.
    """

    language: str
    quiet: bool = False
    as_json: bool = False
    command: str = ""
    document: dict[str, object] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def _silent(self) -> bool:
        return self.quiet or self.as_json

    @property
    def events(self) -> TextIO | None:
        """The stream for lines of JSON while a batch works: standard error with --json, else none."""
        return sys.stderr if self.as_json else None

    def say(self, key: str, **params: object) -> None:
        """Print a sentence of the catalogue ``cli``, unless quiet."""
        self.say_of("cli", key, **params)

    def say_of(self, part: str, key: str, **params: object) -> None:
        """Print a sentence of a catalogue, unless quiet."""
        if not self._silent:
            _console().print(escape(text(f"{part}.{key}", self.language, **params)), highlight=False)

    def sentence(self, words: str) -> None:
        """Print a sentence that is already in the user's language, unless quiet."""
        if not self._silent:
            _console().print(escape(words), highlight=False, soft_wrap=True)

    def error(self, sentence: str) -> None:
        """Print a sentence on standard error, whether quiet or not; with --json it is in the document."""
        self.errors.append(sentence)
        if not self.as_json:
            _console(stderr=True).print(escape(sentence), style="red", highlight=False)

    def notice(self, sentence: str) -> None:
        """Print on standard error what is no error of the command's, unless quiet."""
        if not self._silent:
            _console(stderr=True).print(escape(sentence), highlight=False)

    def table(self, title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, unless quiet; rows beyond a screenful are counted, not printed."""
        if self._silent:
            return
        shown = Table(title=escape(title), title_justify="left", header_style="bold")
        for header in headers:
            shown.add_column(escape(header), overflow="fold")
        for row in rows[:MOST_ROWS]:
            shown.add_row(*(escape(str(cell)) for cell in row))
        _console().print(shown)
        if len(rows) > MOST_ROWS:
            self.say("more_rows", count=len(rows) - MOST_ROWS)

    def frame(self, name: str, table: pd.DataFrame) -> None:
        """Put a frame into the JSON document."""
        self.document[name] = [{str(k): _plain(v) for k, v in row.items()} for row in table.to_dict("records")]

    def finish(self, exit_code: int) -> None:
        """Print the JSON document, if asked for."""
        if self.as_json:
            always = {"command": self.command, "exit_code": exit_code, "errors": self.errors}
            print(json.dumps(always | self.document, ensure_ascii=False, indent=1))

    @contextmanager
    def working(self, step: str) -> Iterator[None]:
        """A sign of life during a step that cannot count what it does; nothing when quiet or no terminal."""
        console = _console(stderr=True)
        if self._silent or not console.is_terminal:
            yield
            return
        with console.status(text(f"cli.step_{step}", self.language)):
            yield

    @contextmanager
    def progress(self) -> Iterator[StepProgress]:
        """A progress bar per step on standard error; nothing when quiet or not at a terminal."""
        console = Console(stderr=True, emoji=False)
        if self._silent or not console.is_terminal:
            yield no_progress
            return
        with progress_bars(self.language, console) as tell:
            yield tell


def _plain(value: object) -> object:
    """A value as JSON has it: no NaN, no numpy types."""
    if value is None or type(value).__name__ == "NAType":
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """A mapping as JSON has it."""
    return {key: _plain(value) for key, value in values.items()}
