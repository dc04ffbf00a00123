"""The commands: each a few lines that call the module of its own name when it is asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import (
    Call,
    Cluster,
    Community,
    DryRun,
    Failed,
    Folder,
    Force,
    Jobs,
    Json,
    Lang,
    Language,
    OneScenario,
    Quiet,
    call_of,
)
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import WRONG_USAGE
from spongecalc.cli.layer_app import app as layer_app
from spongecalc.cli.result_app import app as result_app
from spongecalc.cli.study_app import app as study_app
from spongecalc.language import text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="GIS layers of drainage -> SWMM models -> review report. 由管网和下垫面图层生成 SWMM 模型与评审报告。",
)


def _due(command: str, call: Call, **options: bool) -> typer.Exit:
    """Do what is due of a command; its exit. What it needs is imported when something is due."""
    from spongecalc.cli.incremental import do_what_is_due  # noqa: PLC0415

    def work(given: Call) -> int:
        from spongecalc.cli import project_commands  # noqa: PLC0415

        exit_code: int = getattr(project_commands, f"run_{command}")(given, **options)
        return exit_code

    return typer.Exit(do_what_is_due(command, call, work))


def _status_of(call: Call) -> typer.Exit:
    """Say what is due, and do nothing; the command's exit."""
    from spongecalc.cli.status import run_status  # noqa: PLC0415

    return typer.Exit(run_status(call))


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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json)
    if fix:
        from spongecalc.cli.source_commands import run_fix  # noqa: PLC0415

        raise typer.Exit(run_fix(call))
    from spongecalc.cli.project_commands import run_check  # noqa: PLC0415

    raise typer.Exit(run_check(call))


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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json, **options, cluster=cluster)
    raise _status_of(call) if dry_run else _due("run", call)


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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json, force=force)
    raise _due("report", call, with_report=True)


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
    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json, **options, cluster=cluster)
    raise _status_of(call) if dry_run else _due("all", call)


@app.command()
def status(
    folder: Folder = Path(),
    community: Community = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say what is due and why, and do nothing. 列出待办事项及原因。"""
    raise _status_of(call_of(folder, community, None, 1, lang, quiet, as_json))


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

    call = call_of(folder, community, None, 1, lang, quiet, as_json, force=force)
    raise typer.Exit(do_what_is_due("store", call, work))


@app.command()
def version() -> None:
    """Print the version. 显示版本。"""
    from spongecalc import __version__  # noqa: PLC0415

    print(__version__)


for group in (layer_app, study_app, result_app):
    app.add_typer(group)


def main() -> None:
    """Entry point of the command ``spongecalc``."""
    # A redirected stream on a Chinese Windows is GBK, which cannot hold every character of a name.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
