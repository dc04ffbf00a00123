"""The gate is the only way in: no module outside it calls a library that reads files, or opens one to read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import spongecalc

ROOT = Path(spongecalc.__file__).parent
# What reads files or their bytes, by its full name.
READERS = re.compile(
    r"(pyogrio|geopandas|fiona)\.(raw\.)?(read_\w+|list_layers|list_drivers|open_arrow|detect_write_driver)"
    r"|rasterio\.open|rasterio\.io\.MemoryFile"
    r"|openpyxl\.(reader\.excel\.)?load_workbook"
    r"|ezdxf\.(read\w*|recover\.\w+|filemanagement\.\w+|lldxf\.tagger\.\w+)"
    r"|(xarray|netCDF4|h5netcdf|h5py|scipy\.io|scipy\.io\.netcdf)\.(open_\w+|Dataset|File|netcdf_file|legacyapi\.Dataset)"
    r"|h5netcdf\.legacyapi\.Dataset"
    r"|tomllib\.loads?|json\.loads?|pickle\.loads?|yaml\.\w*load\w*"
    r"|xml\.etree\.ElementTree\.(fromstring|parse|iterparse|XML|XMLParser)|lxml\.etree\.(fromstring|parse|iterparse|XML)"
    r"|zipfile\.(ZipFile|Path)|gzip\.(open|decompress|GzipFile)|zlib\.decompress\w*|bz2\.\w+|lzma\.\w+|tarfile\.\w+"
    r"|pandas\.(read_\w+|ExcelFile|HDFStore)|numpy\.(load|loadtxt|genfromtxt|fromfile)"
    r"|duckdb\.\w+|sqlite3\.connect|pyarrow\.\w+\.read_\w+|docx\.Document"
    r"|open|io\.open|os\.open|codecs\.open"
)
# Methods of a path that read it.
METHODS = ("read_bytes", "read_text")
# Modules that read beside the gate, what they call, and what it is that they read.
PACKAGE = "what the package itself holds"
MADE_NOW = "what this call has just made, of itself"
DIGESTED = "bytes that are compared or made a digest of, and not understood"
SEALED = "a stored result, which its own digest seals"
ENGINE = "what the engine wrote for this run"
OWN = {
    "assess/ponding_agreement.py": (MADE_NOW, "json.loads"),
    "batch/engine_task.py": (ENGINE, "*.read_bytes"),
    "batch/foreign_runs.py": (ENGINE, "*.read_bytes"),
    "batch/last_whole.py": ("a copy of our own file, of which nothing is read", "*.open"),
    "batch/own_files.py": (DIGESTED, "*.open"),
    "batch/packed_text.py": (SEALED, "zlib.decompress"),
    "batch/parquet_store.py": (MADE_NOW, "duckdb.connect"),
    "batch/pool.py": ("the system's own account of a process", "open"),
    "batch/result_file.py": (SEALED, "*.read_bytes", "*.read_text", "json.loads"),
    "batch/run_key.py": (DIGESTED, "*.read_bytes", "*.open"),
    "batch/runs.py": (DIGESTED, "*.read_bytes"),
    "batch/unchanged.py": (DIGESTED, "*.read_bytes", "*.open"),
    "cli/app.py": ("the system's own place for what nobody reads", "os.open"),
    "cli/roundtrip.py": (DIGESTED, "*.read_bytes"),
    "export/existing_table.py": ("the comment of a table, which is JSON or not ours", "json.loads"),
    "language/__init__.py": (PACKAGE, "tomllib.loads", "*.read_text"),
    "layers/dem.py": ("a grid of points, put into memory as a raster", "rasterio.io.MemoryFile", "*.open"),
    "layers/rules/registry.py": (PACKAGE, "pandas.read_csv", "*.open"),
    "layers/unread_values.py": (MADE_NOW, "json.loads"),
    "overland/coupled.py": (ENGINE, "*.read_bytes"),
    "overland/store.py": (SEALED, "numpy.load", "*.open"),
    "project/input_digests.py": (DIGESTED, "*.open"),
    "project/template.py": (PACKAGE, "*.read_text"),
    "report/render/pdf_report.py": (PACKAGE, "*.read_text"),
    "report/render/standalone_svg.py": (MADE_NOW, "*.read_text", "xml.etree.ElementTree.fromstring"),
    "report/render/template_folder.py": (PACKAGE, "*.read_bytes"),
    "report/render/word_report.py": (MADE_NOW, "docx.Document", "zipfile.ZipFile"),
    "report/tables/copy_in_steps.py": (DIGESTED, "*.read_bytes"),
    "report/tables/depth_rasters.py": (MADE_NOW, "rasterio.io.MemoryFile", "*.open"),
    "report/tables/geopackage.py": (MADE_NOW, "pyogrio.read_info"),
    "report/tables/qgis_style.py": (MADE_NOW, "sqlite3.connect"),
    "report/tables/taken_along.py": (DIGESTED, "*.read_bytes"),
    "sealed_json.py": (SEALED, "json.loads"),
    "standards/tables.py": (PACKAGE, "pandas.read_csv", "*.open"),
    "steps/model_files.py": (DIGESTED, "*.read_bytes", "*.read_text", "*.open"),
    "swmm/engine.py": (ENGINE, "*.read_bytes"),
    "swmm/finished_run.py": (ENGINE, "*.read_bytes"),
    "swmm/ground_state.py": (ENGINE, "*.read_bytes"),
    "swmm/how_far.py": (ENGINE, "*.read_text"),
    "swmm/named_files.py": (DIGESTED, "*.open"),
    "swmm/output_file.py": (ENGINE, "*.open"),
    "swmm/rebuilt_model.py": (DIGESTED, "*.read_bytes"),
    "swmm/run_result.py": (MADE_NOW, "json.loads", "*.read_text"),
    "swmm/runoff_volumes.py": (ENGINE, "*.read_text"),
    "swmm/stepped_simulation.py": (ENGINE, "*.read_bytes"),
    "whole_file.py": ("the system's own name for itself", "*.read_text"),
}


def names_of_imports(tree: ast.AST) -> dict[str, str]:
    """The full name of each name that a module imports."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                for a in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def full_name(node: ast.expr, names: dict[str, str]) -> str:
    """The dotted name of an expression, its first part as it was imported; "" for any other expression."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = full_name(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


def mode_of(call: ast.Call, place: int) -> str:
    """The mode that a call of ``open`` states; "r" without one, "?" where it is no plain text."""
    given = [*call.args[place : place + 1], *(k.value for k in call.keywords if k.arg == "mode")]
    if not given:
        return "r"
    return given[0].value if isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else "?"


def ways_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each thing in a module that reads a file beside the gate, or takes it up to do so."""
    tree = ast.parse(source)
    names = names_of_imports(tree)
    called = {id(n.func): n for n in ast.walk(tree) if isinstance(n, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        name, call = full_name(node, names), called.get(id(node))
        if name.startswith("spongecalc.gate."):
            continue
        if name == "open" and call is None:
            continue  # a name of something else
        if READERS.fullmatch(name):
            if name.rpartition(".")[2] != "open" or call is None or mode_of(call, 1)[:1] in ("r", "?"):
                yield node.lineno, name
        elif isinstance(node, ast.Attribute) and (
            node.attr in METHODS or (node.attr == "open" and call is not None and mode_of(call, 0)[:1] in "r?")
        ):
            yield node.lineno, f"*.{node.attr}"


@pytest.mark.parametrize(
    "source",
    [
        "import pyogrio\npyogrio.read_dataframe(path)",
        "import pyogrio as p\nread = p.read_info",
        "from rasterio import open as opened\nopened(path)",
        "from openpyxl import load_workbook\nload_workbook(path)",
        "import ezdxf.recover\nezdxf.recover.read(stream)",
        "import tomllib\ntomllib.loads(words)",
        "path.read_text()",
        "path.open()",
        "path.open('rb')",
        "open(path)",
        "path.open(mode)",
        "def f():\n    from zipfile import ZipFile\n    return ZipFile(path)",
    ],
)
def test_a_way_in_is_seen(source: str) -> None:
    assert len(list(ways_in(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "path.open('w')",
        "open(path, 'wb')",
        "from spongecalc.gate import text\ntext.read_bytes(path)",
        "pyogrio = 1",
    ],
)
def test_what_writes_or_goes_through_the_gate_is_none(source: str) -> None:
    assert list(ways_in(source)) == []


def test_the_gate_is_the_only_way_in() -> None:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("gate/") and (ways := list(ways_in(path.read_text(encoding="utf-8")))):
            found[name] = ways
    beside = {
        (name, line, what)
        for name, ways in found.items()
        for line, what in ways
        if what not in OWN.get(name, ())[1:]
    }
    assert beside == set()
    needed = {(name, what) for name, ways in found.items() for _, what in ways}
    assert {(name, what) for name, own in OWN.items() for what in own[1:]} - needed == set()
