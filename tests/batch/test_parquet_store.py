"""Parquet files hold what the results hold, row by row, for whatever reads Parquet."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import WholeRun
from tests.disks import fill_up, small_disk

from spongecalc.batch.parquet_store import write_parquet
from spongecalc.steps import pipeline

duckdb = pytest.importorskip("duckdb")


def test_every_run_element_and_series_is_found_by_sql(whole_run: WholeRun, tmp_path: Path) -> None:
    runs = pipeline.plan(whole_run.built)
    files = write_parquet(runs, whole_run.results, tmp_path)
    assert [f.name for f in files] == ["runs.parquet", "elements.parquet", "series.parquet"]
    found = duckdb.sql(f"SELECT run_id, status, runoff_m3 FROM '{files[0]}'").fetchall()
    assert {(i, s) for i, s, _ in found} == {(i, r.status) for i, r in whole_run.results.items()}
    for run_id, _, runoff_m3 in found:
        assert runoff_m3 == whole_run.results[run_id].totals_m3["runoff"]
    nodes = duckdb.sql(
        f"SELECT run_id, element_id, max_depth_m FROM '{files[1]}' WHERE element = 'node' ORDER BY ALL"
    ).fetchall()
    assert nodes == sorted(
        (i, n, d) for i, r in whole_run.results.items() for n, d in r.nodes["max_depth_m"].items()
    )
    sums = dict(
        duckdb.sql(f"SELECT run_id || quantity || element_id, sum(value) FROM '{files[2]}' GROUP BY 1").fetchall()
    )
    wanted = {
        i + "".join(str(c).rsplit(":", 1)): r.series[c].sum()
        for i, r in whole_run.results.items()
        for c in r.series
    }
    assert sums == pytest.approx(wanted)
    elements = {e for (e,) in duckdb.sql(f"SELECT DISTINCT element_id FROM '{files[2]}'").fetchall()}
    assert not {e for e in elements if ":" in e}


def test_a_county_of_runs_is_written_in_parts(whole_run: WholeRun, tmp_path: Path) -> None:
    run = pipeline.plan(whole_run.built)[0]
    many = [replace(run, event=replace(run.event, storm_id=f"S{n}")) for n in range(450)]
    result = whole_run.results[run.run_id]
    files = write_parquet(many, {r.run_id: result for r in many}, tmp_path)
    count = duckdb.sql(f"SELECT count(DISTINCT run_id), count(*) FROM '{files[0]}'").fetchall()[0]
    assert count == (450, 450)


def test_files_of_one_writing_go_to_their_places_together(whole_run: WholeRun, tmp_path: Path) -> None:
    """A disk that is full at the last one left two of these runs beside one of those before."""
    run = pipeline.plan(whole_run.built)[0]
    with small_disk(tmp_path / "disk", 8_000_000) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        results = {run.run_id: whole_run.results[run.run_id]}
        files = write_parquet([run], results, tmp_path / "disk")
        room = sum(-(-p.stat().st_size // 4096) * 4096 for p in files[:2])
        for path in files:
            path.write_bytes(b"older")
        filler = fill_up(tmp_path / "disk")
        os.truncate(filler, filler.stat().st_size - room)
        with pytest.raises(OSError) as failed:
            write_parquet([run], results, tmp_path / "disk")
        assert failed.value.errno == errno.ENOSPC
        assert failed.value.filename in map(str, files[1:])
        assert [p.read_bytes() for p in files] == [b"older"] * 3
        assert {p for p in (tmp_path / "disk").iterdir() if p != filler} == set(files)
        filler.unlink()
        assert write_parquet([run], results, tmp_path / "disk") == files
