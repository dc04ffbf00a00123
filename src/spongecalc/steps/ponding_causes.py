"""Re-runs with one thing changed: what would end each ponding site of the headline storm, at every level kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import rasterio.features
import shapely

from spongecalc.assess.limiting import nearest_inlets
from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.assess.ponding import SITES, ponding_sites
from spongecalc.assess.ponding_area import lakes, raster_sites
from spongecalc.assess.ponding_causes import CAUSE_COLUMNS, TABLE, Tried, cause_rows, stored_causes
from spongecalc.assess.site_ground import SiteGround
from spongecalc.batch.own_files import note_written
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.ground.grid import Ground
from spongecalc.ground.water_depths import WaterDepths
from spongecalc.ground.way_out import with_way_out
from spongecalc.network.ponding_remedies import Remedy, remedies
from spongecalc.overland.coupled_model import CoupledRun, coupled_run
from spongecalc.overland.store import make_all, wet_of
from spongecalc.progress import Progress, no_progress
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.steps.built import Built, SearchBasis
from spongecalc.steps.ponding import Kept, kept_flows, kept_of_others, with_others
from spongecalc.surfaces.inlet_areas import intake_nodes
from spongecalc.swmm.gutters import INTAKE
from spongecalc.swmm.model import FLOODING, SwmmModel, build_model
from spongecalc.swmm.run_result import RunResult

Key = tuple[str, str, str, int]


@dataclass
class _Case:
    """One site of one run, and the changes tried on it; ``number`` begins the names of their models."""

    one: Modelled
    site: dict[str, object]
    changes: tuple[Remedy, ...]
    number: int
    wet: WaterDepths | None = None
    run: CoupledRun | None = None
    opened: Ground | None = None
    doubled: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Ids of the site's flooded nodes."""
        ids = self.site["node_ids"]
        assert isinstance(ids, tuple)
        return ids

    def scenario(self, change: int) -> str:
        """Name of a change in place of the scenario's."""
        return f"{self.one.system.scenario}-{self.number}-{change}"


def digests(basis: SearchBasis, flows: Mapping[str, Kept]) -> dict[Key, str]:
    """Digest of all that the headline storm's sites rest on, by model, scenario, storm and level."""
    headline, ponding = basis.headline, f"{SITES} {basis.ponding!r}".encode()
    found: dict[Key, str] = {}
    for model in basis.models:
        text = hashlib.sha256(ponding + model.text(basis.event).encode())
        ground = basis.site_ground(basis.systems[model.name, model.scenario])
        if ground is not None:
            text.update(np.ascontiguousarray(ground.elevation_m).tobytes())
        for level in (1, 2):
            found[model.name, model.scenario, headline.storm_id, level] = text.hexdigest()
    for run in (k.run for k in flows.values() if k.run.storm_id == headline.storm_id):
        text = hashlib.sha256(ponding + run.key.encode())
        found[run.model, run.scenario, run.storm_id, 3] = text.hexdigest()
    return found


def kept_causes(basis: SearchBasis, flows: Mapping[str, Kept]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Causes of an earlier search that still hold, and the runs whose causes are out of date."""
    if not (basis.folder / f"{TABLE}.csv").is_file():
        return pd.DataFrame(columns=CAUSE_COLUMNS), ()
    now = digests(basis, flows)
    return stored_causes(basis.folder, now)


def search_causes(
    built: Built, results: Mapping[str, RunResult], jobs: int, progress: Progress = no_progress
) -> pd.DataFrame:
    """Try every change on every site of the headline storm and keep what came of it.

    Sites are those of the project's level (1 or 2), and of level 3 where a coupled run is kept. Each change is
    run on its own; runs are kept on disk, so that a search that was stopped goes on where it was.

    Returns
    -------
    The rows of ponding_causes.csv.
    """
    headline = built.headline
    settings = built.checked.project.settings
    flows = kept_flows(built)
    cases = _cases(built, results, headline, flows)
    shas = digests(built.search, flows)
    tries: dict[int, list[Tried]] = {case.number: [] for case in cases}
    for way, own in (
        (_by_pipes, [c for c in cases if c.run is None]),
        (_over_ground, [c for c in cases if c.run is not None]),
    ):
        for case, tried in way(built, own, headline, jobs, progress):
            tries[case.number].append(tried)
    rows: list[dict[str, object]] = []
    for case in cases:
        level = int(str(case.site["level"]))
        sha = shas[case.one.model.name, case.one.system.scenario, headline.storm_id, level]
        least = settings.ponding.min_volume_m3 if level == 1 else 0.0
        rows.extend(cause_rows(case.site, case.one.model.name, tries[case.number], least, sha))
    table = pd.DataFrame(rows, columns=CAUSE_COLUMNS)
    folder = built.search.folder
    others = kept_of_others(folder / f"{TABLE}.csv", CAUSE_COLUMNS, built.models)
    joined = with_others(table, others, ["community_id", "scenario", "level"], settings.scenario_names)
    note_written(folder, write_own_tables({TABLE: joined}, folder))
    return table


def _cases(
    built: Built, results: Mapping[str, RunResult], headline: Storm, flows: Mapping[str, Kept]
) -> list[_Case]:
    settings = built.checked.project.settings
    about = (headline.storm_id, headline.return_period_a)
    cases: list[_Case] = []
    for one in join_results(built.checked.systems, built.models, results):
        if one.finished(headline.storm_id) is None:
            continue
        key = (one.model.name, one.system.scenario)
        kept = flows.get(f"{one.model.name}/{one.system.scenario}/{headline.storm_id}")
        ground = built.grounds.get(key)
        wets = [lakes(one, headline.storm_id, ground) if ground is not None else None]
        wets.append(kept.wet if kept is not None else None)
        if ground is None:
            low_spots = SiteGround(built.site_ground).of(one, headline.storm_id)
            for site in ponding_sites(one, *about, settings.ponding, low_spots).to_dict("records"):
                nodes = list(site["node_ids"])
                own = _grates_of(one, nodes)
                changes = _with_grates(remedies(one.system, nodes), own, one)
                cases.append(_Case(one, site, changes, len(cases), doubled=own))
        for wet in (w for w in wets if w is not None):
            for site in raster_sites(wet, one, *about, settings).to_dict("records"):
                cases.append(
                    _ground_case(
                        one, site, wet, kept.run if kept and wet.level == 3 else None, settings, len(cases)
                    )
                )
    return cases


def _ground_case(
    one: Modelled,
    site: dict[str, object],
    wet: WaterDepths,
    run: CoupledRun | None,
    settings: Settings,
    number: int,
) -> _Case:
    """A site on the ground: its node's way down, or at level 3 that of the inlets within reach."""
    inlets = [n for c in one.system.communities for n in intake_nodes(one.system, c)]
    near = nearest_inlets(site, inlets, settings.ponding.search_radius_m) if run is not None else ()
    nodes = {*near, *([str(site["node_id"])] if site["node_id"] else [])}
    opened = with_way_out(
        wet.ground, _mask(site, wet.ground, 0.0) & (wet.depth_m >= settings.ponding.site_depth_m)
    )
    doubled = near or _grates_of(one, nodes)
    changes = list(_with_grates(remedies(one.system, nodes) if nodes else (), doubled, one))
    if opened is not None:
        changes.append(Remedy("ground", (), one.system))
    return _Case(one, site, tuple(changes), number, wet, run, opened, doubled)


def _grates_of(one: Modelled, nodes: Iterable[str]) -> tuple[str, ...]:
    """The nodes that take in ground's runoff by a grate."""
    table = one.model.elements
    with_grate = set(table.loc[table["role"] == INTAKE, "feature_id"])
    return tuple(sorted(with_grate.intersection(nodes)))


def _with_grates(changes: Sequence[Remedy], inlets: tuple[str, ...], one: Modelled) -> tuple[Remedy, ...]:
    """The changes, and a second grate for some inlets where no second lead brings one."""
    if not inlets or any(r.cause == "inlets" for r in changes):
        return tuple(changes)
    return (*changes, Remedy("inlets", inlets, one.system))


def _mask(site: Mapping[str, object], ground: Ground, reach_m: float) -> np.ndarray:
    outline = site["geometry"]
    assert isinstance(outline, shapely.Geometry)
    shape = outline.buffer(reach_m) if reach_m else outline
    mask: np.ndarray = rasterio.features.geometry_mask(
        [shape], ground.elevation_m.shape, ground.transform, all_touched=bool(reach_m), invert=True
    )
    return mask


def _raster_tried(case: _Case, change: Remedy, wet: WaterDepths, site_depth_m: float) -> Tried:
    """Water that a change left of a site on the ground: that deep enough within a cell of it, and elsewhere."""
    assert case.wet is not None
    at = _mask(case.site, wet.ground, wet.ground.cell_m)

    def deep_m3(of: WaterDepths, where: np.ndarray) -> float:
        depth = np.where(of.ground.building, 0.0, of.depth_m)
        return float(depth[where & (depth >= site_depth_m)].sum()) * of.ground.cell_area_m2

    elsewhere = deep_m3(wet, ~at) - deep_m3(case.wet, ~at)
    return Tried(change.cause, change.changed, deep_m3(wet, at), elsewhere)


def _by_pipes(
    built: Built, cases: Sequence[_Case], headline: Storm, jobs: int, progress: Progress
) -> Iterator[tuple[_Case, Tried]]:
    """Levels 1 and 2: SWMM alone, with each change."""
    settings = built.checked.project.settings
    event = built.search.event
    made: list[tuple[_Case, Remedy, SwmmModel | None]] = []
    for case in cases:
        for n, change in enumerate(case.changes):
            model = None
            if change.cause != "ground":
                doubled = case.doubled if change.cause == "inlets" else ()
                model = build_model(change.system, settings, built.storms, built.rain, doubled)
                model = replace(model, scenario=case.scenario(n))
            made.append((case, change, model))
    models = [m for *_, m in made if m is not None]
    runs = plan_runs(models, (event,), built.search.folder / "runs", keep_out=False)
    progress("ponding_causes", 0, len(runs))
    results = execute(runs, processes=jobs, on_done=lambda done: progress("ponding_causes", done, len(runs)))
    for case, change, model in made:
        one = case.one if model is None else join_results([change.system], [model], results)[0]
        found = one.finished(headline.storm_id)
        if found is None:
            continue
        if case.wet is None:
            yield case, _node_tried(case, change, one, found, headline.storm_id)
            continue
        ground = case.opened if model is None else case.wet.ground
        wet = lakes(one, headline.storm_id, ground) if ground is not None else None
        if wet is not None:
            yield case, _raster_tried(case, change, wet, settings.ponding.site_depth_m)


def _node_tried(case: _Case, change: Remedy, one: Modelled, found: RunResult, storm_id: str) -> Tried:
    """Water that a change left at the nodes of a site, and at all others."""

    def volumes(of: Modelled, result: RunResult) -> pd.Series:
        table = of.model.elements
        table = table[table["role"].isin(FLOODING)]
        values = result.nodes.loc[table["model_id"], "flood_volume_m3"].to_numpy(float)
        return pd.Series(values, index=table["feature_id"]).groupby(level=0, sort=False).sum()

    base = case.one.finished(storm_id)
    assert base is not None
    was, now, nodes = volumes(case.one, base), volumes(one, found), list(case.nodes)
    elsewhere = float(now.drop(nodes).sum() - was.drop(nodes).sum())
    return Tried(change.cause, change.changed, float(now[nodes].sum()), elsewhere)


def _over_ground(
    built: Built, cases: Sequence[_Case], headline: Storm, jobs: int, progress: Progress
) -> Iterator[tuple[_Case, Tried]]:
    """Level 3: the coupled run again, with each change."""
    settings = built.checked.project.settings
    made: list[tuple[_Case, Remedy, CoupledRun]] = []
    for case in cases:
        assert case.run is not None
        for n, change in enumerate(case.changes):
            ground = case.opened if change.cause == "ground" else case.run.ground
            assert ground is not None
            model = case.one.model
            if change.system is not case.one.system:
                model = build_model(change.system, settings, built.storms, built.rain)
            doubled = case.doubled if change.cause == "inlets" else ()
            run = coupled_run(change.system, model, settings, headline, ground, doubled)
            made.append((case, change, replace(run, scenario=case.scenario(n))))
    runs = [run for *_, run in made]
    if runs:
        make_all(runs, built.search.folder, jobs, lambda done, _: progress("ponding_causes_2d", done, len(runs)))
    for case, change, run in made:
        wet = wet_of(run, built.search.folder)
        if wet is not None:
            yield case, _raster_tried(case, change, wet, settings.ponding.site_depth_m)
