"""Commands on the layers themselves, without a run: sources, the bill, the design, claims and changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import (
    Community,
    Folder,
    Json,
    Lang,
    Language,
    NamedFolder,
    Quiet,
    call_of,
)

app = typer.Typer()


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
    from spongecalc.cli.source_commands import run_publish  # noqa: PLC0415

    raise typer.Exit(run_publish(call_of(folder, None, None, 1, lang, quiet, as_json), to, schema))


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

    call = call_of(folder, community, None, 1, lang, quiet, as_json)
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

    call = call_of(folder, community, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("design", call, run_design))


@app.command()
def claims(
    folder: NamedFolder,
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

    call = call_of(folder, None, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("claims", call, lambda c: run_claims(c, files, field or [], sheet)))


@app.command()
def changes(
    folder: NamedFolder,
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

    call = call_of(folder, community, None, 1, lang, quiet, as_json)
    raise typer.Exit(do_what_is_due("changes", call, lambda c: run_changes(c, earlier)))
