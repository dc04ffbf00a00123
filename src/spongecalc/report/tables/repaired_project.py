"""The repaired copy on disk: a project of its own beside the first, whose sources are never written to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from spongecalc.contract import SCHEMAS
from spongecalc.language import text
from spongecalc.layers.finding import Finding, findings_table
from spongecalc.layers.repairs.change import changes_table
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.report.tables.csv_tables import write_tables
from spongecalc.report.tables.geopackage import write_layers

FOLDER = "repaired"
FILE = "layers.gpkg"


def write_repaired(
    project_file: Path, mended: Repaired, findings: Iterable[Finding], language: str
) -> tuple[Path, ...]:
    """Write ``repaired/`` beside a project's file: layers.gpkg, spongecalc.toml, changes.csv, findings.csv.

    The new project says the same as the old one, but for its layers, which come from the repaired copy.
    Same layers, same bytes.
    """
    import tomli_w  # noqa: PLC0415  only a repair needs it

    folder = project_file.parent / FOLDER
    folder.mkdir(exist_ok=True)
    layers = mended.layers
    frames = {}
    for name in SCHEMAS:
        parts = [f for f in (layers[name], mended.unplaced.get(name)) if f is not None and len(f)]
        if parts:
            whole_layer = gpd.GeoDataFrame(
                pd.concat(parts, ignore_index=True), geometry="geometry", crs=layers.crs
            )
            frames[name] = whole_layer.drop(columns="file_row").rename(columns={"file": "source_file"})
    whole = write_layers(folder / FILE, frames.items())
    document = tomllib.loads(project_file.read_text(encoding="utf-8-sig"))
    dem = document.get("layers", {}).get("dem")
    document["layers"] = {name: {"source": FILE, "layer": name} for name in frames}
    if layers.dem is not None and dem is not None:
        document["layers"]["dem"] = {"source": _relative(layers.dem, folder)}
    document["crs"] = layers.crs.to_string()
    notes = list(document.get("notes", ()))
    note = text("survey.repaired_note", language)
    document["notes"] = notes if note in notes else [*notes, note]
    page = folder / "spongecalc.toml"
    scalars = {k: v for k, v in document.items() if not isinstance(v, (dict, list)) or k == "notes"}
    rest = {k: v for k, v in document.items() if k not in scalars}
    page.write_text(tomli_w.dumps({**scalars, **rest}), encoding="utf-8", newline="\n")
    listed = list(findings)
    tables = {"changes": changes_table(listed), "findings": findings_table(listed, language)}
    return (whole, page, *write_tables(tables, folder))


def _relative(path: Path, folder: Path) -> str:
    """The path as the new project writes it: relative to its folder where it lies in the old one's."""
    base = folder.parent.resolve()
    whole = path.resolve()
    return f"../{whole.relative_to(base).as_posix()}" if whole.is_relative_to(base) else whole.as_posix()
