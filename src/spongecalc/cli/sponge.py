"""``spongecalc sponge``: performance by calculation; with --continuous also SWMM over the series."""

from __future__ import annotations

import time

import pandas as pd

from spongecalc.assess.continuous import tank_rows_by_day
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import built_project, print_findings
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import RUN_FAILED
from spongecalc.language import text
from spongecalc.report.content.number_format import cell_text
from spongecalc.sponge.assessment_method import assessed_percent
from spongecalc.sponge.question import sponge_question
from spongecalc.sponge.volume_method import volume_method
from spongecalc.steps.sponge import continuous_path, run_continuous

COLUMNS = (
    "community_id",
    "scenario",
    "held_volume_m3",
    "control_volume_m3",
    "composite_coefficient",
    "volume_design_mm",
    "guide_capture_percent",
    "assessed_capture_percent",
    "capture_volume_percent",
)


def run_sponge(call: Call, *, continuous: bool) -> int:
    """Print the volume method and the tanks; or run the continuous simulation and keep its result."""
    output = call.output
    project = built_project(call)
    checked, built = project.checked, project.built
    code = print_findings(built.findings, output)
    settings, language = project.settings, output.language
    rain = built.rain
    if rain.trouble is not None:
        output.error(rain.trouble.sentence(language))
    question = sponge_question(checked.systems, built.models, settings, rain.curve, rain.series)
    output.sentence(
        text(
            "rain.design",
            language,
            place=rain.curve.place,
            percent=f"{settings.sponge.design_percent:g}",
            mm=f"{question.design_mm:.1f}",
        )
    )
    rows = []
    for site in question.sites:
        tanks = [(t.node_id, t.volume_m3) for t in site.tanks]
        v = volume_method(site.areas, tanks, rain.curve.percent, question.catalogue)
        rows.append(
            (
                site.community_id,
                site.scenario,
                v.volume_m3,
                v.control_m3,
                v.coefficient,
                v.design_mm,
                v.guide_percent,
                assessed_percent(v, settings.sponge.event_h, rain.curve.percent, question.catalogue),
                v.capture_percent,
            )
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    _print(text("rain.volume_method", language), table, output)
    output.frame("volume_method", table)
    tanks = tank_rows_by_day(question)
    if len(tanks):
        _print(text("rain.tanks", language), tanks, output)
        output.frame("tanks", tanks)
    if continuous:
        if call.communities:
            raise RefusedError(text("rain.error.continuous_whole", language))
        began = time.perf_counter()
        with output.progress() as progress:
            result = run_continuous(question, continuous_path(project.files), call.jobs, progress)
        for key, reason in result.failed.items():
            output.error(f"{'/'.join(key)}: {reason}")
        series = pd.DataFrame(
            [(*k, v) for k, v in result.capture_percent.items()],
            columns=["community_id", "scenario", "capture_continuous_percent"],
        )
        _print(
            text("rain.continuous", language, source=result.source, years=f"{result.years:.0f}"), series, output
        )
        output.frame("continuous", series)
        output.sentence(
            text(
                "rain.continuous_done",
                language,
                seconds=f"{time.perf_counter() - began:.0f}",
                path=continuous_path(project.files).relative_to(project.folder).as_posix(),
                error=f"{result.worst_continuity_percent:.2f}",
            )
        )
        code = RUN_FAILED if result.failed else code
    return code


def _print(title: str, table: pd.DataFrame, output: Output) -> None:
    rows = [
        [cell_text(c, v) for c, v in zip(table.columns, row, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]
    output.table(title, list(table.columns), rows)
