"""Settled or not: what the runs found, held against the same models solved by the reference scheme.

A figure that another sound scheme puts elsewhere is known to a range only. The comparison is of plain arrays by
the features' ids; :mod:`spongecalc.swmm.reference_scheme` says what the other scheme is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from spongecalc.assess.compared_columns import OTHER_ENDS
from spongecalc.assess.flooded_nodes import LEAST_FLOOD_M3
from spongecalc.assess.hydraulics import node_results, pipe_results
from spongecalc.assess.modelled import Modelled
from spongecalc.assess.scenario_order import in_order
from spongecalc.decimals import decimals
from spongecalc.swmm.reference_scheme import is_accepted, is_under_pressure
from spongecalc.swmm.run_result import RunResult

TABLE, MODELS_TABLE = "settled", "settled_models"

MOST_CHANGE, MOST_DEPTH_CHANGE_M = 0.05, 0.02
"""What two schemes may differ by in a settled figure: a share of the reference; of a depth, metres."""

LEAST_PEAK_L_S = 5.0
"""A peak below this in both is settled: of a trickle 5 % is nothing that a pipe is sized by."""

SETTLED_COLUMNS = [
    "community_id",
    "scenario",
    "storm_id",
    "object",
    "object_id",
    "figure",
    "value",
    "reference_value",
    "reference_error_percent",
]
MODEL_COLUMNS = [
    "model",
    "scenario",
    "storm_id",
    "answer",
    "peaks_compared",
    "peaks_moved",
    "peak_change_median_percent",
    "peak_change_p95_percent",
    "depths_compared",
    "depths_moved",
    "largest_depth_change_m",
    "volumes_moved",
    "flooded_in_one",
    "reference_error_percent",
]

FREE_SURFACE, COMPARED, REFUSED, NOT_RUN = "free_surface", "compared", "refused", "not_run"
"""Answers of a model: no pipe under pressure, so that the schemes do not differ; held against its reference;
its reference run failed or made too much water; its reference run is not there."""

PIPE, NODE, OUTFALL, OUTFALLS, SITE = "pipe", "node", "outfall", "outfalls", "site"
PEAK, DEPTH, VOLUME = "peak_l_s", "max_depth_m", "flood_volume_m3"
OF_TABLES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "outfalls": (OUTFALL, "outfall_id", (PEAK,)),
    "outfall_peaks": (OUTFALLS, "receives", (PEAK,)),
    "ponding": (SITE, "site_id", (DEPTH, "volume_m3")),
}
"""Tables whose figures are compared: what a row is of, the column with its id, and the figures."""
RANGES: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "pipe_hydraulics": ((PIPE, "pipe_id", PEAK, "swmm_peak_reference_l_s"),),
    "ponding_nodes": ((NODE, "node_id", VOLUME, "volume_reference_m3"),),
    "ponding": ((SITE, "site_id", "volume_m3", "volume_reference_m3"),),
    "outfalls": ((OUTFALL, "outfall_id", PEAK, "peak_reference_l_s"),),
    "outfall_peaks": ((OUTFALLS, "receives", PEAK, "peak_reference_l_s"),),
}
"""Tables with the other end of a range beside a figure: what a row is of, its id, the figure in settled.csv, and
the new column."""

Both = tuple[pd.DataFrame, pd.DataFrame]
"""A table by the run, and by the reference run."""


def moved(figure: str, values: np.ndarray, references: np.ndarray) -> np.ndarray:
    """True where two schemes do not agree on a figure.

    Parameters
    ----------
    figure
        Its column: a name that ends in ``_depth_m``, ``_l_s`` or ``_m3``.
    values, references
        Its values by the run and by the reference run, one an object, in the column's unit. NaN agrees with
        everything: what is not known cannot differ.

    Returns
    -------
    Array of bool. A depth differs by more than :data:`MOST_DEPTH_CHANGE_M`; a peak of at least
    :data:`LEAST_PEAK_L_S`, and a volume of at least :data:`LEAST_FLOOD_M3`, by more than :data:`MOST_CHANGE` of
    the reference. A volume that one of them has and the other has not differs always.
    """
    change = np.abs(values - references)
    if figure.endswith("_depth_m"):
        # Both are sums of levels: without the play of their last digits two centimetres are two centimetres.
        return np.asarray(change > MOST_DEPTH_CHANGE_M + 1e-9)
    least = LEAST_PEAK_L_S if figure.endswith("_l_s") else LEAST_FLOOD_M3
    return np.asarray((np.fmax(values, references) >= least) & (change > MOST_CHANGE * np.abs(references)))


def moved_figures(
    run: pd.DataFrame, reference: pd.DataFrame, named: str, figures: Sequence[str]
) -> Iterator[tuple[str, str, float, float]]:
    """Id, figure, value and reference value of what two tables of the same objects do not agree on.

    Parameters
    ----------
    run, reference
        A row an object. One that only one of them has is nought in the other.
    named
        Column with the ids.
    figures
        Columns that are compared.
    """
    one, other = (
        t.drop_duplicates(named).set_index(named)[list(figures)].astype(float) for t in (run, reference)
    )
    ids = one.index.union(other.index)
    for figure in figures:
        values, references = (
            t[figure].reindex(ids).mask(~ids.isin(t.index), 0.0).to_numpy() for t in (one, other)
        )
        for at in np.flatnonzero(moved(figure, values, references)):
            yield str(ids[at]), figure, float(values[at]), float(references[at])


@dataclass(frozen=True)
class SettledFound:
    """Rows of settled.csv and of settled_models.csv, found of the models one after the other.

    ``storm_id`` is the storm of the reference runs; ``references`` their results by the id of the run that each
    is held against, those not accepted among them. ``errors_percent`` are the continuity errors of those
    accepted, by community and scenario.
    """

    storm_id: str
    references: Mapping[str, RunResult] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)
    models: list[dict[str, object]] = field(default_factory=list)
    errors_percent: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, one: Modelled) -> None:
        """Hold a model's run against its reference run."""
        run = one.finished(self.storm_id)
        if run is None:
            return
        about = {"scenario": one.system.scenario, "storm_id": self.storm_id}
        found: dict[str, object] = {"model": one.model.name, **about}
        reference = self.references.get(run_id_of(one, self.storm_id))
        if reference is None:
            self.models.append(found | {"answer": NOT_RUN if is_under_pressure(run) else FREE_SURFACE})
            return
        error = reference.worst_continuity_error_percent
        found |= {"answer": COMPARED if is_accepted(reference) else REFUSED, "reference_error_percent": error}
        self.models.append(found)
        if not is_accepted(reference):
            return
        rows: list[dict[str, object]] = []
        pipes: list[Both] = []
        nodes: list[Both] = []
        for community in one.system.communities:
            own = {"community_id": community, **about, "reference_error_percent": error}
            self.errors_percent[community, one.system.scenario] = error
            pipes.append((pipe_results(one, community, run), pipe_results(one, community, reference)))
            nodes.append((node_results(one, community, run), node_results(one, community, reference)))
            rows.extend(_rows(own, PIPE, moved_figures(*pipes[-1], named="pipe_id", figures=(PEAK,))))
            rows.extend(_rows(own, NODE, moved_figures(*nodes[-1], named="node_id", figures=(DEPTH, VOLUME))))
        self.rows.extend(rows)
        found |= _figures(pipes, nodes, rows)

    def compare_tables(
        self,
        tables: Mapping[str, pd.DataFrame],
        by_reference: Mapping[str, pd.DataFrame],
        communities: Sequence[str],
    ) -> None:
        """Hold tables against those that the same assessment makes of the reference runs, of some communities."""
        for name, (kind, named, figures) in OF_TABLES.items():
            own, other = (t[name][t[name]["storm_id"] == self.storm_id] for t in (tables, by_reference))
            if "level" in own:  # sites on the ground are numbered: the same number is not the same site
                own, other = own[own["level"] == 1], other[other["level"] == 1]
            places = pd.concat([own, other])[["community_id", "scenario"]].drop_duplicates()
            for community, scenario in places[places["community_id"].isin(communities)].itertuples(index=False):
                two = [t[(t["community_id"] == community) & (t["scenario"] == scenario)] for t in (own, other)]
                error = self.errors_percent.get((community, scenario), math.nan)
                about: dict[str, object] = {"community_id": community, "scenario": scenario}
                about |= {"storm_id": self.storm_id, "reference_error_percent": error}
                self.rows.extend(_rows(about, kind, moved_figures(two[0], two[1], named, figures)))

    def tables(self, community_ids: Sequence[str], scenarios: Sequence[str]) -> dict[str, pd.DataFrame]:
        """settled.csv and settled_models.csv, in the order of communities and scenarios."""
        rows = pd.DataFrame(self.rows, columns=SETTLED_COLUMNS)
        rows = rows[rows["community_id"].isin(list(community_ids))]
        models = pd.DataFrame(self.models, columns=MODEL_COLUMNS)
        key = in_order(scenarios)
        return {
            TABLE: rows.sort_values(["community_id", "scenario"], key=key, kind="stable", ignore_index=True),
            MODELS_TABLE: models.sort_values(["model", "scenario"], key=key, kind="stable", ignore_index=True),
        }


def rounded(settled: pd.DataFrame) -> pd.DataFrame:
    """Rows of settled.csv as they are written: each figure with the decimals of its own unit, as in its table."""
    places = [decimals(figure) or 0 for figure in settled["figure"]]
    columns = ("value", "reference_value")
    return settled.assign(
        **{c: [round(v, n) for v, n in zip(settled[c].astype(float), places, strict=True)] for c in columns}
    )


def settled_counts(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Count the models held against their reference, and their figures that are not settled.

    Parameters
    ----------
    tables
        All tables by name.

    Returns
    -------
    ``compared`` models, those of them with figures that ``moved``, and those under pressure that are ``open``;
    ``pipes`` with a peak, ``nodes`` with a depth, ``volumes`` at nodes that moved, and nodes ``flooded`` in one
    run only.
    """
    models = tables[MODELS_TABLE]
    compared = models[models["answer"] == COMPARED]
    sums = compared[["peaks_moved", "depths_moved", "volumes_moved", "flooded_in_one"]].astype(float)
    return {
        "compared": len(compared),
        "moved": int((sums > 0).any(axis=1).sum()),
        "open": int(models["answer"].isin([REFUSED, NOT_RUN]).sum()),
        "pipes": int(sums["peaks_moved"].sum()),
        "nodes": int(sums["depths_moved"].sum()),
        "volumes": int(sums["volumes_moved"].sum()),
        "flooded": int(sums["flooded_in_one"].sum()),
    }


def run_id_of(one: Modelled, storm_id: str) -> str:
    """Id of a model's run through a storm."""
    return f"{one.model.name}/{one.model.scenario}/{storm_id}"


def with_ranges(
    tables: Mapping[str, pd.DataFrame], settled: pd.DataFrame, designed: str
) -> dict[str, pd.DataFrame]:
    """The tables of :data:`RANGES` with the reference's value beside each figure that is not settled, else NaN.

    Parameters
    ----------
    tables
        All tables by name.
    settled
        Rows of settled.csv.
    designed
        The scenario that pipe_hydraulics.csv is of.
    """
    found = {}
    for name, columns in RANGES.items():
        table = tables[name]
        whole = table if "scenario" in table else table.assign(scenario=designed)
        keys = [k for k in ("community_id", "scenario", "storm_id") if k in whole]
        for kind, named, figure, column in columns:
            own = settled[(settled["object"] == kind) & (settled["figure"] == figure)]
            own = own.rename(columns={"object_id": named})
            values = own.set_index([*keys, named])["reference_value"].astype(float)
            places = pd.MultiIndex.from_frame(whole[[*keys, named]])
            table = table.assign(**{column: values.reindex(places).to_numpy(float)})
        found[name] = table
    return found


def other_ends(
    row: Mapping[str, object], by_reference: Mapping[str, object], compared: Sequence[str]
) -> dict[str, float]:
    """Figures of a community's row that its reference runs put elsewhere, by the columns of a range's other end.

    Parameters
    ----------
    row, by_reference
        The community's row of communities.csv by the runs, and by the reference runs.
    compared
        The scenarios that the table sets side by side.
    """
    found = {}
    for scenario in compared:
        for figure, end in OTHER_ENDS.items():
            column = figure.format(s=scenario)
            value, reference = (float(str(r.get(column, math.nan))) for r in (row, by_reference))
            if moved(column, np.array([value]), np.array([reference]))[0]:
                found[end.format(s=scenario)] = reference
    return found


def _rows(
    about: Mapping[str, object], kind: str, found: Iterator[tuple[str, str, float, float]]
) -> Iterator[dict[str, object]]:
    for object_id, figure, value, reference in found:
        named = {"object": kind, "object_id": object_id, "figure": figure}
        yield {**about, **named, "value": value, "reference_value": reference}


def _figures(
    pipes: Sequence[Both],
    nodes: Sequence[Both],
    rows: Sequence[Mapping[str, object]],
) -> dict[str, object]:
    """Figures of a comparison: how many pipes with a peak that counts, and nodes, and how far they moved."""
    peaks, references = (np.concatenate([p[i][PEAK].to_numpy(float) for p in pipes]) for i in (0, 1))
    counted = np.fmax(peaks, references) >= LEAST_PEAK_L_S
    change = 100 * np.abs(peaks - references)[counted] / references[counted]
    depths, others = (np.concatenate([n[i][DEPTH].to_numpy(float) for n in nodes]) for i in (0, 1))
    floods = [np.concatenate([n[i][VOLUME].to_numpy(float) for n in nodes]) > LEAST_FLOOD_M3 for i in (0, 1)]
    apart = np.abs(depths - others)
    return {
        "peaks_compared": int(counted.sum()),
        "peaks_moved": sum(r["object"] == PIPE for r in rows),
        "peak_change_median_percent": float(np.median(change)) if len(change) else math.nan,
        "peak_change_p95_percent": float(np.percentile(change, 95)) if len(change) else math.nan,
        "depths_compared": len(depths),
        "depths_moved": len({r["object_id"] for r in rows if r["object"] == NODE and r["figure"] == DEPTH}),
        "largest_depth_change_m": float(apart.max()) if len(apart) else math.nan,
        "volumes_moved": sum(r["object"] == NODE and r["figure"] == VOLUME for r in rows),
        "flooded_in_one": int((floods[0] != floods[1]).sum()),
    }
