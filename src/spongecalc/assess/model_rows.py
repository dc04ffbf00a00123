"""Rows that each model adds to the tables, found in one pass: its results are read once and let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from spongecalc.assess.basins import BASIN_COLUMNS, basin_rows
from spongecalc.assess.engine_findings import engine_findings
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.outfall_peaks import OutfallsFound
from spongecalc.assess.outfall_tracers import outfall_rows
from spongecalc.assess.over_ground import inlets_short, left_over_ground_m3
from spongecalc.assess.ponding_tables import PondingFound
from spongecalc.assess.run_table import RUN_COLUMNS, run_row
from spongecalc.assess.scenario_order import in_order
from spongecalc.assess.separation import separation_rows, sewage_to_storm_m3_d, traced_system, ways_back
from spongecalc.assess.separation_grades import grade_rows
from spongecalc.assess.settled import SettledFound
from spongecalc.assess.spills import spill_rows, spills_known
from spongecalc.assess.sponge import SPONGE_COLUMNS, runoff_series_l_s, sponge_row
from spongecalc.assess.storages import STORAGE_COLUMNS, storage_rows
from spongecalc.assess.structures import STRUCTURE_COLUMNS, structure_rows
from spongecalc.batch.run import Run
from spongecalc.layers.finding import Finding
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.swmm.run_result import RunResult

Way = tuple[str, float]


@dataclass(frozen=True)
class ScenarioFacts:
    """Facts of a community's runs in one scenario that its row and page need.

    ``finished`` and ``spills_known`` say whether the run of the headline storm, and one that tells of spills,
    finished; ``runoff_l_s`` is the runoff under the headline storm by minutes. ``over_ground_m3`` is what left
    over the ground by storm, ``inlets_short`` the inlets whose ground brings more than they take.
    """

    finished: bool
    spills_known: bool
    sewage_to_storm_m3_d: float
    runoff_l_s: pd.Series
    over_ground_m3: Mapping[str, float]
    inlets_short: int


@dataclass(frozen=True)
class ModelRows:
    """Rows of the tables of all models, as far as they come from runs or from tracing.

    ``ways`` are those of :func:`spongecalc.assess.separation.ways_back`; ``sponge`` holds rows and ``facts``
    facts by community and scenario, ``runs`` rows by run id; ``leaving`` is what leaves by the outfalls,
    ``settled`` what differs from the reference runs.
    ``engine`` are the findings of the engine's warnings.
    """

    ponding: PondingFound
    leaving: OutfallsFound
    settled: SettledFound
    separation: list[dict[str, object]] = field(default_factory=list)
    ways: dict[tuple[str, str, str], Way] = field(default_factory=dict)
    grades: list[dict[str, object]] = field(default_factory=list)
    spills: list[dict[str, object]] = field(default_factory=list)
    basins: list[dict[str, object]] = field(default_factory=list)
    structures: list[dict[str, object]] = field(default_factory=list)
    storages: list[dict[str, object]] = field(default_factory=list)
    outfalls: list[dict[str, object]] = field(default_factory=list)
    sponge: dict[tuple[str, str], list[dict[str, object]]] = field(default_factory=dict)
    facts: dict[tuple[str, str], ScenarioFacts] = field(default_factory=dict)
    runs: dict[str, dict[str, object]] = field(default_factory=dict)
    engine: list[Finding] = field(default_factory=list)

    def sponge_table(self, community_ids: Sequence[str], scenarios: Sequence[str]) -> pd.DataFrame:
        """Rows of sponge.csv in the order of communities, and of the project's scenarios."""
        rows = [
            row for c in community_ids for scenario in scenarios for row in self.sponge.get((c, scenario), ())
        ]
        return pd.DataFrame(rows, columns=SPONGE_COLUMNS)

    def storage_tables(self, scenarios: Sequence[str]) -> dict[str, pd.DataFrame]:
        """basins.csv, structures.csv and storages.csv, each where there are any."""
        held = (
            ("basins", self.basins, BASIN_COLUMNS, "facility_id"),
            ("structures", self.structures, STRUCTURE_COLUMNS, "structure_id"),
            ("storages", self.storages, STORAGE_COLUMNS, "node_id"),
        )
        return {
            name: pd.DataFrame(rows, columns=columns).sort_values(
                ["community_id", key, "scenario"], key=in_order(scenarios), kind="stable", ignore_index=True
            )
            for name, rows, columns, key in held
            if rows
        }

    def run_table(self, runs: Sequence[Run], results: Mapping[str, RunResult], language: str) -> pd.DataFrame:
        """Rows of runs.csv in the order of the runs."""
        rows = [self.runs.get(r.run_id) or run_row(r, results.get(r.run_id), language) for r in runs]
        return pd.DataFrame(rows, columns=RUN_COLUMNS)


def model_rows(
    modelled: Sequence[Modelled],
    runs: Sequence[Run],
    storms: Sequence[Storm],
    settings: Settings,
    ponding: PondingFound,
    settled: SettledFound,
    language: str,
) -> ModelRows:
    """Look at one model after the other.

    All that is asked of a model's results is asked here while they are at hand, and its graph and what tracing
    finds go with it: those of a thousand communities do not fit into memory.

    Parameters
    ----------
    modelled, runs, storms, settings
        Of the assessment.
    ponding, settled
        Take what is found of ponding, and of what is settled.
    language
        Of the messages of runs.
    """
    rows = ModelRows(ponding, OutfallsFound(modelled, storms, settings.compared), settled)
    own: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        own.setdefault((run.model, run.scenario), []).append(run)
    headline = settings.headline_storm
    for one in modelled:
        traced = traced_system(one, settings.separation)
        rows.separation.extend(separation_rows(traced, settings))
        rows.ways.update(ways_back(traced))
        rows.grades.extend(grade_rows(traced, settings))
        ponding.add(one)
        settled.add(one)
        rows.spills.extend(spill_rows(one, headline, settings.simulation.dry_carrier_l_s))
        rows.outfalls.extend(outfall_rows(one))
        rows.leaving.add(one)
        rows.basins.extend(basin_rows(one, storms, settings))
        rows.structures.extend(structure_rows(one, storms))
        rows.storages.extend(storage_rows(one, storms, settings.structures))
        finished, known = one.finished(headline) is not None, spills_known(one, headline)
        for community in one.system.communities:
            key = (community, one.system.scenario)
            rows.sponge[key] = [sponge_row(one, community, storm.storm_id) for storm in storms]
            rows.facts[key] = ScenarioFacts(
                finished,
                known,
                sewage_to_storm_m3_d(one, community, settings.simulation.dry_measure_min),
                runoff_series_l_s(one, community, headline),
                {s.storm_id: left_over_ground_m3(one, community, s.storm_id) for s in storms},
                inlets_short(one, community),
            )
        for run in own.get((one.model.name, one.system.scenario), ()):
            rows.runs[run.run_id] = run_row(run, one.results.get(run.event.storm_id), language)
        rows.engine.extend(engine_findings(one))
    return rows
