"""Runs under rain with tracers: of models in which rain and sewage meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spongecalc.batch.run import Run
from spongecalc.batch.runs import plan_runs
from spongecalc.swmm.event import Event
from spongecalc.swmm.model import SwmmModel
from spongecalc.swmm.run_result import SeriesRequest

# Links of the layers, any of which may lie between the systems.
BETWEEN = ("pipe", "lead", "tank_overflow", "basin_throttle", "basin_overflow")


def plan_traced_runs(models: Sequence[SwmmModel], event: Event, folder: Path) -> tuple[Run, ...]:
    """The runs of models through an event with tracers, each in ``folder``/model/scenario/event.

    The flows of all pipes and leads are saved, since which of them lies between the systems is for the
    assessment to say.
    """
    runs = plan_runs(models, (event,), folder, keep_out=False)
    traced = []
    for run, model in zip(runs, models, strict=True):
        elements = model.elements
        links = elements[(elements["element"] == "link") & elements["role"].isin(BETWEEN)]
        traced.append(replace(run, series=SeriesRequest(link_flow=tuple(links["model_id"]))))
    return tuple(traced)
