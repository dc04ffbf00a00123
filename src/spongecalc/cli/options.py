"""Every option that more than one command takes, declared once; their words are in language/cli.*.toml.

An option's name is that of a value in :class:`~spongecalc.cli.call.Call`; ``cli.option.NAME`` and
``cli.argument.NAME`` in the catalogue say what it is for. A function declares what its command alone takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer


@dataclass(frozen=True)
class Shared:
    """One option or argument: its name in the code, how typer reads it, and what it is where it is not given.

    ``default`` is Ellipsis where it has to be given.
    """

    name: str
    read: Any
    default: object = None


FOLDER = Shared("folder", Annotated[Path, typer.Argument(metavar="FOLDER")], Path())
NAMED_FOLDER = Shared("folder", FOLDER.read, ...)
COMMUNITY = Shared("community", Annotated[list[str] | None, typer.Option("--community", metavar="ID")])
SCENARIO = Shared("scenario", Annotated[str | None, typer.Option("--scenario", metavar="NAME")])
JOBS = Shared("jobs", Annotated[str | None, typer.Option("--jobs", metavar="N")])
FORCE = Shared("force", Annotated[bool, typer.Option("--force")], False)
FAILED = Shared("failed", Annotated[bool, typer.Option("--failed")], False)
DRY_RUN = Shared("dry_run", Annotated[bool, typer.Option("--dry-run")], False)
CLUSTER = Shared("cluster", Annotated[str | None, typer.Option("--cluster", metavar="ADDRESS")])
LANG = Shared("lang", Annotated[str | None, typer.Option("--lang", metavar="zh|en")])
QUIET = Shared("quiet", Annotated[bool, typer.Option("--quiet")], False)
JSON = Shared("as_json", Annotated[bool, typer.Option("--json")], False)

BATCH = (FORCE, FAILED, DRY_RUN, CLUSTER)
"""Taken by the commands that make runs."""
EVERYWHERE = (LANG, QUIET, JSON)
"""Taken by every command, and before its name too."""
