"""Up to which return period each community stays dry, and its rain pipes carry without surcharge."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from spongecalc.assess.modelled import Modelled
from spongecalc.assess.ponding import SITES, ponding_sites
from spongecalc.assess.ponding_area import lakes, raster_sites
from spongecalc.assess.return_periods import CRITERIA, PERIOD_COLUMNS, TABLE
from spongecalc.assess.scenario_order import in_order
from spongecalc.assess.site_ground import SiteGround
from spongecalc.batch.own_files import note_written, own_files
from spongecalc.batch.run import Run
from spongecalc.batch.runs import execute, plan_runs
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.progress import Progress, no_progress
from spongecalc.project.design_storms import hyetograph, project_formula
from spongecalc.project.settings import Settings
from spongecalc.rainfall.return_period_search import Bisection, ladder
from spongecalc.rainfall.storm import Storm
from spongecalc.report.tables.csv_tables import write_own_tables
from spongecalc.steps.built import Built, SearchBasis
from spongecalc.steps.ponding import kept_of_others, with_others
from spongecalc.swmm.event import storm_event
from spongecalc.swmm.run_result import RunResult

UNFINISHED = "run failed"
LOWEST_A, HIGHEST_A = 0.25, 100.0
# A pipe that is full for less than this only shows the jitter of a passing wave.
LEAST_SURCHARGE_H = 1 / 60


class NoSearchError(Exception):
    """The project's storm cannot be had at other return periods: it is a measured one."""


@dataclass
class _Search:
    one: Modelled
    community: str
    criterion: str
    bisection: Bisection
    first: dict[int, str]
    low_spots: SiteGround


def period_storms(settings: Settings) -> tuple[Storm, ...]:
    """The headline storm at every return period of the ladder.

    Raises
    ------
    NoSearchError
        Its rain was measured and has no other return period.
    """
    pattern = next(s for s in settings.storms if s.storm_id == settings.headline_storm)
    if pattern.pattern == "measured":
        raise NoSearchError(pattern.storm_id)
    formula = project_formula(settings)
    lowest = max(LOWEST_A, formula.least_return_period_a)
    storms = []
    for period in ladder(lowest, HIGHEST_A):
        long_enough = pattern.duration_min <= formula.longest_duration_min(period)
        if period < formula.least_return_period_a or not formula.gives_rain(period) or not long_enough:
            continue
        own = pattern.model_copy(update={"return_period_a": period, "id": None})
        rain = hyetograph(formula, own, settings.rainfall)
        name = f"T{period:g}"
        storms.append(
            Storm(name, period, own.duration_min, settings.rainfall.step_min, formula, rain, own.pattern)
        )
    return tuple(storms)


def model_digests(basis: SearchBasis, storms: Sequence[Storm]) -> dict[tuple[str, str], str]:
    """Digest of what each model's return periods rest on, by model and scenario: the model, the rains, the
    ground, and what counts as ponding."""
    rain = hashlib.sha256(f"{SITES} {basis.ponding!r}".encode())
    for storm in storms:
        rain.update(storm.hyetograph.to_numpy(float).tobytes())
    found = {}
    for model in basis.models:
        text = rain.copy()
        text.update(model.text(basis.event).encode())
        ground = basis.site_ground(basis.systems[model.name, model.scenario])
        if ground is not None:
            text.update(ground.elevation_m.tobytes())
        found[model.name, model.scenario] = text.hexdigest()
    return found


def search_return_periods(built: Built, jobs: int, progress: Progress = no_progress) -> pd.DataFrame:
    """Search by bisection for every community of every model, and keep the table.

    All searches go on together, a round of runs at a time; a run serves both criteria of all communities of
    its model, and is kept on disk.

    Returns
    -------
    The rows of ponding_return_periods.csv.

    Raises
    ------
    NoSearchError
        The headline storm was measured.
    """
    settings = built.checked.project.settings
    storms = period_storms(settings)
    searches = [
        _Search(
            Modelled(system, model, {}),
            community,
            criterion,
            Bisection(len(storms)),
            {},
            SiteGround(built.site_ground),
        )
        for system, model in zip(built.checked.systems, built.models, strict=True)
        for community in system.communities
        for criterion in CRITERIA
    ]
    known: dict[tuple[str, str, int], RunResult | None] = {}
    # Each search halves the ladder; this many rounds end them all.
    rounds = len(storms).bit_length()
    for number in range(rounds + 1):
        progress("return_periods", min(number, rounds), rounds)
        _answer(searches, known, storms, built)
        due = sorted(
            {(s.one.model.name, s.one.system.scenario, s.bisection.ask) for s in searches if s.bisection.ask >= 0}
        )
        if not due:
            break
        known |= _run(due, storms, built, jobs)
    progress("return_periods", rounds, rounds)
    shas = model_digests(built.search, storms)
    rows = [_row(s, storms, built, shas) for s in searches]
    order = ["community_id", "scenario", "criterion"]
    key = in_order(settings.scenario_names, latest_first=True)
    table = pd.DataFrame(rows, columns=PERIOD_COLUMNS).sort_values(order, key=key, ignore_index=True)
    folder = built.search.folder
    others = kept_of_others(folder / f"{TABLE}.csv", PERIOD_COLUMNS, built.models)
    joined = with_others(table, others, order, settings.scenario_names)
    note_written(folder, write_own_tables({TABLE: joined}, folder))
    return table


def _run(
    due: Sequence[tuple[str, str, int]], storms: Sequence[Storm], built: Built, jobs: int
) -> dict[tuple[str, str, int], RunResult | None]:
    settings = built.checked.project.settings
    models = {(m.name, m.scenario): m for m in built.models}
    runs: list[Run] = []
    keys: dict[str, tuple[str, str, int]] = {}
    for name, scenario, rung in due:
        storm = storms[rung]
        model = replace(models[name, scenario], storms=(storm,))
        event = storm_event(storm, settings.simulation)
        planned = plan_runs([model], (event,), built.search.folder / "periods", keep_out=False)
        runs.extend(planned)
        keys.update({run.run_id: (name, scenario, rung) for run in planned})
    results = execute(runs, processes=jobs)
    return {key: results.get(run_id) for run_id, key in keys.items()}


def _answer(
    searches: Sequence[_Search],
    known: Mapping[tuple[str, str, int], RunResult | None],
    storms: Sequence[Storm],
    built: Built,
) -> None:
    """Tell each search what is known of the rungs it asks for, until it asks for one that is not."""
    for search in searches:
        while (rung := search.bisection.ask) >= 0:
            key = (search.one.model.name, search.one.system.scenario, rung)
            if key not in known:
                break
            result = known[key]
            one = replace(search.one, results={storms[rung].storm_id: result} if result is not None else {})
            first = _first_failing(one, search, storms[rung], built)
            search.first[rung] = first
            search.bisection.tell(rung, first == "")


def _first_failing(one: Modelled, search: _Search, storm: Storm, built: Built) -> str:
    """Id of the site or pipe by which a community fails its criterion in a run; "" if it keeps it.

    A run that did not finish keeps nothing: its return period is not claimed.
    """
    result = one.finished(storm.storm_id)
    if result is None:
        return UNFINISHED
    settings = built.checked.project.settings
    if search.criterion == "pipes":
        return _surcharged(one, search.community, result)
    about = (storm.storm_id, storm.return_period_a)
    ground = built.grounds.get((one.model.name, one.system.scenario))
    wet = lakes(one, storm.storm_id, ground) if ground is not None else None
    if wet is None:
        sites = ponding_sites(one, *about, settings.ponding, search.low_spots.of(one, storm.storm_id))
    else:
        sites = raster_sites(wet, one, *about, settings)
    sites = sites[sites["community_id"] == search.community]
    if sites.empty:
        return ""
    worst = sites.sort_values("volume_m3").iloc[-1]
    return str(worst["node_id"] or worst["site_id"])


def _surcharged(one: Modelled, community: str, result: RunResult) -> str:
    """The rain or combined pipe of a community that is full at an end for the longest time; "" for none."""
    table = one.model.elements
    rain = one.system.pipes[one.system.pipes["system"].isin(["storm", "combined"])]
    own = table[
        (table["layer"] == "pipes")
        & (table["element"] == "link")
        & (table["community_id"] == community)
        & table["feature_id"].isin(rain["pipe_id"])
    ]
    hours = result.links["surcharged_h"].reindex(own["model_id"]).fillna(0.0)
    if hours.empty or float(hours.max()) <= LEAST_SURCHARGE_H:
        return ""
    return str(own["feature_id"].iloc[int(hours.to_numpy().argmax())])


def _row(
    search: _Search, storms: Sequence[Storm], built: Built, shas: Mapping[tuple[str, str], str]
) -> dict[str, object]:
    held = search.bisection.result(tuple(s.return_period_a for s in storms))
    on_ground = (search.one.model.name, search.one.system.scenario) in built.grounds
    return {
        "community_id": search.community,
        "scenario": search.one.system.scenario,
        "criterion": search.criterion,
        "return_period_a": held.return_period_a,
        "bound": held.bound,
        "fails_at_a": storms[held.failing].return_period_a if held.failing >= 0 else float("nan"),
        "first_id": search.first.get(held.failing, ""),
        "level": (2 if on_ground else 1) if search.criterion == "dry" else 1,
        "pattern": storms[0].pattern,
        "duration_min": storms[0].duration_min,
        "model_sha256": shas[search.one.model.name, search.one.system.scenario],
    }


def kept_return_periods(basis: SearchBasis, settings: Settings) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return periods of an earlier search that still hold, and the models whose periods are out of date."""
    path: Path = basis.folder / f"{TABLE}.csv"
    empty = pd.DataFrame(columns=PERIOD_COLUMNS)
    try:
        with Entrance(path, "stored"):
            kept = stored.table(path, dtype={"bound": str, "first_id": str})
    except InputRefusedError:
        return empty, ()
    if list(kept.columns) != PERIOD_COLUMNS:
        return empty, ()
    kept[["bound", "first_id"]] = kept[["bound", "first_id"]].fillna("")
    try:
        shas = model_digests(basis, period_storms(settings))
    except NoSearchError:
        return empty, ()
    now = {(c, m.scenario): shas[m.name, m.scenario] for m in basis.models for c in m.communities}
    if not own_files(basis.folder).is_own(path):  # damaged, or changed by hand: figures that no run gave
        return empty, tuple(sorted(f"{c}/{s}" for c, s in now))
    keys = list(zip(kept["community_id"], kept["scenario"], strict=True))
    true = [now.get(k) == sha for k, sha in zip(keys, kept["model_sha256"], strict=True)]
    stale = sorted({f"{k[0]}/{k[1]}" for k, ok in zip(keys, true, strict=True) if not ok})
    return kept[true].reset_index(drop=True), tuple(stale)
