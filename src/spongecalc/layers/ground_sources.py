"""The ground of a project out of its sources: one raster, or all points, lines and faces together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.warp import transform_bounds

from spongecalc.catalogue.catalogue import shipped
from spongecalc.gate import raster
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.central_meridian import other_meridian
from spongecalc.layers.coordinates import bounds_of, middle_of, misplaced
from spongecalc.layers.dem import COARSEST_M, Dem, GridOfPoints, raster_dem
from spongecalc.layers.elevation_voids import voids_of
from spongecalc.layers.feature import Feature
from spongecalc.layers.field_names import recognised_fields
from spongecalc.layers.finding import Finding
from spongecalc.layers.mapping import filtered
from spongecalc.layers.measured_ground import SAME_PLACE_M, measured_ground
from spongecalc.layers.number_text import numbers_of
from spongecalc.layers.placement import DEM, Bounds, placed_in_project
from spongecalc.layers.source_read import Amount, SourceRead
from spongecalc.layers.sources.form import form_of, read_raw
from spongecalc.layers.sources.ground_table import GROUND_TEXTS, RASTERS, is_grid_text, read_ground_table
from spongecalc.layers.sources.raw import RawLayer, SourceRefusedError, source_entrance, unread_ground
from spongecalc.layers.sources.workbook import WORKBOOK_SUFFIXES
from spongecalc.project.ground_settings import GroundSettings
from spongecalc.project.layer_source import LayerSource
from spongecalc.project.quantity import factor

LEVEL = "level_m"
# Points closer in level than this at one place are one survey's rounding.
SAME_LEVEL_M = 0.05
# Points in rows and columns fill so much of them at least.
FILLED = 0.5


def read_dem(
    folder: Path,
    sources: Sequence[LayerSource],
    labels: Sequence[str],
    target: CRS,
    communities: gpd.GeoDataFrame,
    settings: GroundSettings,
    *,
    stated: bool,
) -> tuple[Dem | None, tuple[Finding, ...], tuple[SourceRead, ...]]:
    """The ground of a project, what was found while reading it, and the source that was refused.

    Parameters
    ----------
    folder
        The project's folder.
    sources, labels
        Where the ground comes from, and what each source is called in findings.
    target
        The project's CRS.
    communities
        The communities, in it: the ground must lie at them.
    settings
        How ground is interpolated.
    stated
        Whether the project states its CRS itself.

    Returns
    -------
    One ground made of all sources; None without any, or where one cannot be used, which is an error at its file.
    """
    findings: list[Finding] = []
    near = bounds_of(communities)
    rasters: list[Dem] = []
    frames: list[gpd.GeoDataFrame] = []
    used: list[str] = []
    try:
        for source, label in zip(sources, labels, strict=True):
            used = [*used, label]
            with source_entrance(folder / source.source, "table", DEM):
                if _is_raster(folder, source):
                    rasters.append(_raster(folder, source, label, target, near, findings, stated=stated))
                else:
                    frames.append(_measured(folder, source, label, target, near, findings, stated=stated))
        if len(rasters) > 1 or (rasters and frames):
            raise SourceRefusedError("dem.several", files=", ".join(labels))
        if rasters:
            return rasters[0], tuple(findings), ()
        if not frames:
            return None, (), ()
        with source_entrance(folder / sources[-1].source, "table", DEM):
            return _joined(frames, labels, target, settings, findings), tuple(findings), ()
    except SourceRefusedError as refusal:
        file = used[-1]
        found = {"file": file, "layer": DEM, **refusal.found}
        refused = SourceRead(DEM, file, Amount(), refused=refusal.rule)
        return None, (*findings, Finding(refusal.rule, Feature(DEM, file=file), found)), (refused,)


def _is_raster(folder: Path, source: LayerSource) -> bool:
    path = folder / source.source
    suffix = path.suffix.lower()
    if source.is_database or source.form is not None:
        return False
    if not path.exists():
        raise SourceRefusedError("file.missing")
    if suffix in GROUND_TEXTS:
        return is_grid_text(path)
    if suffix in RASTERS:
        return True
    if suffix in (*WORKBOOK_SUFFIXES, ".dxf", ".dwg") or source.layer is not None or source.fields:
        return False
    try:
        with unread_ground(path), raster.opened(path):
            return True
    except InputRefusedError:
        return False


def _raster(
    folder: Path,
    source: LayerSource,
    label: str,
    target: CRS,
    near: Bounds | None,
    findings: list[Finding],
    *,
    stated: bool,
) -> Dem:
    path = folder / source.source
    unfit = [
        k
        for k, v in (("offset_x", source.offset_x_m), ("offset_y", source.offset_y_m), ("axes", source.axes))
        if v
    ]
    if unfit:
        raise SourceRefusedError("dem.raster_key", keys=", ".join(unfit))
    with unread_ground(path), raster.opened(path) as held:
        bounds, own = _bounds_of(held), held.crs
    said = source.crs or own
    corners = gpd.GeoDataFrame(geometry=shapely.points([bounds[:2], bounds[2:]]))
    if said is None:
        # Placed as a layer without a CRS is: where it lies at the communities it is in the project's.
        placed_in_project(RawLayer(corners), DEM, source, label, target, near, findings, stated=stated)
        return Dem(label, target, path)
    try:
        crs = CRS.from_user_input(said)
        west, south, east, north = transform_bounds(crs.to_wkt(), target.to_wkt(), *bounds)
    except (CRSError, RasterioError) as reason:
        raise SourceRefusedError("crs.unknown", crs=said) from reason
    if near is not None and not _meets((west, south, east, north), near):
        placed = gpd.GeoDataFrame(geometry=shapely.points([[west, south], [east, north]]), crs=target)
        raise _elsewhere(placed, target, near, crs, source)
    return replace(raster_dem(path, crs if source.crs else None), name=label)


def _bounds_of(held: DatasetReader) -> Bounds:
    """West, south, east and north of a raster, whichever way it lies: some have their south edge first."""
    t, corners = held.transform, [(c, r) for c in (0, held.width) for r in (0, held.height)]
    x = [t.c + t.a * column + t.b * row for column, row in corners]
    y = [t.f + t.d * column + t.e * row for column, row in corners]
    return min(x), min(y), max(x), max(y)


def _measured(
    folder: Path,
    source: LayerSource,
    label: str,
    target: CRS,
    near: Bounds | None,
    findings: list[Finding],
    *,
    stated: bool,
) -> gpd.GeoDataFrame:
    """The points, lines and faces of one source in the project's CRS, with their level as Z; NaN where none."""

    def tell(rule: str, found: dict[str, object]) -> None:
        findings.append(Finding(rule, Feature(DEM, file=label), {"file": source.source, "layer": DEM, **found}))

    raw = _raw(folder, source)
    for note in raw.notes:
        tell(note.rule, note.found)
    if source.filter:
        raw = filtered(raw, source, tell)
    shapes = _with_levels(raw.frame, source)
    if not len(shapes):
        raise SourceRefusedError("dem.no_points")
    flat = RawLayer(gpd.GeoDataFrame(geometry=shapes, crs=raw.frame.crs))
    said = source.crs or raw.frame.crs
    placed = placed_in_project(flat, DEM, source, label, target, near, findings, stated=stated).frame
    bounds = placed.total_bounds
    if near is not None and not _meets(tuple(bounds), near):
        raise _elsewhere(placed, target, near, CRS.from_user_input(said) if said else target, source)
    return placed


def _raw(folder: Path, source: LayerSource) -> RawLayer:
    path = folder / source.source
    suffix = path.suffix.lower()
    if not source.is_database and not path.exists():
        raise SourceRefusedError("file.missing")
    form = form_of(source)
    if suffix in (*GROUND_TEXTS, *WORKBOOK_SUFFIXES) or form in ("cass", "survey"):
        return read_ground_table(path, source)
    if form == "dxf":
        # The library of drawings is slow to load, and few projects need it.
        from spongecalc.layers.sources.ground_drawing import read_ground_drawing  # noqa: PLC0415

        return read_ground_drawing(path, source)
    return read_raw(folder, DEM, source, shipped())


def _with_levels(frame: gpd.GeoDataFrame, source: LayerSource) -> list[shapely.Geometry]:
    """The parts of a layer's features with their level as Z: of its field of levels, else of their own Z.

    A level of 0 in the field gives way to a Z, as nobody fills both.
    """
    fields = [str(c) for c in frame.columns if c != frame.geometry.name]
    missing = [f for f in source.fields.values() if f not in fields]
    if missing:
        raise SourceRefusedError("field.missing", fields=", ".join(missing), available=", ".join(fields) or "-")
    field = {**recognised_fields(DEM, fields), **source.fields}.get(LEVEL)
    shapes = frame.geometry.to_numpy()
    have_z = shapely.has_z(shapes)
    if field is None and not have_z.any():
        raise SourceRefusedError("dem.no_levels", available=", ".join(fields) or "-")
    levels = np.full(len(frame), np.nan)
    if field is not None:
        unit = source.units.get(LEVEL, "m")
        levels = numbers_of(frame[field], unit)[0].to_numpy(float) * factor(unit, LEVEL)
    found: list[shapely.Geometry] = []
    for shape, level, own in zip(shapes, levels, have_z, strict=True):
        if shape is None or shape.is_empty:
            continue
        known = math.isfinite(level) and not (own and level == 0)
        # A feature without level stays, as a void that is counted.
        leveled = shapely.force_3d(shapely.force_2d(shape), level) if known or not own else shape
        found.extend(_simple(leveled))
    return found


def _simple(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = shapely.get_parts(shape) if hasattr(shape, "geoms") else [shape]
    if any(hasattr(p, "geoms") for p in parts):
        return [simple for part in parts for simple in _simple(part)]
    return [p for p in parts if not p.is_empty]


def _joined(
    frames: Sequence[gpd.GeoDataFrame],
    labels: Sequence[str],
    target: CRS,
    settings: GroundSettings,
    findings: list[Finding],
) -> Dem:
    """The ground through all that was measured, without what has no level."""
    name = ", ".join(labels)
    every = np.concatenate([f.geometry.to_numpy() for f in frames])
    # The order of files and of lines in them decides nothing.
    places = shapely.get_coordinates(every, include_z=True)
    of = np.repeat(np.arange(len(every)), shapely.get_num_coordinates(every))
    void = np.zeros(len(every), dtype=bool)
    np.logical_or.at(void, of, voids_of(places[:, 2]) | ~np.isfinite(places[:, :2]).all(axis=1))
    if void.all():
        raise SourceRefusedError("dem.all_void")
    about = Feature(DEM, file=name)
    if void.any():
        found = {"file": name, "count": int(void.sum()), "total": len(every)}
        findings.append(Finding("dem.without_level", about, found))
    kept = every[~void]
    grid = _in_rows(kept) if len(frames) == 1 and (shapely.get_type_id(every) == 0).all() else None
    if grid is not None:
        return Dem(name, target, grid=grid)
    merged = measured_ground(list(kept), settings.cell_m, settings.reach_m)
    if merged.difference_m > SAME_LEVEL_M:
        found = {"file": name, "count": merged.doubled, "difference": f"{merged.difference_m:.2f}"}
        findings.append(Finding("dem.twice", about, found))
    ground = merged.ground
    if not len(ground.faces) and np.linalg.matrix_rank(ground.points[:, :2] - ground.points[0, :2], tol=0.01) < 2:
        raise SourceRefusedError("dem.one_line", count=len(ground.points))
    return Dem(name, target, measured=ground)


def _in_rows(points: np.ndarray) -> GridOfPoints | None:
    """The grid of points that stand in rows and columns of square cells, in any order; None for others."""
    x, y, level = shapely.get_coordinates(points, include_z=True).T
    across, step_x = _steps(x)
    up, step_y = _steps(y)
    if across is None or up is None or abs(step_x - step_y) > SAME_PLACE_M or step_x > COARSEST_M:
        return None
    columns, rows = int(across.max()) + 1, int(up.max()) + 1
    cells = np.unique(across * rows + up)
    if len(cells) < len(points) or len(cells) < FILLED * rows * columns or min(rows, columns) < 3:
        return None
    elevation = np.full((rows, columns), np.nan)
    elevation[rows - 1 - up, across] = level
    corner = Affine(step_x, 0.0, float(x.min()) - step_x / 2, 0.0, -step_x, float(y.max()) + step_x / 2)
    return GridOfPoints(elevation, corner, len(points))


def _steps(values: np.ndarray) -> tuple[np.ndarray | None, float]:
    """The step of evenly spaced coordinates, and the number of steps of each from the least; None for others."""
    apart = np.diff(np.unique(np.round(values, 3)))
    if not len(apart):
        return None, math.nan
    step = float(apart.min())
    span = float(values.max() - values.min())
    count = round(span / step)
    if count < 1:
        return None, math.nan
    step = span / count
    number = np.round((values - values.min()) / step)
    if np.abs(values - values.min() - number * step).max() > 2 * SAME_PLACE_M:
        return None, math.nan
    return number.astype(int), step


def _meets(own: Sequence[float], near: Bounds) -> bool:
    return own[0] <= near[2] and own[2] >= near[0] and own[1] <= near[3] and own[3] >= near[1]


def _elsewhere(
    placed: gpd.GeoDataFrame, target: CRS, near: Bounds, stated: CRS, source: LayerSource
) -> SourceRefusedError:
    """The refusal of ground that lies off all communities, with the line that brings it there if one does."""
    bounds = bounds_of(placed) or near
    km = math.dist(middle_of(bounds), middle_of(near)) / 1000
    wrong = misplaced(placed, target, near)
    line = ""
    if wrong is not None and wrong.rule == "crs.axes_swapped":
        line = 'axes = "east_north"' if source.axes == "north_east" else 'axes = "north_east"'
    elif wrong is not None and wrong.rule == "crs.zone_prefix":
        line = f'offset_x = "-{wrong.zone}000000 m"'
    elif wrong is not None:
        line = 'crs = "EPSG:4490"'
    else:
        other = other_meridian(placed, target, near, stated.to_string())
        line = f'crs = "{other.fits}"' if other is not None else ""
    found = {"km": f"{km:.1f}"}
    return (
        SourceRefusedError("dem.elsewhere_line", line=line, **found)
        if line
        else SourceRefusedError("dem.elsewhere", **found)
    )
