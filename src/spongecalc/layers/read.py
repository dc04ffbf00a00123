"""Read layers from files and bring them to the data contract: names, units, values, CRS, types.

Nothing is dropped or altered in silence: whatever could not be read or had to be changed is a Finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from spongecalc.layers.finding import Finding
from spongecalc.layers.layer_set import LayerSet, empty_frame
from spongecalc.layers.schema import SCHEMAS, Column
from spongecalc.project.quantity import factor
from spongecalc.project.settings import LayerSource

# A survey is kept to the millimetre: coordinates read from two files that differ by less are the same place.
GRID_M = 0.001


def read_layers(
    folder: Path, sources: Mapping[str, Sequence[LayerSource]], crs: str | None
) -> tuple[LayerSet, tuple[Finding, ...]]:
    """Read every layer of a project.

    Parameters
    ----------
    folder
        The project's folder; the paths in ``sources`` are relative to it.
    sources
        For each layer of the contract, the files it comes from. A layer may come from several files.
    crs
        The projected CRS to work in, such as "EPSG:4543"; None takes that of the communities layer.

    Returns
    -------
    The layers, and what was found while reading. A file or layer that cannot be read leaves its features
    out and yields a finding of severity error without a community: the other files are still read.
    """
    findings: list[Finding] = []
    target = _project_crs(folder, sources, crs, findings)
    frames: dict[str, gpd.GeoDataFrame] = {}
    for layer, schema in SCHEMAS.items():
        parts = []
        for source in sources.get(layer, ()):
            part = _read_source(folder, layer, source, target, findings)
            if part is not None:
                parts.append(part)
        if parts:
            joined = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
            frames[layer] = gpd.GeoDataFrame(joined, geometry="geometry", crs=target)
        else:
            frames[layer] = empty_frame(layer, target)
            if layer not in sources:
                severity = "error" if schema.needed else "info"
                findings.append(Finding("layer.not_given", severity, layer, found={"layer": layer}))
    dem = _dem_path(folder, sources.get("dem", ()), findings)
    return LayerSet(target, frames, dem), tuple(findings)


def _project_crs(
    folder: Path, sources: Mapping[str, Sequence[LayerSource]], crs: str | None, findings: list[Finding]
) -> CRS:
    """The CRS to work in: the project's, else that of the communities layer; always projected, in metres."""
    if crs is not None:
        return CRS.from_user_input(crs)
    for source in sources.get("communities", ()):
        try:
            info = pyogrio.read_info(folder / source.source, layer=source.layer or "communities")
        except (DataSourceError, DataLayerError, OSError):
            continue
        stated = source.crs or info.get("crs")
        if stated:
            found = CRS.from_user_input(stated)
            if found.is_projected:
                return found
            findings.append(
                Finding(
                    "crs.geographic",
                    "error",
                    "communities",
                    file=source.source,
                    found={"crs": found.name, "file": source.source},
                )
            )
    # Without any CRS nothing can be placed, and each layer says so; the one below only types the empty frames.
    return CRS.from_epsg(4543)


def _dem_path(folder: Path, sources: Sequence[LayerSource], findings: list[Finding]) -> Path | None:
    for source in sources:
        path = folder / source.source
        if path.is_file():
            return path
        findings.append(
            Finding("file.missing", "error", "dem", file=source.source, found={"file": source.source})
        )
    return None


def _read_source(
    folder: Path, layer: str, source: LayerSource, target: CRS, findings: list[Finding]
) -> gpd.GeoDataFrame | None:
    """One layer out of one file, in the contract's terms; None where it cannot be read."""
    file, name = source.source, source.layer or layer

    def refuse(rule: str, **found: object) -> None:
        findings.append(Finding(rule, "error", layer, file=file, found={"file": file, "layer": name, **found}))

    path = folder / file
    if not path.exists():
        refuse("file.missing")
        return None
    try:
        available = [str(n) for n in pyogrio.list_layers(path)[:, 0]]
    except (DataSourceError, OSError) as reason:
        refuse("file.unreadable", reason=_one_line(reason))
        return None
    if len(available) == 1 and source.layer is None:
        name = available[0]
    if name not in available:
        refuse("layer.missing", available=", ".join(available) or "-")
        return None
    try:
        raw = pyogrio.read_dataframe(path, layer=name)
    except (DataSourceError, DataLayerError, OSError, UnicodeDecodeError, ValueError) as reason:
        refuse("file.unreadable", reason=_one_line(reason))
        return None
    if not isinstance(raw, gpd.GeoDataFrame):
        refuse("layer.no_geometry")
        return None
    if raw.empty:
        findings.append(Finding("layer.empty", "warning", layer, file=file, found={"file": file, "layer": name}))
    missing = [field for field in source.fields.values() if field not in raw.columns]
    if missing:
        fields = ", ".join(str(c) for c in raw.columns if c != raw.geometry.name)
        refuse("field.missing", fields=", ".join(missing), available=fields)
        return None
    stated = source.crs or raw.crs
    if stated is None:
        refuse("crs.missing")
        return None
    try:
        placed = raw.set_crs(CRS.from_user_input(stated), allow_override=True)
    except CRSError:
        refuse("crs.unknown", crs=stated)
        return None
    if placed.crs != target:
        placed = placed.to_crs(target)
    return _to_contract(layer, source, placed, findings)


def _one_line(reason: BaseException) -> str:
    return " ".join(str(reason).split())


def _to_contract(
    layer: str, source: LayerSource, placed: gpd.GeoDataFrame, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Rename, convert, type and clean the columns of one source."""
    schema = SCHEMAS[layer]
    renamed = placed.rename(columns={field: column for column, field in source.fields.items()})
    frame: dict[str, object] = {}
    ids = _ids(renamed, schema.id_column)
    wanted = dict.fromkeys([*schema.column_names, "community_id"])
    for name in wanted:
        column = schema.column(name) if name in schema.column_names else Column("community_id")
        values = _source_values(renamed, name, source)
        if column.kind == "number":
            frame[name] = _numbers(layer, source.source, column, values, ids, source, findings)
        else:
            frame[name] = _texts(values)
    frame[schema.id_column] = ids
    geometry = [_tidy(g) for g in placed.geometry]
    out = gpd.GeoDataFrame(frame, geometry=geometry, crs=placed.crs)
    out["file"] = source.source
    out["file_row"] = range(1, len(out) + 1)
    return out


def _source_values(renamed: gpd.GeoDataFrame, name: str, source: LayerSource) -> pd.Series:
    if name in source.constants:
        return pd.Series([source.constants[name]] * len(renamed), dtype=object)
    if name not in renamed.columns:
        return pd.Series([None] * len(renamed), dtype=object)
    values = renamed[name].reset_index(drop=True)
    table = source.values.get(name)
    if table:
        values = values.map(lambda v: table.get(str(v).strip(), v) if pd.notna(v) else v)
    return values


def _ids(renamed: gpd.GeoDataFrame, id_column: str) -> pd.Series:
    if id_column not in renamed.columns:
        return pd.Series([None] * len(renamed), dtype=object)
    return _texts(renamed[id_column].reset_index(drop=True))


def _texts(values: pd.Series) -> pd.Series:
    """Texts without blanks around them; None where there is nothing. A number read as 12.0 becomes "12"."""

    def one(value: object) -> str | None:
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return None
        if isinstance(value, (float, np.floating)) and float(value).is_integer():
            return str(int(value))
        return str(value).strip() or None

    return pd.Series([one(v) for v in values], dtype=object)


def _numbers(
    layer: str,
    file: str,
    column: Column,
    values: pd.Series,
    ids: pd.Series,
    source: LayerSource,
    findings: list[Finding],
) -> pd.Series:
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    given = values.notna() & (values.astype(str).str.strip() != "")
    for position in np.flatnonzero(given.to_numpy() & ~np.isfinite(numbers.to_numpy())):
        findings.append(
            Finding(
                "value.not_a_number",
                "error",
                layer,
                str(ids[position] or f"#{position + 1}"),
                file=file,
                found={"column": column.name, "value": str(values[position])},
            )
        )
    unit = source.units.get(column.name)
    return numbers * factor(unit, column.name) if unit else numbers


def _tidy(geometry: shapely.Geometry | None) -> shapely.Geometry | None:
    """Two dimensions, on the millimetre; a multi-line of touching parts becomes the line it draws."""
    if geometry is None or geometry.is_empty:
        return None
    flat = shapely.force_2d(geometry)
    if flat.geom_type == "MultiLineString":
        flat = shapely.line_merge(flat)
    if flat.geom_type == "MultiPoint" and len(flat.geoms) == 1:
        flat = flat.geoms[0]
    if flat.geom_type == "MultiPolygon" and len(flat.geoms) == 1:
        flat = flat.geoms[0]
    coordinates = shapely.get_coordinates(flat)
    if not np.isfinite(coordinates).all():
        return None
    return shapely.set_coordinates(flat, np.round(coordinates / GRID_M) * GRID_M)
