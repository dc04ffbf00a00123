"""The ground of a project (DEM): a raster file, a grid of points, or a surface through what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.errors import WindowError
from rasterio.io import DatasetReader, MemoryFile
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window, from_bounds

from spongecalc.gate import raster
from spongecalc.gate.cause import Cause
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.elevation_voids import voids_of
from spongecalc.layers.measured_ground import MeasuredGround
from spongecalc.layers.sources.raw import Note

# A DEM of larger cells than a lane is wide does not show the lane.
COARSEST_M = 5.0
UNDECLARED = (-32768.0, -32767.0, -99999.0, -9999.0)
"""Codes for no ground that files in whole numbers use without declaring them."""


class GroundError(InputRefusedError):
    """A DEM that no ground can be made of: ``rule`` names the sentences, ``found`` fills them."""

    def __init__(self, rule: str, **found: object) -> None:
        super().__init__(rule)
        self.rule, self.found = rule, found


@dataclass(frozen=True)
class DemPiece:
    """A piece of a DEM in the project's CRS, north up.

    ``elevation_m`` is rows x columns, NaN where unknown; ``transform`` places it. ``distance_m`` is each cell's
    distance to the nearest measured point; None for a raster.
    """

    elevation_m: np.ndarray
    transform: Affine
    distance_m: np.ndarray | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class GridOfPoints:
    """Points that stand in rows and columns: each is the middle of a cell of ``elevation_m``."""

    elevation_m: np.ndarray
    transform: Affine
    points: int


@dataclass(frozen=True, eq=False)
class Dem:
    """The ground as it was delivered.

    Parameters
    ----------
    name
        File or files, for messages.
    crs
        Of the raster or grid where the project states it; None takes that of the file. Measured ground is in the
        project's.
    path, grid, measured
        One of them: a raster file, points in rows and columns, or points, lines and faces.
    """

    name: str
    crs: CRS | None = None
    path: Path | None = None
    grid: GridOfPoints | None = None
    measured: MeasuredGround | None = None

    @property
    def points(self) -> int:
        """Number of measured places; 0 for a raster."""
        if self.measured is not None:
            return self.measured.count
        return self.grid.points if self.grid is not None else 0

    @property
    def cell_m(self) -> float:
        """Side of its cells in the unit of its CRS.

        Raises
        ------
        GroundError
            The file cannot be read.
        """
        if self.measured is not None:
            return self.measured.cell_m
        with self._opened() as held:
            return float(math.hypot(held.transform.a, held.transform.d))

    def levels_at(self, points: np.ndarray, crs: CRS) -> np.ndarray:
        """Ground levels in m at points (shapely's, in ``crs``), NaN where there is none.

        Raises
        ------
        GroundError
            The file cannot be read, or nobody knows where it lies.
        """
        places = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        if not len(places):
            return np.zeros(0)
        if self.measured is not None:
            return self.measured.levels_m(places)[0]
        with self._opened() as held:
            own = self._crs_of(held)
            if own != crs:
                across, up = Transformer.from_crs(crs, own, always_xy=True).transform(*places.T)
                places = np.column_stack([across, up])
            samples = np.ma.concatenate(list(held.sample(places.tolist(), indexes=1, masked=True)))
            return _levels_m(np.ma.filled(samples.astype(float), np.nan), held)

    def piece(self, bounds: tuple[float, float, float, float], crs: CRS) -> DemPiece:
        """The ground within bounds (west, south, east, north [m], in ``crs``, the project's).

        Raises
        ------
        GroundError
            The file cannot be read, has no CRS, has cells wider than a lane, or does not reach there.
        """
        if self.measured is not None:
            levels, distance, transform = self.measured.cut(bounds)
            return DemPiece(levels, transform, distance)
        with self._opened() as source:
            own = self._crs_of(source)
            notes: list[Note] = []
            if own != crs:
                notes.append(Note("dem.warped", {"file": self.name, "crs": own.name}))
            turned = source.transform.e > 0 or source.transform.b != 0 or source.transform.d != 0
            if turned:
                notes.append(Note("dem.turned", {"file": self.name}))
            if not notes:
                return self._cut(source, source, bounds, ())
            named = {"src_crs": own.to_wkt()} if source.crs is None or self.crs is not None else {}
            with WarpedVRT(source, crs=crs.to_wkt(), nodata=source.nodata, **named) as held:
                return self._cut(held, source, bounds, tuple(notes))

    def _cut(
        self,
        held: DatasetReader,
        source: DatasetReader,
        bounds: tuple[float, float, float, float],
        notes: tuple[Note, ...],
    ) -> DemPiece:
        cell = float(held.transform.a)
        if cell > COARSEST_M:
            raise GroundError("dem.coarse", file=self.name, cell=f"{cell:.1f}", most=f"{COARSEST_M:g}")
        rows, columns = from_bounds(*bounds, held.transform).toslices()
        cut = Window.from_slices(
            *((math.floor(s.start), math.ceil(s.stop)) for s in (rows, columns)), boundless=True
        )
        try:
            cut = cut.intersection(Window(0, 0, held.width, held.height))
        except WindowError as outside:
            raise GroundError("dem.not_covering", file=self.name, percent="0") from outside
        raster.refuse_cells(cut.width * cut.height)
        # One array of the largest size, and not one for each step to it.
        read = held.read(1, window=cut, masked=True, out_dtype="float64")
        data: np.ndarray = read.data
        data[np.ma.getmaskarray(read)] = np.nan
        return DemPiece(_levels_m(data, source), held.window_transform(cut), None, notes)

    def _crs_of(self, held: DatasetReader) -> CRS:
        if self.crs is not None:
            return self.crs
        if held.crs is None:
            raise GroundError("dem.no_crs", file=self.name)
        return CRS.from_user_input(held.crs)

    @contextmanager
    def _opened(self) -> Iterator[DatasetReader]:
        """The raster or grid, opened; what fails while it is read is a GroundError."""

        def refused(cause: Cause) -> GroundError:
            return GroundError("dem.unreadable", file=self.name, reason=cause)

        with Entrance(self.path or Path(self.name), "raster", "dem", refused):
            if self.grid is None:
                if self.path is None:
                    raise GroundError("dem.none")
                with raster.opened(self.path) as held:
                    yield held
                return
            rows, columns = self.grid.elevation_m.shape
            shape = {"height": rows, "width": columns, "count": 1, "dtype": "float64"}
            with MemoryFile() as memory:
                place = {"transform": self.grid.transform, "nodata": math.nan}
                with memory.open(
                    driver="GTiff", crs=self.crs.to_wkt() if self.crs else None, **shape, **place
                ) as out:
                    out.write(self.grid.elevation_m, 1)
                with memory.open() as held:
                    yield held


def _levels_m(values: np.ndarray, source: DatasetReader) -> np.ndarray:
    """Levels in m of a grid's values, by the scale and offset that it declares; NaN for codes of no ground."""
    scale, offset_m = source.scales[0], source.offsets[0]
    if (scale, offset_m) == (1.0, 0.0):
        values[voids_of(values)] = np.nan
        return values
    # Whole centimetres take half the room of metres with their decimals; a code is one before they are metres.
    levels: np.ndarray = np.where(np.isin(values, UNDECLARED), np.nan, values * scale + offset_m)
    levels[voids_of(levels)] = np.nan
    return levels


def raster_dem(path: Path, crs: CRS | None = None) -> Dem:
    """The ground of a raster file; ``crs`` stands in for what the file states."""
    return Dem(path.name, crs, path)
