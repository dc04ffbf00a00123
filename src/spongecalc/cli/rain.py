"""``spongecalc rain``: design storms, the long series and the capture curve, without a model run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from spongecalc.api.project import Project
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.console import Output
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE
from spongecalc.language import text
from spongecalc.project.design_storms import design_storms
from spongecalc.project.long_rain import LongRain
from spongecalc.rainfall.capture_ratio import CaptureCurve, curve_of_series, design_rainfall_mm, events_mm
from spongecalc.rainfall.formula_range import NO_DATE
from spongecalc.rainfall.rain_file_choices import AS_THE_FILE_SAYS, RainFileChoices
from spongecalc.rainfall.rain_file_error import RainFileError
from spongecalc.rainfall.rain_series import RainSeries
from spongecalc.rainfall.read_series import read_series
from spongecalc.rainfall.storm import Storm
from spongecalc.report.render.capture_chart import capture_chart, rain_page
from spongecalc.whole_file import replace_file

PERCENTS = (50, 60, 70, 75, 80, 85, 90)
# What a file was read as, where the value is a choice and not a name in the file.
CHOSEN = ("readings", "stamp")
DURATIONS_MIN = (5, 10, 15, 30, 60, 120, 180)
MOST_OVER = 0.05
"""Share of a series that may lie beyond whole years for its mean of a year to be told."""


def run_rain(call: Call, series_file: Path | None, plot: Path | None) -> int:
    """Print storms, series and capture curve; returns the exit code."""
    output = call.output
    project = opened_project(call)
    language = output.language
    settings = project.settings

    def say(key: str, **params: object) -> str:
        return text(f"rain.{key}", language, **params)

    storms = design_storms(settings)
    formula = storms[0].formula
    output.table(
        say("formula", place=formula.place, source=formula.source),
        [say("period"), *(f"{d} min" for d in DURATIONS_MIN)],
        [
            (
                f"{s.return_period_a:g} a",
                *(f"{formula.depth_mm(s.return_period_a, d):.1f}" for d in DURATIONS_MIN),
            )
            for s in storms
        ],
    )
    holds = formula.fitted
    output.sentence(
        say(
            "formula_holds",
            shortest=f"{holds.shortest_min:g}",
            longest=f"{holds.longest_min:g}",
            least=f"{holds.p_from_a:g}",
            most=f"{holds.p_to_a:g}",
            sampling=say(f"sampling_{holds.sampling}"),
            issued=say("no_date") if holds.issued == NO_DATE else holds.issued,
        )
    )
    if not settings.rainfall.own_formula:
        output.sentence(say("borrowed", place=formula.place))
    frame = pd.DataFrame(
        [(s.storm_id, s.pattern, s.return_period_a, s.duration_min, s.depth_mm, _peak_mm_h(s)) for s in storms],
        columns=["storm_id", "pattern", "return_period_a", "duration_min", "depth_mm", "peak_mm_h"],
    )
    output.table(
        say("storms"),
        [say(f"column_{c}") for c in frame.columns],
        [
            tuple(f"{v:.1f}" if isinstance(v, float) else str(v) for v in row)
            for row in frame.itertuples(index=False)
        ],
    )
    output.frame("storms", frame)
    code = DONE
    found = LongRain(project.folder, settings)
    series, curve = found.series, found.curve
    trouble = found.trouble
    if series_file is not None:
        try:
            named, choices = _as_the_project_names(project, series_file)
            series = read_series(series_file, choices, name=named)
            curve, trouble = curve_of_series(series, series_file.name, "measured"), None
        except RainFileError as reason:
            output.document["refused"] = {"rule": reason.rule, "found": reason.found, "write": reason.fault.write}
            raise RefusedError(reason.fault.sentence(language), exit_code=DATA_ERRORS) from None
    if trouble is not None:
        output.error(trouble.sentence(language))
        output.document["refused"] = {"rule": trouble.rule, "found": trouble.found, "write": trouble.write}
        code = DATA_ERRORS
    own = curve_of_series(series, series.source, "generated" if series.generated else "measured")
    _print_series(series, own, output, say, settings.sponge.dry_interval_h)
    shown = [("table" if not curve.days_mm else "series", curve)]
    if not curve.days_mm:
        shown.append(("series", own))
    rows = [(c.place or c.source, *(f"{c.design_mm(p):.1f}" for p in PERCENTS)) for _, c in shown]
    output.table(say("curve"), [say("place"), *(f"{p} %" for p in PERCENTS)], rows)
    if not curve.days_mm and settings.sponge.borrowed:
        output.sentence(say("borrowed_curve", place=curve.place))
    output.frame(
        "curve",
        pd.DataFrame(
            [(c.place or c.source, p, c.design_mm(p)) for _, c in shown for p in PERCENTS],
            columns=["source", "capture_percent", "design_mm"],
        ),
    )
    if plot is not None:
        charts = [capture_chart([c for _, c in shown], "curve", language)]
        replace_file(plot, rain_page(storms, charts, language).encode("utf-8"))
        output.sentence(say("plotted", path=plot))
    return code


def _as_the_project_names(project: Project, series_file: Path) -> tuple[str, RainFileChoices]:
    """Name of a file in the project's folder and what the project states of it; the name alone of any other."""
    series = project.settings.sponge.series
    try:
        name = series_file.resolve().relative_to(project.folder.resolve()).as_posix()
    except ValueError:
        return series_file.name, AS_THE_FILE_SAYS
    return name, series.choices if series.file == name else AS_THE_FILE_SAYS


def _of_whole_years(years: float) -> bool:
    """True for a length of whole years: half a year more is a wet or a dry season, and no part of a mean."""
    return round(years) > 0 and abs(years - round(years)) <= MOST_OVER * years


def _peak_mm_h(storm: Storm) -> float:
    return float(storm.hyetograph.max())


def _print_series(
    series: RainSeries, own: CaptureCurve, output: Output, say: Callable[..., str], dry_h: float
) -> None:
    depth = series.depth_mm
    key = "series_generated" if series.generated else "series_measured"
    lines = [
        say(key, source=series.source),
        say("series_size", years=f"{series.years:.1f}", step=f"{series.step_min:g}"),
    ]
    days = {"days": len(own.days_mm), "largest": f"{max(own.days_mm, default=0):.1f}"}
    total = float(depth.sum())
    yearly = total / series.years if _of_whole_years(series.years) else None
    if yearly is None:
        lines.append(say("series_rain_in_all", total=f"{total:.0f}", **days))
    else:
        lines.append(say("series_rain", yearly=f"{yearly:.0f}", **days))
    if series.step_min <= 60 * dry_h:
        events = events_mm(series, dry_h, 2.0)
        if len(events):
            design = design_rainfall_mm(np.array(events), 80)
            lines.append(say("events", count=len(events), dry=f"{dry_h:g}", design=f"{design:.1f}"))
    if own.too_short:
        lines.append(say("short", years=f"{series.years:.1f}"))
    if series.snow is not None:
        lines.append(say("snow", days=int(series.snow.sum())))
    if series.read_as:
        held = dict(series.read_as)
        told = "; ".join(
            say(f"read_as.{name}", value=say(f"read_as_value.{value}") if name in CHOSEN else value)
            for name, value in held.items()
        )
        lines.append(say("read_as.all", told=told))
    if (lost := series.lost) is not None:
        lines.append(say("lost", percent=f"{lost.percent:.2f}", **vars(lost)))
    lines.extend(
        say(f"flaw.{f.flaw}", count=f.count, first=f.first, depth=f"{f.depth_mm:.1f}") for f in series.flaws
    )
    for line in lines:
        output.sentence(line)
    output.document["series"] = {
        "source": series.source,
        "generated": series.generated,
        "years": series.years,
        "step_min": series.step_min,
        "mm": total,
        "mm_a": yearly,
        "flaws": [vars(f) for f in series.flaws],
        "read_as": dict(series.read_as),
        "lost": vars(series.lost) if series.lost is not None else None,
    }
