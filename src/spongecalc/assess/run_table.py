"""A row for each run: what it was, whether it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from spongecalc.batch.run import Run
from spongecalc.swmm.continuity import shortfall
from spongecalc.swmm.run_result import Message, RunResult
from spongecalc.swmm.water_balance import effect, explain

RUN_COLUMNS = [
    "run_id",
    "model",
    "communities",
    "scenario",
    "storm_id",
    "status",
    "model_sha256",
    "engine_version",
    "runoff_error_percent",
    "routing_error_percent",
    "quality_error_percent",
    "unstable_links",
    "nonconverging_nodes",
    "warnings",
    "seconds",
    "message",
]


def run_table(runs: Sequence[Run], results: Mapping[str, RunResult], language: str) -> pd.DataFrame:
    """Rows of runs.csv; a run without a result has the status "missing"."""
    return pd.DataFrame([run_row(run, results.get(run.run_id), language) for run in runs], columns=RUN_COLUMNS)


def run_row(run: Run, result: RunResult | None, language: str) -> dict[str, object]:
    """A row of runs.csv."""
    row: dict[str, object] = {
        "run_id": run.run_id,
        "model": run.model,
        "communities": ";".join(run.communities),
        "scenario": run.scenario,
        "storm_id": run.event.storm_id,
        "status": "missing",
        "model_sha256": run.sha256,
    }
    if result is None:
        return row
    return row | {
        "status": result.status,
        "engine_version": result.engine_version,
        "runoff_error_percent": result.runoff_error_percent,
        "routing_error_percent": result.routing_error_percent,
        "quality_error_percent": result.quality_error_percent,
        "unstable_links": len(result.unstable_links),
        "nonconverging_nodes": len(result.nonconverging_nodes),
        "warnings": len(result.warnings),
        "seconds": result.seconds,
        "message": " ".join(sentence(m, language) for m in result.messages),
    }


class RunFacts(NamedTuple):
    """Facts of a run that the rows of communities.csv need: found once, since a county's results are not held.

    ``falls_short`` says why figures do not rest on it, or not on its tracers, by
    :func:`spongecalc.swmm.continuity.shortfall`.
    """

    status: str
    worst_continuity_error_percent: float
    falls_short: str = ""


def run_facts(table: pd.DataFrame) -> dict[str, RunFacts]:
    """Facts of each row of :func:`run_table`, by run id."""
    processes = ("runoff", "routing", "quality")
    errors = table[[f"{p}_error_percent" for p in processes]].astype("float64").set_axis(processes, axis=1)
    worst = errors[["runoff", "routing"]].abs().max(axis=1)
    return {
        run_id: RunFacts(status, error, shortfall(status, of_run))
        for run_id, status, error, of_run in zip(
            table["run_id"], table["status"], worst.tolist(), errors.to_dict("records"), strict=True
        )
    }


def sentence(message: Message, language: str) -> str:
    """A run's message in words: what it means, what it does to the figures, where in the file, and what to do."""
    meaning, action = explain(message, language)
    place = f"[{message.section}] {message.line}: {message.line_text}" if message.line is not None else ""
    return " ".join(part for part in (meaning, effect(message, language), place, action) if part)
