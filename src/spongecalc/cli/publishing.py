"""``spongecalc publish``: results, findings, sweeps and the store of runs in a PostGIS schema."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from spongecalc.batch.parquet_store import FOLDER as STORE
from spongecalc.batch.parquet_store import StoreError, read_parquet
from spongecalc.cli.call import Call, RefusedError
from spongecalc.cli.command_project import opened_project
from spongecalc.cli.exit_codes import DATA_ERRORS, DONE
from spongecalc.cli.source_commands import say_refusal
from spongecalc.export.database_table import DatabaseTable, layer_table, plain_table, result_table
from spongecalc.export.publication import PublishRefusedError, checked_address, publish
from spongecalc.gate import vector
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import UnreadableError
from spongecalc.language import text
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.project.load import Project
from spongecalc.report.tables.geopackage import GEOPACKAGES
from spongecalc.report.tables.stored_tables import StoredTablesError, read_tables
from spongecalc.sweep.plan import FOLDER as SWEEPS


def run_publish(call: Call, url: str, schema: str) -> int:
    """Publish what a project's results folder holds. Returns the exit code."""
    output = call.output
    project = opened_project(call)
    try:
        checked_address(url, schema)
    except PublishRefusedError as refusal:
        raise RefusedError(_sentence(refusal, output.language)) from None
    if not (project.results_folder / GEOPACKAGES[0]).is_file():
        raise RefusedError(text("survey.no_results", output.language, folder=project.settings.results))
    tables = _tables(project.results_folder, output.language)
    try:
        done = publish(url, schema, project.settings.name, tables, tables_read(project.files))
    except PublishRefusedError as refusal:
        output.error(_sentence(refusal, output.language))
        return DATA_ERRORS
    except SourceRefusedError as refusal:
        say_refusal(url, refusal, output)
        return DATA_ERRORS
    output.document["written"] = list(done.written)
    output.document["emptied"] = list(done.emptied)
    output.sentence(text("survey.published", output.language, count=len(done.written), schema=schema))
    if done.emptied:
        output.sentence(text("survey.publish.emptied", output.language, tables=", ".join(done.emptied)))
    return DONE


def tables_read(project: Project) -> tuple[str, ...]:
    """Names of the tables and views that a project reads from databases, as it names them."""
    layers = project.settings.layers.items()
    return tuple(s.layer or name for name, sources in layers for s in sources if s.is_database)


def _sentence(refusal: PublishRefusedError, language: str) -> str:
    if refusal.key == "password":
        return text("survey.password_in_url", language)
    return text(f"survey.publish.{refusal.key}", language, **refusal.found)


def _tables(folder: Path, language: str) -> list[DatabaseTable]:
    """All results of a project as tables, layers first. Raises RefusedError for a file that cannot be read."""
    try:
        layers = [layer_table(name, frame) for file in GEOPACKAGES for name, frame in _layers(folder / file)]
        results = [result_table(f"table_{n}", t) for n, t in read_tables(folder).items()]
        sweeps = [result_table(f"sweep_{n}", t) for n, t in read_tables(folder / SWEEPS).items()]
        store = [plain_table(f"store_{n}", t) for n, t in read_parquet(folder / STORE).items()]
    except StoredTablesError as error:
        raise RefusedError(text("survey.result_unread", language, file=error.file, reason=error.reason)) from None
    except UnreadableError as unread:
        found = {"file": unread.file, "reason": unread.cause.sentence(language)}
        raise RefusedError(text("survey.result_unread", language, **found)) from None
    except StoreError as error:
        raise RefusedError(text("batch.store_missing", language, reason=error)) from None
    return [*layers, *results, *sweeps, *store]


def _layers(path: Path) -> list[tuple[str, gpd.GeoDataFrame]]:
    """The layers of a GeoPackage of ours. Raises UnreadableError."""
    if not path.is_file():
        return []
    with Entrance(path, "stored"):
        named = [str(name) for name, kind in vector.list_layers(path) if kind is not None]
        return [(name, vector.read_dataframe(path, layer=name)) for name in named]
