"""Progress bars of a project's steps, at a terminal or in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from spongecalc.language import text
from spongecalc.progress import Progress, no_progress


@contextmanager
def progress_bars(language: str, console: Console) -> Iterator[Progress]:
    """A bar per step, which goes when all is done; yields what a step tells its progress to."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int, note: str = "") -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(text(f"cli.step_{step}", language), total=total, note="")
            bars.update(tasks[step], completed=done, total=total, note=escape(note))

        yield tell


@contextmanager
def watched(progress: bool | Progress, language: str) -> Iterator[Progress]:
    """Give a call the progress that it asks for: True shows bars, a function is told, False is silent."""
    if progress is True:
        with progress_bars(language, Console(stderr=True, emoji=False)) as tell:
            yield tell
    else:
        yield progress or no_progress
