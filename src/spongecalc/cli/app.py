"""The commands: each a few lines that call the module of its own name when it is asked for."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from spongecalc.cli.console import Output
from spongecalc.language import text

DONE, DATA_ERRORS, WRONG_USAGE, RUN_FAILED = 0, 1, 2, 3

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="GIS layers of drainage -> SWMM models -> review report. 由管网和下垫面图层生成 SWMM 模型与评审报告。",
)


class Language(StrEnum):
    """Languages of messages and reports."""

    zh = "zh"
    en = "en"


class Scenario(StrEnum):
    """Scenarios of a renovation."""

    before = "before"
    after = "after"


Folder = Annotated[Path, typer.Argument(help="project folder (default: here) 项目文件夹")]
Community = Annotated[
    list[str] | None, typer.Option("--community", help="community id, repeatable 小区编号，可重复")
]
OneScenario = Annotated[Scenario | None, typer.Option("--scenario", help="only this scenario 只处理一个情景")]
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
    scenario: Scenario | None
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


def _call(
    folder: Path,
    community: list[str] | None,
    scenario: Scenario | None,
    jobs: int | None,
    lang: Language | None,
    quiet: bool,
    as_json: bool,
    *,
    force: bool = False,
    failed: bool = False,
    cluster: str | None = None,
) -> Call:
    communities = tuple(community or ())
    return Call(folder, communities, scenario, jobs or cores(), lang, quiet, as_json, force, failed, cluster)


def _due(command: str, call: Call, **options: bool) -> typer.Exit:
    """Do what is due of a command; its exit. What it needs is imported when something is due."""
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    def work(given: Call) -> int:
        from spongecalc.cli import project_commands  # noqa: PLC0415

        return getattr(project_commands, f"run_{command}")(given, **options)

    return typer.Exit(do_what_is_due(command, call, work))


def _status(call: Call) -> typer.Exit:
    from spongecalc.cli.status import run_status  # noqa: PLC0415

    return typer.Exit(run_status(call))


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command()
def init(folder: Folder = Path(), lang: Lang = None) -> None:
    """Write a commented spongecalc.toml to start from. 生成带注释的 spongecalc.toml。"""
    from spongecalc.project.template import write_template  # noqa: PLC0415  imports only what a command needs

    output = Output((lang or Language.zh).value)
    path = folder / "spongecalc.toml"
    if path.exists():
        output.error(text("cli.init_exists", output.language, path=path))
        raise typer.Exit(WRONG_USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    write_template(path)
    output.say("init_done", path=path)


@app.command()
def check(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="write a repaired copy with its trail 写出修复后的副本及改动清单")
    ] = False,
) -> None:
    """Read the layers and say what is wrong with them. 读取并检查图层。"""
    from spongecalc.cli.project_commands import run_check  # noqa: PLC0415

    raise typer.Exit(run_check(_call(folder, community, scenario, jobs, lang, quiet, as_json), fix=fix))


@app.command()
def sources(
    source: Annotated[str, typer.Argument(help="file, or postgresql://user@host/database 文件或数据库地址")],
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say what a file or database holds, and draft a mapping. 查看数据源内容并起草字段映射。"""
    from spongecalc.cli.source_commands import run_sources  # noqa: PLC0415

    raise typer.Exit(run_sources(source, (lang or Language.zh).value, quiet=quiet, as_json=as_json))


@app.command()
def publish(
    folder: Folder = Path(),
    to: Annotated[str, typer.Option("--to", help="postgresql://user@host/database 数据库地址")] = "",
    schema: Annotated[str, typer.Option("--schema", help="schema to write into 写入的模式")] = "spongecalc",
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write results into a PostGIS database. 把结果写入 PostGIS。"""
    from spongecalc.cli.project_commands import run_published  # noqa: PLC0415

    raise typer.Exit(run_published(_call(folder, None, None, 1, lang, quiet, as_json), to, schema))


@app.command()
def build(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    only_check: Annotated[
        bool, typer.Option("--check", help="write nothing; fail if models are stale 只检查是否过期")
    ] = False,
    force: Force = False,
) -> None:
    """Write the SWMM models. 生成 SWMM 模型。"""
    call = _call(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
    if only_check:
        from spongecalc.cli.project_commands import run_build  # noqa: PLC0415

        raise typer.Exit(run_build(call, only_check=True))
    raise _due("build", call, only_check=False)


@app.command()
def run(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
    failed: Failed = False,
    dry_run: DryRun = False,
    cluster: Cluster = None,
) -> None:
    """Build the models and make the runs that are due; or run any SWMM file. 运行模型，或任意 .inp 文件。"""
    if folder.suffix.lower() == ".inp":
        from spongecalc.cli.foreign import run_foreign  # noqa: PLC0415

        raise typer.Exit(run_foreign(folder, (lang or Language.zh).value, quiet=quiet, as_json=as_json))
    options = {"force": force, "failed": failed}
    call = _call(folder, community, scenario, jobs, lang, quiet, as_json, **options, cluster=cluster)
    raise _status(call) if dry_run else _due("run", call)


@app.command()
def store(
    folder: Folder = Path(),
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
) -> None:
    """Write the results of the runs as Parquet files for other tools. 将运行结果写成 Parquet 文件。"""
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    def work(given: Call) -> int:
        from spongecalc.cli.store import run_store  # noqa: PLC0415

        return run_store(given)

    call = _call(folder, community, None, 1, lang, quiet, as_json, force=force)
    raise typer.Exit(do_what_is_due("store", call, work))


@app.command()
def status(
    folder: Folder = Path(),
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say what is due and why, and do nothing. 列出待办事项及原因。"""
    raise _status(_call(folder, community, None, 1, lang, quiet, as_json))


@app.command()
def assess(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
) -> None:
    """Write results/*.csv from runs already made. 由已有的运行结果写出结果表。"""
    call = _call(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
    raise _due("assess", call, with_report=False)


@app.command()
def report(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
) -> None:
    """Write results/*.csv and the report from runs already made. 由已有的运行结果写出报告。"""
    call = _call(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
    raise _due("report", call, with_report=True)


@app.command()
def quantities(
    folder: Folder = Path(),
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the bill of quantities, its ledger and workbook; no runs needed. 由图层写出工程量。"""
    from spongecalc.cli.bill_commands import run_quantities  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    call = _call(folder, community, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("quantities", call, run_quantities))


@app.command()
def design(
    folder: Folder = Path(),
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check the design against the limits of the standards. 按规范限值校核设计。"""
    from spongecalc.cli.bill_commands import run_design  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    call = _call(folder, community, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("design", call, run_design))


@app.command()
def claims(
    folder: Annotated[Path, typer.Argument(help="project folder 项目文件夹")],
    files: Annotated[list[Path], typer.Argument(help="contractors' sheets, .xlsx or .csv 申报表")],
    field: Annotated[
        list[str] | None, typer.Option("--field", help="column=heading, repeatable 列=表头，可重复")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="sheet (default: the first) 工作表")] = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare claimed lengths with the layers, feature by feature. 将申报长度与图层逐段核对。"""
    from spongecalc.cli.bill_commands import run_claims  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    call = _call(folder, None, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("claims", call, lambda c: run_claims(c, files, field or [], sheet)))


@app.command()
def changes(
    folder: Annotated[Path, typer.Argument(help="project folder 项目文件夹")],
    earlier: Annotated[
        Path,
        typer.Argument(help="earlier project folder, or earlier file of layers 上一次的项目文件夹或图层文件"),
    ],
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say what changed since an earlier delivery of the layers. 列出图层自上次交付以来的变化。"""
    from spongecalc.cli.bill_commands import run_changes  # noqa: PLC0415
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    call = _call(folder, community, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("changes", call, lambda c: run_changes(c, earlier)))


@app.command("all")
def everything(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
    failed: Failed = False,
    dry_run: DryRun = False,
    cluster: Cluster = None,
) -> None:
    """Check, build, run, assess and report: what is due of it. 完成全部步骤中未完成的部分。"""
    options = {"force": force, "failed": failed}
    call = _call(folder, community, scenario, jobs, lang, quiet, as_json, **options, cluster=cluster)
    raise _status(call) if dry_run else _due("all", call)


@app.command()
def ponding(
    folder: Folder = Path(),
    community: Community = None,
    storm: Annotated[
        list[str] | None, typer.Option("--storm", help="storm id, repeatable (default: the headline's) 降雨编号")
    ] = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Flow over the ground coupled to the pipes (level 3), kept and reported. 地表二维与管网耦合计算。"""
    from spongecalc.cli.ponding_command import run_ponding  # noqa: PLC0415

    call = _call(folder, community, None, jobs, lang, quiet, as_json)
    raise typer.Exit(run_ponding(call, tuple(storm or ())))


@app.command()
def trace(
    place: Annotated[str, typer.Argument(help="id of a node, pipe, lateral or building 要素编号")],
    folder: Folder = Path(),
    scenario: OneScenario = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """What lies upstream and downstream of a place. 追踪某要素的上游和下游。"""
    from spongecalc.cli.trace import run_trace  # noqa: PLC0415

    raise typer.Exit(run_trace(_call(folder, None, scenario, 1, lang, quiet, as_json), place))


@app.command()
def separation(
    folder: Folder = Path(),
    community: Community = None,
    scenario: OneScenario = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    week: Annotated[bool, typer.Option("--week", help="also a rainy week with tracers 同时模拟一周雨期")] = False,
) -> None:
    """What each cross-connection does by itself: runs with it removed. 逐一去除混接点的模拟。"""
    from spongecalc.cli.separation import run_separation  # noqa: PLC0415

    call = _call(folder, community, scenario, jobs, lang, quiet, as_json)
    raise typer.Exit(run_separation(call, week=week))


@app.command()
def evidence(
    folder: Folder = Path(),
    community: Community = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """What sensors measured: balance, model beside it, where a misconnection may be. 现场监测数据分析。"""
    from spongecalc.cli.evidence import run_evidence  # noqa: PLC0415

    raise typer.Exit(run_evidence(_call(folder, community, None, jobs, lang, quiet, as_json)))


@app.command()
def explain(
    address: Annotated[str, typer.Argument(help="table:row:column 表:行:列")],
    folder: Folder = Path(),
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say where a figure comes from: communities.csv:EY03:ponding_after_m3. 说明一个数字的来历。"""
    from spongecalc.cli.explaining import run_explain  # noqa: PLC0415

    language = lang.value if lang else None
    raise typer.Exit(run_explain(address, folder, language, quiet=quiet, as_json=as_json))


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="a result: its folder, or its project's 结果或项目文件夹")],
    b: Annotated[Path, typer.Argument(help="the other result 另一个结果或项目文件夹")],
    out: Annotated[Path | None, typer.Option("--out", help="page to write (compare.html) 输出的网页")] = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Two results side by side, with what differs. 对照两次结果。"""
    from spongecalc.cli.comparing import run_compare  # noqa: PLC0415

    raise typer.Exit(run_compare(a, b, out, (lang or Language.zh).value, quiet=quiet, as_json=as_json))


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(help="folder for the template 模板文件夹")] = Path("report_template"),
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Write a report template for an institute to change. 生成可修改的报告模板。"""
    from spongecalc.cli.templating import run_template  # noqa: PLC0415

    raise typer.Exit(run_template(folder, (lang or Language.zh).value, quiet=quiet))


@app.command()
def rain(
    folder: Folder = Path(),
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    series: Annotated[
        Path | None, typer.Option("--series", help="this rainfall file: .csv .dat .dly .nc 降雨资料文件")
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="write an SVG page of charts 输出图（SVG）")] = None,
) -> None:
    """Design storms, the long series, the capture curve; no model is run. 设计降雨、长系列与控制率曲线。"""
    from spongecalc.cli.rain import run_rain  # noqa: PLC0415

    call = _call(folder, None, None, 1, lang, quiet, as_json)
    raise typer.Exit(run_rain(call, series, plot))


@app.command()
def sponge(
    folder: Folder = Path(),
    community: Community = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    continuous: Annotated[
        bool, typer.Option("--continuous", help="run SWMM over the whole series 用 SWMM 模拟整个长系列")
    ] = False,
) -> None:
    """Sponge performance by the volume method and tanks; --continuous for SWMM over the series. 海绵绩效计算。"""
    from spongecalc.cli.sponge import run_sponge  # noqa: PLC0415

    call = _call(folder, community, None, jobs, lang, quiet, as_json)
    raise typer.Exit(run_sponge(call, continuous=continuous))


@app.command()
def version() -> None:
    """Print the version. 显示版本。"""
    from spongecalc import __version__  # noqa: PLC0415

    print(__version__)


def main() -> None:
    """Entry point of the command ``spongecalc``."""
    # A redirected stream on a Chinese Windows is GBK, which cannot hold every character of a name.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
