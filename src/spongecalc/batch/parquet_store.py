"""Results of a batch as Parquet files, which DuckDB, Python, R and QGIS read without spongecalc.

Three files: ``runs.parquet``, a row per run with its status, errors and totals; ``elements.parquet``, a row
per run and node, link, subcatchment or outfall with its figures; ``series.parquet``, a row per run, minute and
series, of those series that were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pandas as pd

from spongecalc.batch.run import Run
from spongecalc.gate import stored
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.swmm.run_result import FRAMES, RunResult
from spongecalc.whole_file import part_file

FOLDER = "store"
"""Folder of the results that the files are in."""
FILES = ("runs", "elements", "series")
BATCH_OF_RUNS = 200
"""Results that are held in memory at a time while the files are written."""


class StoreError(InputRefusedError):
    """The files cannot be written; its text says why."""


def write_parquet(runs: Sequence[Run], results: Mapping[str, RunResult], folder: Path) -> list[Path]:
    """Write the results of runs, whole or not at all.

    Parameters
    ----------
    runs, results
        Runs, and their results by id; a run without a result is left out.
    folder
        Where the three files go.

    Raises
    ------
    StoreError
        DuckDB is not installed.
    OSError
        The folder cannot be written.
    """
    try:
        import duckdb  # noqa: PLC0415  of the extra [store]
    except ImportError:
        raise StoreError("pip install 'spongecalc[store]'") from None
    known = [run for run in runs if run.run_id in results]
    connection = duckdb.connect()
    try:
        for start in range(0, len(known), BATCH_OF_RUNS):
            for name, table in _tables(known[start : start + BATCH_OF_RUNS], results).items():
                connection.register("part", table)
                verb = f"INSERT INTO {name} BY NAME" if start else f"CREATE TABLE {name} AS"
                connection.execute(f"{verb} SELECT * FROM part")
                connection.unregister("part")
        written = [folder / f"{name}.parquet" for name in FILES] if known else []
        # Rows of one file are of runs in another: none goes to its place before all are written.
        with ExitStack() as parts:
            for path in written:
                target = str(parts.enter_context(part_file(path))).replace("'", "''")
                connection.execute(f"COPY {path.stem} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        return written
    finally:
        connection.close()


def read_parquet(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables that :func:`write_parquet` wrote into a folder, by name; those that are there.

    Raises
    ------
    StoreError
        DuckDB is not installed, or a file is damaged.
    """
    files = {name: folder / f"{name}.parquet" for name in FILES}
    files = {name: file for name, file in files.items() if file.is_file()}
    if not files:
        return {}
    with Entrance(folder, "stored", "", lambda cause: StoreError(str(cause))):
        try:
            return stored.parquet(files)
        except ModuleNotFoundError:
            raise StoreError("pip install 'spongecalc[store]'") from None


def _tables(runs: Sequence[Run], results: Mapping[str, RunResult]) -> dict[str, pd.DataFrame]:
    """The three tables of some runs."""
    rows: list[dict[str, Any]] = []
    elements: list[dict[str, Any]] = []
    series: list[pd.DataFrame] = []
    for run in runs:
        result = results[run.run_id]
        rows.append(_run_row(run, result))
        elements.extend(_element_rows(run, result))
        for name in result.series.columns:
            # A concentration has its pollutant in the quantity; no model id holds a colon.
            quantity, _, element = str(name).rpartition(":")
            series.append(
                pd.DataFrame(
                    {
                        "run_id": run.run_id,
                        "quantity": quantity,
                        "element_id": element,
                        "minute": result.series.index.to_numpy(dtype="float64"),
                        "value": result.series[name].to_numpy(dtype="float64"),
                    }
                )
            )
    columns = ["run_id", "quantity", "element_id", "minute", "value"]
    long = pd.concat(series, ignore_index=True) if series else pd.DataFrame(columns=columns)
    texts = {"run_id": "str", "quantity": "str", "element_id": "str", "minute": "float64", "value": "float64"}
    return {
        "runs": pd.DataFrame(rows),
        "elements": pd.DataFrame(elements, columns=_ELEMENT_COLUMNS).astype(
            {c: "str" if c in _TEXTS else "float64" for c in _ELEMENT_COLUMNS}
        ),
        "series": long.astype(texts),
    }


_TEXTS = ("run_id", "element", "element_id", "kind")
_FIGURES = list(dict.fromkeys(c for layout in FRAMES.values() for c, _ in layout if c != "kind"))
_ELEMENT_COLUMNS = [*_TEXTS, *_FIGURES]
_TOTALS = ("rainfall", "infiltration", "runoff", "outflow", "flooding")


def _run_row(run: Run, result: RunResult) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "model": run.model,
        "scenario": run.scenario,
        "storm_id": run.event.storm_id,
        "communities": ";".join(run.communities),
        "status": result.status,
        "key": run.key,
        "model_sha256": run.sha256,
        "engine_version": result.engine_version,
        "seconds": result.seconds,
        "duration_h": result.duration_h,
        "runoff_error_percent": result.runoff_error_percent,
        "routing_error_percent": result.routing_error_percent,
        "quality_error_percent": result.quality_error_percent,
        **{f"{term}_m3": float(result.totals_m3.get(term, float("nan"))) for term in _TOTALS},
    }


def _element_rows(run: Run, result: RunResult) -> Iterator[dict[str, Any]]:
    for name in FRAMES:
        frame: pd.DataFrame = getattr(result, name)
        for element_id, row in zip(frame.index, frame.to_dict("records"), strict=True):
            figures = {c: v for c, v in row.items() if c in _FIGURES or c == "kind"}
            yield {"run_id": run.run_id, "element": name[:-1], "element_id": str(element_id), **figures}
