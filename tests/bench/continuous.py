"""Continuous simulation of the example: time of the batch, and its agreement with plain full models.

    python -m tests.bench.continuous              the batch over the project's series
    python -m tests.bench.continuous EY05 EY17    and these communities' whole models over the same series

A plain model is the community's own, pipes and tank and all, with dynamic-wave routing.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from spongecalc.batch.pool import Job, run_all
from spongecalc.project.load import load_project
from spongecalc.rainfall.read_series import swmm_rain_lines
from spongecalc.steps import pipeline
from spongecalc.steps.sponge import asked, continuous_path, run_continuous
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.inp_text import fixed
from tests.bench.example import REPOSITORY

PLAIN_OPTIONS = {"ROUTING_STEP": "60", "WET_STEP": "00:01:00", "DRY_STEP": "01:00:00", "REPORT_STEP": "24:00:00"}


def plain_text(text: str, rain_file: Path, start: str, end: str, evaporation: tuple[float, ...]) -> str:
    """A model's own input with the long series in place of its storm, and evaporation."""
    options = {**PLAIN_OPTIONS, "START_DATE": start, "REPORT_START_DATE": start, "END_DATE": end}
    options |= {"START_TIME": "00:00:00", "REPORT_START_TIME": "00:00:00", "END_TIME": "00:00:00"}
    lines = []
    for given in text.splitlines():
        line, words = given, given.split()
        if len(words) == 2 and words[0] in options:
            line = f"{words[0]} {options[words[0]]}"
        elif words[:2] == ["RAIN_GAGE", "INTENSITY"]:
            line = f'RAIN_GAGE VOLUME 1:00 1.0 FILE "{rain_file}" RAIN MM'
        elif words[:1] == ["CONSTANT"]:
            line = "MONTHLY " + " ".join(fixed(v, 3) for v in evaporation)
        elif words[:1] == ["DRY_ONLY"]:
            line = "DRY_ONLY YES"
        elif words[:2] == ["SUBCATCHMENTS", "ALL"]:
            line = "SUBCATCHMENTS NONE"
        lines.append(line)
    return "\n".join(lines) + "\n"


def plain_capture(text: str, folder: Path, tanks: list[str], reuse: list[str]) -> tuple[float, float, float]:
    """Capture ratio in percent of a whole model, seconds, and the worse of its continuity errors."""
    folder.mkdir(parents=True)
    inp = folder / "model.inp"
    inp.write_text(text, encoding="utf-8")
    result = run_inp(inp, folder)
    areas = result.subcatchments
    held = result.storages.loc[tanks, "final_volume_m3"].sum() if tanks else 0.0
    reused = result.outfalls.loc[reuse, "volume_m3"].sum() if reuse else 0.0
    kept = 1 - (areas["runoff_m3"].sum() - held - reused) / areas["rainfall_m3"].sum()
    return 100 * float(kept), result.seconds, result.worst_continuity_error_percent


def main() -> None:
    """Run and print."""
    built = pipeline.build(pipeline.check(load_project(REPOSITORY)))
    project = built.checked.project
    rain = built.rain.series
    began = time.perf_counter()
    question = asked(built)
    result = run_continuous(question, continuous_path(project), 2)
    seconds = time.perf_counter() - began
    print(
        f"batch of {len(result.capture_percent)} grounds over {rain.years:.1f} years: {seconds:.0f} s", flush=True
    )
    wanted = set(sys.argv[1:])
    if not wanted:
        return
    start, end = rain.depth_mm.index[0], rain.depth_mm.index[-1]
    with TemporaryDirectory(prefix="spongecalc-") as place:
        rain_file = Path(place) / "rain.dat"
        rain_file.write_text("\n".join(swmm_rain_lines(rain, "RAIN")) + "\n", encoding="ascii")
        headline = storm_event(built.storms[0], project.settings.simulation)
        jobs = []
        for model in built.models:
            if not wanted & set(model.communities) or len(model.communities) > 1:
                continue
            ends = (f"{start:%m/%d/%Y}", f"{end.ceil('D'):%m/%d/%Y}")
            text = plain_text(model.text(headline), rain_file, *ends, question.events.climate.evaporation_mm_d)
            roles = model.elements.groupby("role")["model_id"].agg(list)
            folder = Path(place) / model.name / model.scenario
            args = (text, folder, roles.get("tank", []), roles.get("outfall_reuse", []))
            jobs.append(Job(f"{model.name}/{model.scenario}", plain_capture, args))

        def tell(outcome: object) -> None:
            key = tuple(outcome.key.split("/"))  # type: ignore[attr-defined]
            if outcome.status != "done":  # type: ignore[attr-defined]
                print(outcome, flush=True)
                return
            plain, seconds, error = outcome.value  # type: ignore[attr-defined]
            batch = result.capture_percent[key]
            print(
                f"{outcome.key}: plain {plain:.2f} % in {seconds:.0f} s (continuity {error:.2f} %), "  # type: ignore[attr-defined]
                f"batch {batch:.2f} %, difference {batch - plain:+.2f} points",
                flush=True,
            )

        run_all(jobs, processes=2, on_done=tell)


if __name__ == "__main__":
    main()
