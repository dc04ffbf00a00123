"""The call of a command: its options, its output, and a note of what it has made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import WRONG_USAGE


class RefusedError(Exception):
    """The end of a command that cannot go on: why, in sentences of the user's language, and its exit code."""

    def __init__(self, *sentences: str, exit_code: int = WRONG_USAGE) -> None:
        super().__init__(*sentences)
        self.sentences = sentences
        self.exit_code = exit_code


@dataclass
class Made:
    """A note of what a command has made: gathered at work, kept so that a later call can see that it still is.

    ``files`` it wrote or found as they should be; ``more`` files that were read though the settings do not
    name them; ``unfinished`` where something has to be done again, whatever the digests say.
    """

    files: list[Path] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    document: dict[str, object] = field(default_factory=dict)
    unfinished: bool = False


@dataclass(frozen=True)
class Call:
    """A command's options as one value, and the output that it answers with.

    ``asked_language`` is the one of --lang; the output speaks it, or else the project's or the system's.
    """

    output: Output
    folder: Path = Path()
    communities: tuple[str, ...] = ()
    scenario: str | None = None
    jobs: int = 1
    asked_language: str | None = None
    force: bool = False
    failed: bool = False
    dry_run: bool = False
    cluster: str | None = None
    made: Made = field(default_factory=Made)

    @property
    def again(self) -> Literal["nothing", "failed", "all"]:
        """The runs to make though they have been made before: "nothing", "failed" or "all"."""
        return "all" if self.force else "failed" if self.failed else "nothing"

    @property
    def insists(self) -> bool:
        """True where something is to be done although nothing may be due."""
        return self.force or self.failed
