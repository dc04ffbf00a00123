"""Commands that go deeper into one question: rain, sponge, trace, separation, evidence, ponding, sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import (
    Cluster,
    Community,
    DryRun,
    Failed,
    Folder,
    Force,
    Jobs,
    Json,
    Lang,
    OneScenario,
    Quiet,
    call_of,
)

app = typer.Typer()


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

    call = call_of(folder, None, None, 1, lang, quiet, as_json)
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

    call = call_of(folder, community, None, jobs, lang, quiet, as_json)
    raise typer.Exit(run_sponge(call, continuous=continuous))


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

    raise typer.Exit(run_trace(call_of(folder, None, scenario, 1, lang, quiet, as_json), place))


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

    call = call_of(folder, community, scenario, jobs, lang, quiet, as_json)
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

    raise typer.Exit(run_evidence(call_of(folder, community, None, jobs, lang, quiet, as_json)))


@app.command()
def ponding(
    folder: Folder = Path(),
    community: Community = None,
    storm: Annotated[
        list[str] | None, typer.Option("--storm", help="storm id, repeatable (default: the headline's) 降雨编号")
    ] = None,
    causes: Annotated[
        bool,
        typer.Option("--causes", help="instead: what would end each site, by re-runs 积水成因（改一项重算）"),
    ] = False,
    periods: Annotated[
        bool,
        typer.Option("--return-periods", help="instead: return period up to which all stays dry 不积水重现期"),
    ] = False,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Flow over the ground coupled to the pipes (level 3), kept and reported. 地表二维与管网耦合计算。"""
    from spongecalc.cli.ponding_command import run_ponding  # noqa: PLC0415

    call = call_of(folder, community, None, jobs, lang, quiet, as_json)
    raise typer.Exit(run_ponding(call, tuple(storm or ()), causes=causes, periods=periods))


@app.command()
def sweep(
    name: Annotated[str, typer.Argument(help="name of a [[sweeps]] (default: list them) 方案组名称")] = "",
    folder: Folder = Path(),
    community: Community = None,
    jobs: Jobs = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
    force: Force = False,
    failed: Failed = False,
    dry_run: DryRun = False,
    cluster: Cluster = None,
) -> None:
    """One batch over storms, scenarios and parameters, and its table. 按重现期、历时与参数批量模拟。"""
    from spongecalc.cli import sweep as sweeping  # noqa: PLC0415

    options = {"force": force, "failed": failed}
    call = call_of(folder, community, None, jobs, lang, quiet, as_json, **options, cluster=cluster)
    if not name:
        raise typer.Exit(sweeping.run_sweeps(call))
    if dry_run:
        raise typer.Exit(sweeping.run_sweep(call, name, dry_run=True))
    raise typer.Exit(sweeping.sweep_what_is_due(call, name))
