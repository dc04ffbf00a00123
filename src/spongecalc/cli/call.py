"""What every command is given, and how it answers: options, and the call itself."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer


class Language(StrEnum):
    """Languages of messages and reports."""

    zh = "zh"
    en = "en"


Folder = Annotated[Path, typer.Argument(help="project folder (default: here) 项目文件夹")]
NamedFolder = Annotated[Path, typer.Argument(help="project folder 项目文件夹")]
Community = Annotated[
    list[str] | None, typer.Option("--community", help="community id, repeatable 小区编号，可重复")
]
OneScenario = Annotated[
    str | None, typer.Option("--scenario", help="only this scenario of the project 只处理项目的一个情景")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="worker processes (default: all cores) 并行进程数")
]
Lang = Annotated[Language | None, typer.Option("--lang", help="zh or en (default: the project's) 语言")]
Quiet = Annotated[bool, typer.Option("--quiet", help="print errors only 只显示错误")]
Json = Annotated[
    bool, typer.Option("--json", help="print one JSON document (runs: events as lines on stderr) 输出 JSON")
]
Force = Annotated[bool, typer.Option("--force", help="do all again, due or not 全部重做")]
Failed = Annotated[bool, typer.Option("--failed", help="repeat the runs that failed 重算失败的运行")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would be done 只列出待办")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", help="address of a Dask scheduler to run on Dask 集群地址")
]


@dataclass
class Made:
    """What a command has made: gathered while it works, kept so that a later call can see that it still is.

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
    """What every command is given, and where it notes what it has made."""

    folder: Path
    communities: tuple[str, ...]
    scenario: str | None
    jobs: int
    language: Language | None
    quiet: bool
    as_json: bool
    force: bool = False
    failed: bool = False
    cluster: str | None = None
    made: Made = field(default_factory=Made)

    @property
    def again(self) -> Literal["nothing", "failed", "all"]:
        """What is run though it has been run before: "nothing", "failed" or "all"."""
        return "all" if self.force else "failed" if self.failed else "nothing"

    @property
    def insists(self) -> bool:
        """Whether something is to be done although nothing may be due."""
        return self.force or self.failed


def call_of(
    folder: Path,
    community: list[str] | None,
    scenario: str | None,
    jobs: int | None,
    lang: Language | None,
    quiet: bool,
    as_json: bool,
    *,
    force: bool = False,
    failed: bool = False,
    cluster: str | None = None,
) -> Call:
    """A command's options as one value; all cores where no number of jobs was asked for."""
    communities = tuple(community or ())
    return Call(folder, communities, scenario, jobs or cores(), lang, quiet, as_json, force, failed, cluster)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
