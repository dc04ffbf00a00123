"""Commands on results that are there: where a figure comes from, what differs, a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spongecalc.cli.call import (
    Folder,
    Json,
    Lang,
    Language,
    Quiet,
)

app = typer.Typer()


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
    b: Annotated[
        Path | None, typer.Argument(help="the other result (not for --scenarios of one) 另一个结果或项目文件夹")
    ] = None,
    scenarios: Annotated[
        tuple[str, str] | None,
        typer.Option("--scenarios", help="the scenario of A, and that of B 分别取甲、乙的一个情景"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="page to write (compare.html) 输出的网页")] = None,
    lang: Lang = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Two results, or two scenarios of one, with what differs. 对照两次结果，或一次结果的两个情景。"""
    from spongecalc.cli.comparing import run_compare  # noqa: PLC0415

    language = (lang or Language.zh).value
    raise typer.Exit(run_compare(a, b, scenarios, out, language, quiet=quiet, as_json=as_json))


@app.command()
def template(
    folder: Annotated[Path, typer.Argument(help="folder for the template 模板文件夹")] = Path("report_template"),
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Write a report template for an institute to change. 生成可修改的报告模板。"""
    from spongecalc.cli.templating import run_template  # noqa: PLC0415

    raise typer.Exit(run_template(folder, (lang or Language.zh).value, quiet=quiet))
