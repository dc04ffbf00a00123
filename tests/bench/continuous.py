"""Continuous simulation of the example: the batch against plain models, a community each, in one run.

    python -m tests.bench.continuous              plain: one community before and after, over a year
    python -m tests.bench.continuous EY05 EY17    and these communities' whole models over the whole series

A plain model is the community's own, pipes and tank and all, with dynamic-wave routing, run by SWMM's engine
alone; its year is reckoned up to the series' years and to all grounds by its subcatchments. Beside it stands
runoff alone (no routing), a community a model, stepped through by pyswmm day by day, as a script of the field
would do it. Processor time is that of the workers: the clock's depends on what else the machine does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.assess.continuous import ContinuousResult
from spongecalc.batch import runoff_batch
from spongecalc.batch.pool import Job, run_all
from spongecalc.project.load import load_project
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.sponge.event_runs import TAKEN
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.steps.sponge import asked, run_continuous
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.inp_text import fixed
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.runoff_only import KeptGrounds, runoff_text
from tests.bench.clocked import plain_capture, stepped, timed
from tests.bench.example import REPOSITORY

LIMIT_S, LEAST_RATIO = 25.0, 25.0
SAMPLE = ("EY05",)
PLAIN_OPTIONS = {"ROUTING_STEP": "60", "WET_STEP": "00:01:00", "DRY_STEP": "01:00:00", "REPORT_STEP": "24:00:00"}


def plain_text(text: str, rain_file: Path, start: str, end: str, step: str, evaporation: Sequence[float]) -> str:
    """A model's own input with the long series in place of its storm, and evaporation."""
    options = {**PLAIN_OPTIONS, "START_DATE": start, "REPORT_START_DATE": start, "END_DATE": end}
    options |= {"START_TIME": "00:00:00", "REPORT_START_TIME": "00:00:00", "END_TIME": "00:00:00"}
    lines = []
    for given in text.splitlines():
        line, words = given, given.split()
        if len(words) == 2 and words[0] in options:
            line = f"{words[0]} {options[words[0]]}"
        elif words[:2] == ["RAIN_GAGE", "INTENSITY"]:
            line = f'RAIN_GAGE VOLUME {step} 1.0 FILE "{rain_file}" RAIN MM'
        elif words[:1] == ["CONSTANT"]:
            line = "MONTHLY " + " ".join(fixed(v, 3) for v in evaporation)
        elif words[:1] == ["DRY_ONLY"]:
            line = "DRY_ONLY YES"
        elif words[:2] == ["SUBCATCHMENTS", "ALL"]:
            line = "SUBCATCHMENTS NONE"
        lines.append(line)
    return "\n".join(lines) + "\n"


def batch_seconds(built: Built) -> tuple[float, float, ContinuousResult]:
    """Seconds of the clock and of the processors for the whole batch, and its result."""
    question = asked(built)
    with TemporaryDirectory(prefix="spongecalc-") as place:
        began, own = time.perf_counter(), time.process_time()
        result = run_continuous(question, Path(place) / "kept.json", 2)
        wall, planning = time.perf_counter() - began, time.process_time() - own
        # The same models once more, each with a clock of its own.
        fresh = (runoff_batch._Cascades(), KeptGrounds())
        jobs = runoff_batch._planned(question.continuous, Path(place), "0", 3600.0, *fresh).jobs
        clocked = [Job(j.key, timed, (j.function, j.args), size=j.size) for j in jobs]
        seconds = sum(o.value[0] for o in run_all(clocked, processes=2))
    return wall, seconds + planning, result


def plain_jobs(
    built: Built, models: Sequence[SwmmModel], years: int | None, place: Path
) -> tuple[list[Job], list[Job]]:
    """Whole models, and their runoff alone by pyswmm, over the first years of the series (None: all of them)."""
    question = asked(built)
    rain = question.run_series
    start, end = rain.depth_mm.index[0], rain.depth_mm.index[-1].ceil("D")
    if years is not None:
        end = start + (end - start) * years / round(rain.years)
    lines = swmm_rain_lines(rain, "RAIN")
    rain_file = place / "rain.dat"
    rain_file.write_text("\n".join(lines) + "\n", encoding="ascii")
    event = storm_event(built.storms[0], built.checked.project.settings.simulation)
    step = f"{int(rain.step_min) // 60}:{int(rain.step_min) % 60:02d}"
    task = question.continuous
    whole, alone = [], []
    for model in models:
        key = f"{model.name}/{model.scenario}"
        ends = (f"{start:%m/%d/%Y}", f"{end:%m/%d/%Y}")
        text = plain_text(
            model.text(event), rain_file, *ends, step, evaporation=question.climate.evaporation_mm_d
        )
        roles = model.elements.groupby("role")["model_id"].agg(list)
        args = (text, place / "whole" / key, roles.get("tank", []), roles.get("outfall_reuse", []))
        whole.append(Job(key, timed, (plain_capture, args)))
        ground = next(g for g in task.grounds if g.key == (model.communities[0], model.scenario, TAKEN))
        hours = 24.0 * (end - start).days
        short = runoff_text((ground,), task.settings, replace(task.rain, hours=hours), task.climate)
        alone.append(Job(key, timed, (stepped, (short, lines, place / "alone" / key))))
    return whole, alone


def main() -> None:
    """Run and print."""
    built = pipeline.build(pipeline.check(load_project(REPOSITORY)))
    years = built.rain.series.years
    wall, seconds, result = batch_seconds(built)
    grounds = len(result.capture_percent)
    print(f"batch: {grounds} grounds over {years:.1f} years: {wall:.1f} s on 2 processes (limit {LIMIT_S:g} s),")
    print(f"       {seconds:.1f} s of processor time", flush=True)
    wanted = set(sys.argv[1:])
    chosen = [m for m in built.models if len(m.communities) == 1 and m.communities[0] in (wanted or set(SAMPLE))]
    areas = sum(len(m.areas) for m in built.models)
    with TemporaryDirectory(prefix="spongecalc-") as place:
        whole, alone = plain_jobs(built, chosen, None if wanted else 1, Path(place))
        share = areas / sum(len(m.areas) for m in chosen) * (1 if wanted else years)
        for title, jobs in (("whole models, engine alone", whole), ("runoff alone, pyswmm", alone)):
            outcomes = run_all(jobs, processes=2)
            bad = [o for o in outcomes if o.status != "done"]
            if bad:
                print(title, bad[0])
                continue
            plain = share * sum(o.value[0] for o in outcomes)
            print(f"{title}: {plain:.0f} s of processor time for all,")
            print(f"       of which the batch takes a {plain / seconds:.1f}th", flush=True)
            if title.startswith("whole"):
                print(f"       (at most a {LEAST_RATIO:g}th is asked for)")
                for o in outcomes:
                    capture, error = o.value[1]
                    batch = result.capture_percent[tuple(o.key.split("/"))]
                    of = f"batch {batch:.2f} %, " if wanted else "a year: "
                    print(f"       {o.key}: {of}plain {capture:.2f} % (continuity {error:.2f} %)")


if __name__ == "__main__":
    main()
