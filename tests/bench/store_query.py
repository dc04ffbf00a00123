"""The store of a province: 1,000 communities, two scenarios, ten storms, queried from DuckDB and from Python.

Rows are the worked example's results under other ids; what is measured is the store, not the engine.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import pyogrio

from spongecalc.batch.parquet_store import write_parquet
from spongecalc.batch.run import Run
from spongecalc.batch.runs import execute
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.swmm.run_result import RunResult
from tests.bench.example import REPOSITORY

STORMS = 10

QUERIES = {
    "runoff by scenario and storm": "SELECT scenario, storm_id, sum(runoff_m3) AS runoff_m3 FROM '{runs}' "
    "GROUP BY ALL ORDER BY ALL",
    "the 20 nodes that flood most": "SELECT model, scenario, storm_id, element_id, flood_volume_m3 "
    "FROM '{elements}' JOIN '{runs}' USING (run_id) WHERE element = 'node' "
    "ORDER BY flood_volume_m3 DESC LIMIT 20",
    "one community, before and after": "SELECT scenario, storm_id, count(*), sum(flood_volume_m3) "
    "FROM '{elements}' JOIN '{runs}' USING (run_id) WHERE model = 'M0500' AND element = 'node' GROUP BY ALL",
}


class Same(Mapping[str, RunResult]):
    """Results of many runs that are those of a few."""

    def __init__(self, ids: dict[str, str], results: Mapping[str, RunResult]) -> None:
        self._ids, self._results = ids, results

    def __getitem__(self, run_id: str) -> RunResult:
        return self._results[self._ids[run_id]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def main() -> None:
    """Write the store and print how long each query takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communities", type=int, default=1000)
    communities = parser.parse_args().communities
    built = pipeline.build(pipeline.check(load_project(REPOSITORY)))
    headline = built.checked.project.settings.headline_storm
    plain = [r for r in pipeline.plan(built) if r.event.storm_id == headline]
    with tempfile.TemporaryDirectory() as name:
        made = [
            dataclasses.replace(
                r, folder=Path(name) / str(n), series=dataclasses.replace(r.series, node_depth=())
            )
            for n, r in enumerate(plain)
        ]
        results = execute(made, processes=2)
        by_scenario = {s: [r for r in made if r.scenario == s] for s in ("before", "after")}
        runs: list[Run] = []
        ids: dict[str, str] = {}
        for number in range(communities):
            for own in by_scenario.values():
                source = own[number % len(own)]
                for storm in range(STORMS):
                    event = dataclasses.replace(source.event, storm_id=f"P{storm}")
                    runs.append(dataclasses.replace(source, model=f"M{number:04d}", event=event))
                    ids[runs[-1].run_id] = source.run_id
        held = {r.run_id: dataclasses.replace(results[r.run_id], series=pd.DataFrame()) for r in made}
        began = time.perf_counter()
        files = write_parquet(runs, Same(ids, held), Path(name) / "store")
        print(f"{len(runs)} runs written in {time.perf_counter() - began:.1f} s")
        places = {f.stem: str(f) for f in files}
        for file in files:
            print(f"  {file.name:<18} {file.stat().st_size / 1e6:7.1f} MB")
        for label, query in QUERIES.items():
            began = time.perf_counter()
            found = duckdb.sql(query.format(**places)).fetchall()
            print(f"DuckDB: {label:<34} {time.perf_counter() - began:6.3f} s, {len(found)} rows")
        began = time.perf_counter()
        table = duckdb.read_parquet(places["runs"]).df().groupby(["scenario", "storm_id"])["runoff_m3"].sum()
        print(
            f"pandas: runoff by scenario and storm       {time.perf_counter() - began:6.3f} s, {len(table)} rows"
        )
        expected = sum(held[ids[r.run_id]].totals_m3["runoff"] for r in runs if r.scenario == "after")
        assert abs(table["after"].sum() / expected - 1) < 1e-9
        if "Parquet" in pyogrio.list_drivers():
            began = time.perf_counter()
            frame = pyogrio.read_dataframe(places["runs"], where="scenario = 'after' AND storm_id = 'P3'")
            took_s = time.perf_counter() - began
            print(f"GDAL, as QGIS reads: one storm             {took_s:6.3f} s, {len(frame)} rows")
        else:
            print("GDAL here has no Parquet driver; that of QGIS for Windows has")


if __name__ == "__main__":
    main()
