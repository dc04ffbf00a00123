"""Removal runs: every model with each of its cross-connections removed, and with all, run and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from spongecalc.assess.contributions import CONTRIBUTION_COLUMNS, Removal, contribution_table, misplaced_m3
from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.batch.own_files import note_written, own_files
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.batch.traced_runs import plan_traced_runs
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.network.cross_connections import CrossConnection, cross_connections
from spongecalc.network.mending import MendingRules, mend
from spongecalc.progress import Progress, no_progress
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.scenario import DrainageSystem
from spongecalc.steps.built import Built
from spongecalc.swmm.event import Event, dry_event, traced_event, week_event
from spongecalc.swmm.model import SwmmModel, build_model
from spongecalc.swmm.tracer_event import TRACED, WEEK

TABLE = "separation_contributions"
EVENTS = ("dry", TRACED)


@dataclass(frozen=True)
class Variant:
    """A system with nothing removed (``removed`` empty), one cross-connection removed, or all ("all")."""

    system: DrainageSystem
    model: SwmmModel
    removed: str

    @property
    def has_outfall(self) -> bool:
        """True where the pipes still lead to an outfall: SWMM refuses a model without (error 145)."""
        roles = self.model.elements["role"]
        return bool((roles.str.startswith("outfall_") & (roles != "outfall_reuse")).any())


def removal_folder(built: Built) -> Path:
    """Folder of the removal runs of ``spongecalc separation`` and their table."""
    return built.checked.project.results_folder / "removal_runs"


def variants(
    system: DrainageSystem,
    joints: Sequence[CrossConnection],
    settings: Settings,
    storms: Sequence[Storm],
    rain: LongRain | None = None,
) -> tuple[Variant, ...]:
    """The system as it is, without each cross-connection, and without any, each as a model of its own name."""
    rules = MendingRules(settings.separation.min_slope_percent, settings.separation.lateral_depth_m)
    cuts = {j.joint_id: [(j.layer, j.feature_id)] for j in joints}
    chosen = {"": [], **cuts, "all": [c for cut in cuts.values() for c in cut]}
    made = []
    for number, (removed, cut) in enumerate(chosen.items()):
        mended = mend(system, cut, rules)[0] if cut else system
        model = replace(build_model(mended, settings, storms, rain), scenario=f"{system.scenario}-{number}")
        made.append(Variant(mended, model, removed))
    return tuple(made)


def removal_runs(
    systems: Sequence[DrainageSystem],
    settings: Settings,
    storms: Sequence[Storm],
    folder: Path,
    jobs: int,
    progress: Progress = no_progress,
    rain: LongRain | None = None,
) -> pd.DataFrame:
    """Run every variant of each system with cross-connections through dry weather and the traced storm.

    Parameters
    ----------
    systems
        Drainage systems; those without cross-connections are left out.
    settings, storms
        The project's.
    folder
        Where the runs are kept.
    jobs
        Worker processes.
    rain
        The project's long rain, which says how full rain tanks are when the storm begins.

    Returns
    -------
    The rows of separation_contributions.csv; a run that failed leaves its figures empty. A system that has no
    outfall left is not run.
    """
    headline = next(s for s in storms if s.storm_id == settings.headline_storm)
    traced = traced_event(headline, settings.simulation, settings.separation.storm_carrier_l_s)
    dry = dry_event(settings.simulation)
    every: list[tuple[DrainageSystem, tuple[Variant, ...]]] = []
    for system in systems:
        joints = cross_connections(system)
        if joints:
            every.append((system, variants(system, joints, settings, storms, rain)))
    models = [v.model for _, own in every for v in own if v.has_outfall]
    runs = (*plan_runs(models, (dry,), folder, keep_out=False), *plan_traced_runs(models, traced, folder))
    progress("run", 0, len(runs))
    results = execute(runs, processes=jobs, on_done=lambda done: progress("run", done, len(runs)))
    removals: list[Removal] = []
    for system, own in every:
        joined = join_results([v.system for v in own], [v.model for v in own], results)
        sha256 = digest(own[0].model, dry)
        removals.extend(_removal(system, own, joined, event, sha256) for event in EVENTS)
    return contribution_table(removals)


def digest(model: SwmmModel, dry: Event) -> str:
    """Digest of what a model's removal runs came from: its input file in dry weather."""
    return hashlib.sha256(replace(model, scenario="").text(dry).encode()).hexdigest()


def _removal(
    system: DrainageSystem, own: Sequence[Variant], joined: Sequence[Modelled], event: str, sha256: str
) -> Removal:
    volumes = {v.removed: misplaced_m3(m, event) for v, m in zip(own, joined, strict=True)}
    single = {joint: volume for joint, volume in volumes.items() if joint not in ("", "all")}
    no_outfall = frozenset(v.removed for v in own if not v.has_outfall)
    return Removal(system.model, system.scenario, event, volumes[""], single, volumes["all"], sha256, no_outfall)


def week_runs(
    systems: Sequence[DrainageSystem],
    models: Sequence[SwmmModel],
    settings: Settings,
    storms: Sequence[Storm],
    folder: Path,
    jobs: int,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """A rainy week with tracers: models with cross-connections under the mildest of the storms, thrice.

    Returns
    -------
    Rows as of separation_outfalls.csv, for the event "week".
    """
    from spongecalc.assess.outfall_tracers import outfall_tracer_table  # noqa: PLC0415  keeps the import light

    mildest = min(storms, key=lambda s: (s.return_period_a, s.duration_min))
    event = week_event(mildest, settings.simulation, settings.separation.storm_carrier_l_s)
    chosen = [(s, m) for s, m in zip(systems, models, strict=True) if cross_connections(s)]
    runs = plan_traced_runs([m for _, m in chosen], event, folder)
    progress("run", 0, len(runs))
    results = execute(runs, processes=jobs, on_done=lambda done: progress("run", done, len(runs)))
    joined = join_results([s for s, _ in chosen], [m for _, m in chosen], results)
    table = outfall_tracer_table(joined, settings.scenario_names)
    return table[table["event"] == WEEK].reset_index(drop=True)


def write_contributions(table: pd.DataFrame, folder: Path) -> Path:
    """Write separation_contributions.csv into the folder of the removal runs."""
    files = write_own_tables({TABLE: table}, folder)
    note_written(folder, files)
    return files[0]


def stored_contributions(
    folder: Path, models: Sequence[SwmmModel], dry: Event
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows that an earlier call left on disk and that still belong to the layers, and the models whose do not.

    ``dry`` is the run in dry weather by which a model is told from another.
    """
    path = folder / f"{TABLE}.csv"
    try:
        with Entrance(path, "stored"):
            table = stored.table(path)
    except InputRefusedError:
        return pd.DataFrame(columns=CONTRIBUTION_COLUMNS), ()
    if list(table.columns) != CONTRIBUTION_COLUMNS:
        return pd.DataFrame(columns=CONTRIBUTION_COLUMNS), ()
    now = {(m.name, m.scenario): digest(m, dry) for m in models}
    if not own_files(folder).is_own(path):  # damaged, or changed by hand: figures that no run gave
        return pd.DataFrame(columns=CONTRIBUTION_COLUMNS), tuple(sorted(f"{name}/{s}" for name, s in now))
    known = [now.get((r.model, r.scenario)) == r.model_sha256 for r in table.itertuples()]
    stale = sorted({f"{r.model}/{r.scenario}" for r, ok in zip(table.itertuples(), known, strict=True) if not ok})
    return table[known].reset_index(drop=True), tuple(stale)
