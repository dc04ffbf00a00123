"""The runs of a project: each model through each event, in its own folder, with its result kept there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spongecalc.batch.model_runs import model_result
from spongecalc.batch.pool import Job, Outcome, run_all
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.event import DRY, Event
from spongecalc.swmm.identifiers import folder_name
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import RunResult, SeriesRequest

INPUT, RESULT, DIGEST = "model.inp", "result.json", "model.sha256"


@dataclass(frozen=True)
class Run:
    """One model through one event: the text that the engine reads, and the folder for what comes of it."""

    model: str
    scenario: str
    communities: tuple[str, ...]
    event: Event
    text: str
    folder: Path
    series: SeriesRequest
    keep_out: bool

    @property
    def run_id(self) -> str:
        """Model, scenario and event, joined by slashes."""
        return f"{self.model}/{self.scenario}/{self.event.storm_id}"

    @property
    def sha256(self) -> str:
        """Digest of the input file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def plan_runs(
    models: Sequence[SwmmModel], events: Sequence[Event], folder: Path, *, keep_out: bool
) -> tuple[Run, ...]:
    """All runs of the models through the events; each in ``folder``/model/scenario/event."""
    runs = []
    for model in models:
        roles = model.elements.groupby("role")["model_id"].agg(list)
        series = SeriesRequest(
            subcatchment_runoff=True,
            node_lateral_inflow=tuple(roles.get("tank", [])),
            link_flow=tuple(roles.get("tank_overflow", [])),
        )
        nodes = model.elements[(model.elements["element"] == "node") & (model.elements["layer"] == "nodes")]
        pipes = model.elements[(model.elements["element"] == "link") & (model.elements["layer"] == "pipes")]
        everything = replace(
            series,
            node_depth=tuple(nodes["model_id"]),
            link_flow=(*series.link_flow, *pipes["model_id"]),
        )
        for event in events:
            place = folder / folder_name(model.name) / model.scenario / event.storm_id
            wanted = everything if event.report_all else series
            if event.storm_id == DRY:
                wanted = SeriesRequest()
            runs.append(
                Run(
                    model.name,
                    model.scenario,
                    model.communities,
                    event,
                    model.text(event),
                    place,
                    wanted,
                    keep_out,
                )
            )
    return tuple(runs)


def execute(runs: Sequence[Run], *, processes: int, on_done: Callable[[int], None]) -> dict[str, RunResult]:
    """Run everything in worker processes; results by run id, in the order of ``runs``.

    A run whose worker dies, hangs past the time limit or raises counts as failed, with its reason; the
    others finish.
    """
    done = 0

    def count(_: Outcome) -> None:
        nonlocal done
        done += 1
        on_done(done)

    jobs = [
        Job(
            run.run_id,
            _run_in_folder,
            (run.text, run.folder, run.sha256, run.event.mark_s, run.series, run.keep_out),
            size=len(run.text) * run.event.duration_s / run.event.routing_step_s,
            time_limit_s=run.event.settings.time_limit_s,
        )
        for run in runs
    ]
    outcomes = run_all(jobs, processes=processes, on_done=count)
    return {run.run_id: model_result(outcome) for run, outcome in zip(runs, outcomes, strict=True)}


def _run_in_folder(
    text: str, folder: Path, sha256: str, mark_s: float | None, series: SeriesRequest, keep_out: bool
) -> RunResult:
    """One run in its folder: the input, SWMM's report and the result, the digest last, as a seal."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DIGEST).unlink(missing_ok=True)
    inp = folder / INPUT
    inp.write_text(text, encoding="utf-8", newline="\n")
    result = run_inp(inp, folder, mark_s=mark_s, series=series, keep_out=keep_out)
    result.to_json(folder / RESULT)
    (folder / DIGEST).write_text(sha256 + "\n", encoding="ascii")
    return result


def stored_results(runs: Sequence[Run]) -> tuple[dict[str, RunResult], tuple[str, ...]]:
    """Results that an earlier call left on disk, and the ids of the runs that are missing or out of date.

    A result counts only if it came from exactly the input file that the layers give now.
    """
    results: dict[str, RunResult] = {}
    due: list[str] = []
    for run in runs:
        try:
            sealed = (run.folder / DIGEST).read_text(encoding="ascii").strip()
            if sealed != run.sha256:
                raise ValueError(sealed)
            results[run.run_id] = RunResult.from_json(run.folder / RESULT)
        except (OSError, ValueError, KeyError, TypeError, json.JSONDecodeError):
            due.append(run.run_id)
    return results, tuple(due)
