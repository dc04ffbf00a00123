"""Runs under rain with tracers: of models in which rain and sewage meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spongecalc.batch.run import Run
from spongecalc.batch.runs import plan_runs
from spongecalc.swmm.event import Event
from spongecalc.swmm.inflows import SEWAGE
from spongecalc.swmm.model import COMES_UP, SwmmModel
from spongecalc.swmm.run_result import SeriesRequest


def plan_traced_runs(models: Sequence[SwmmModel], event: Event, folder: Path) -> tuple[Run, ...]:
    """The runs of models through an event with tracers, each in ``folder``/model/scenario/event.

    What is sewage of the water in a node is saved over time: what of it floods is told by the run without
    tracers, and without their carrier.
    """
    runs = plan_runs(models, (event,), folder, keep_out=False)
    traced = []
    for run, model in zip(runs, models, strict=True):
        elements = model.elements
        nodes = elements[(elements["element"] == "node") & elements["role"].isin(COMES_UP)]
        followed = tuple((SEWAGE, node) for node in nodes["model_id"])
        traced.append(replace(run, series=SeriesRequest(node_concentration=followed)))
    return tuple(traced)
