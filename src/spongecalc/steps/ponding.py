"""The steps of ponding: coupled runs of a project's models, those that are kept, and where searches are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from spongecalc.assess.scenario_order import in_order
from spongecalc.batch.own_files import own_files
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.ground.of_system import ground_findings, ground_of
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.layers.dem import GroundError
from spongecalc.layers.finding import Finding
from spongecalc.overland.coupled_model import CoupledRun, coupled_run
from spongecalc.overland.failure import Failure
from spongecalc.overland.store import KEPT_FOLDER, kept, wet_of
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.steps.built import Built
from spongecalc.swmm.model import SwmmModel


@dataclass(frozen=True)
class Kept:
    """A coupled run that an earlier call kept and that still belongs to the layers, with its depths."""

    run: CoupledRun
    wet: WaterDepths


def kept_of_others(path: Path, columns: Sequence[str], models: Sequence[SwmmModel]) -> pd.DataFrame:
    """Rows that an earlier search kept of communities that this call does not work on.

    Whether they still belong to the layers is seen when they are read.
    """
    try:
        with Entrance(path, "stored"):
            kept = stored.table(path)
    except InputRefusedError:
        return pd.DataFrame(columns=list(columns))
    if list(kept.columns) != list(columns) or not own_files(path.parent).is_own(path):
        return pd.DataFrame(columns=list(columns))
    own = {(c, m.scenario) for m in models for c in m.communities}
    other = [k not in own for k in zip(kept["community_id"], kept["scenario"], strict=True)]
    return kept[other]


def with_others(
    table: pd.DataFrame, others: pd.DataFrame, order: Sequence[str], scenarios: Sequence[str]
) -> pd.DataFrame:
    """A search's rows and those kept of others, in order; the latest of the scenarios first."""
    parts = [t for t in (table, others) if len(t)]
    joined = pd.concat(parts, ignore_index=True) if parts else table
    key = in_order(scenarios, latest_first=True)
    return joined.sort_values(list(order), key=key, ignore_index=True, kind="stable")


def coupled_runs(
    systems: Sequence[DrainageSystem], models: Sequence[SwmmModel], storms: Sequence[Storm], settings: Settings
) -> tuple[tuple[CoupledRun, ...], tuple[Finding, ...]]:
    """The runs over the ground of every model that has one, through some storms; what was found on the way."""
    runs: list[CoupledRun] = []
    findings: list[Finding] = []
    for system, model in zip(systems, models, strict=True):
        try:
            ground = ground_of(system, settings.ponding, settings.ponding.cell_m)
        except GroundError as reason:
            findings.extend(ground_findings(system, reason))
            continue
        runs.extend(coupled_run(system, model, settings, storm, ground) for storm in storms)
    return tuple(runs), tuple(findings)


def kept_flows(built: Built) -> dict[str, Kept]:
    """The runs over the ground that an earlier call kept and that still belong to the layers, by run id."""
    return kept_runs(built)[0]


def kept_runs(built: Built) -> tuple[dict[str, Kept], dict[str, Failure]]:
    """The runs of :func:`kept_flows`, and why those failed that belong to the layers too, by run id."""
    checked = built.checked
    results = checked.project.results_folder
    ids = {path.parent.name for path in (results / KEPT_FOLDER).glob("*/*/*/run.json")}
    if not ids:
        return {}, {}
    storms = [s for s in built.storms if s.storm_id in ids]
    runs, _ = coupled_runs(checked.systems, built.models, storms, checked.project.settings)
    flows = {run.run_id: Kept(run, wet) for run in runs if (wet := wet_of(run, results)) is not None}
    ends = {run.run_id: kept(run, results) for run in runs if run.run_id not in flows}
    return flows, {n: Failure(end.reason, end.found) for n, end in ends.items() if end and end.reason}
