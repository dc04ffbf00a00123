"""The cross section of a pipe or channel: its shape and measures, and what follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spongecalc.catalogue.point_pairs import Points, known_pairs

Numbers = np.ndarray | float
"""One value, or an array of one per pipe."""

CIRCULAR, RECT_CLOSED, RECT_OPEN, EGG = "circular", "rect_closed", "rect_open", "egg"
TRAPEZOIDAL, IRREGULAR, OTHER = "trapezoidal", "irregular", "other"
# An irregular section is that of a transect; any other is told in SWMM's own words.
SHAPES = (CIRCULAR, RECT_CLOSED, RECT_OPEN, EGG, TRAPEZOIDAL, IRREGULAR, OTHER)
OPEN_SHAPES = (RECT_OPEN, TRAPEZOIDAL, IRREGULAR)
# Of an egg: area and hydraulic radius over height (Chow 1959), its width over its height, and its part of the box
# around it.
_EGG_AREA, _EGG_RADIUS, _EGG_WIDTH, _EGG_BOX = 0.5105, 0.1931, 2 / 3, 0.77
# Silt to the roof of a box still leaves SWMM a section.
_LEAST_HEIGHT_M = 0.01
_SWMM_SHAPE = {CIRCULAR: "CIRCULAR", RECT_CLOSED: "RECT_CLOSED", RECT_OPEN: "RECT_OPEN", EGG: "EGG"}
SHAPE_OF_SWMM = {swmm: shape for shape, swmm in _SWMM_SHAPE.items()} | {
    "FILLED_CIRCULAR": CIRCULAR,
    "FORCE_MAIN": CIRCULAR,
}
"""The shape of each of SWMM's that the contract holds."""


def circle_segment(fullness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area and hydraulic radius of a partly full circle, as parts of the diameter.

    Parameters
    ----------
    fullness
        Depth over diameter, 0 to 1.

    Returns
    -------
    A / D2 and R / D.

    References
    ----------
    Chow (1959), Open-Channel Hydraulics, appendix A, geometric elements of circular sections.
    """
    angle = 2 * np.arccos(1 - 2 * np.asarray(fullness, float))
    area = (angle - np.sin(angle)) / 8
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = np.where(angle > 0, area / (angle / 2), 0.0)
    return area, radius


def manning_velocity_m_s(radius_m: Numbers, slope: Numbers, manning_n: Numbers) -> np.ndarray:
    """Velocity of uniform flow, v = R^(2/3) S^(1/2) / n; NaN where it does not fall.

    References
    ----------
    GB 50014-2021, section 5.2 (velocity by Manning's formula).
    """
    falling = np.where(np.asarray(slope, float) > 0, slope, np.nan)
    return np.asarray(radius_m, float) ** (2 / 3) * np.sqrt(falling) / manning_n


@dataclass(frozen=True)
class PipeSection:
    """One section; measures inside, in m.

    ``height_m`` is the diameter of a circle. ``silt_m`` is the depth of sediment at its bottom, which takes away
    area: of a circle its segment, of a box its height. ``slopes`` are those of a trapezoid's banks (out per
    height), ``width_m`` is then that of its floor; ``stations`` an irregular channel's places and elevations. Of
    any other section only the height is known, if that.
    """

    shape: str
    height_m: float
    width_m: float = math.nan
    silt_m: float = 0.0
    slopes: tuple[float, float] = (0.0, 0.0)
    stations: Points = ()

    @classmethod
    def circle(cls, diameter_m: float, silt_m: float = 0.0) -> PipeSection:
        """A circular section."""
        return cls(CIRCULAR, diameter_m, diameter_m, silt_m)

    @classmethod
    def of_pipe(cls, row: Any) -> PipeSection:
        """The section of a row of the pipes layer; NaN where its size is not known."""
        shape = row.shape if isinstance(row.shape, str) and row.shape else CIRCULAR
        silt = float(row.sediment_mm) / 1000 if getattr(row, "sediment_mm", None) is not None else 0.0
        silt = silt if silt > 0 else 0.0
        if shape == CIRCULAR:
            return cls.circle(row.diameter_mm / 1000, silt)
        height_m, width_m = row.height_mm / 1000, row.width_mm / 1000
        if shape == TRAPEZOIDAL:
            left = float(row.side_slope) if row.side_slope > 0 else 0.0
            right = float(row.side_slope_right) if row.side_slope_right >= 0 else left
            return cls(shape, height_m, width_m, slopes=(left, right))
        if shape == IRREGULAR:
            points = known_pairs(row.transect)
            if points:
                levels = [y for _, y in points]
                height_m, width_m = max(levels) - min(levels), points[-1][0] - points[0][0]
            return cls(shape, height_m, width_m, stations=points)
        return cls(shape, height_m, width_m, silt if shape != OTHER else 0.0)

    @classmethod
    def of_swmm(cls, shape: str, first_m: float, second_m: float) -> PipeSection | None:
        """The section that SWMM's shape and its first two measures describe; None for another shape."""
        own = SHAPE_OF_SWMM.get(shape)
        if own is None:
            return None
        if own == CIRCULAR:
            return cls.circle(first_m, second_m if shape == "FILLED_CIRCULAR" else 0.0)
        return cls(own, first_m, second_m)

    @property
    def is_circular(self) -> bool:
        """True for a circle."""
        return self.shape == CIRCULAR

    @property
    def is_box(self) -> bool:
        """True for a rectangle, closed or open."""
        return self.shape in (RECT_CLOSED, RECT_OPEN)

    @property
    def is_covered(self) -> bool:
        """True where it has a crown."""
        return self.shape not in OPEN_SHAPES

    @property
    def raised_m(self) -> float:
        """Height by which silt raises the bottom of a box, in m."""
        # Of a channel that is a transect's or a street's by name no height is known here.
        return self.height_m - self.clear_height_m if self.is_box else 0.0

    @property
    def clear_height_m(self) -> float:
        """Height from the bottom that water runs on; a circle's silt stays within its section."""
        if self.is_box and self.silt_m > 0:
            return max(self.height_m - self.silt_m, _LEAST_HEIGHT_M)
        return self.height_m

    @property
    def area_m2(self) -> float:
        """Area when full, without its silt."""
        if self.is_circular:
            lost = float(circle_segment(np.array(self._filled))[0]) if self._filled else 0.0
            return (math.pi / 4 - lost) * self.height_m**2
        if self.shape == EGG:
            return _EGG_AREA * self.height_m**2
        if self.shape == TRAPEZOIDAL:
            return self.height_m * (self.width_m + sum(self.slopes) * self.height_m / 2)
        if self.shape == IRREGULAR:
            x, depth = self._drawn
            return float(np.trapezoid(depth, x)) if len(x) > 1 else math.nan
        return self.clear_height_m * self.width_m if self.is_box else math.nan

    @property
    def _drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """Stations of an irregular channel and the depth below its highest point at each."""
        x, y = (np.array(v, float) for v in zip(*self.stations, strict=True)) if self.stations else ((), ())
        return np.asarray(x), np.max(y, initial=-np.inf) - np.asarray(y)

    @property
    def wetted_perimeter_m(self) -> float:
        """Length of the wall that a full section wets, the top of its silt included."""
        if self.is_circular:
            angle = 2 * math.acos(1 - 2 * self._filled) if self._filled else 0.0
            return (math.pi - angle / 2 + math.sin(angle / 2)) * self.height_m
        if self.shape == EGG:
            return self.area_m2 / (_EGG_RADIUS * self.height_m)
        if self.shape == TRAPEZOIDAL:
            return self.width_m + self.height_m * sum(math.hypot(1, slope) for slope in self.slopes)
        if self.shape == IRREGULAR:
            x, depth = self._drawn
            return float(np.hypot(np.diff(x), np.diff(depth)).sum()) if len(x) > 1 else math.nan
        if self.shape == OTHER:
            return math.nan
        if self.shape == RECT_CLOSED:
            return 2 * (self.clear_height_m + self.width_m)
        return 2 * self.clear_height_m + self.width_m

    @property
    def hydraulic_radius_m(self) -> float:
        """Area over wetted perimeter when full."""
        return _EGG_RADIUS * self.height_m if self.shape == EGG else self.area_m2 / self.wetted_perimeter_m

    @property
    def _filled(self) -> float:
        """Silt over diameter of a circle."""
        return min(self.silt_m / self.height_m, 1.0) if self.silt_m > 0 else 0.0

    def full_flow_m3_s(self, slope: float, manning_n: float) -> float:
        """Flow of the full section by Manning's formula; NaN without a fall.

        References
        ----------
        GB 50014-2021, section 5.2. The egg has 0.5105 of its height squared as area and 0.1931 of its height as
        hydraulic radius (Chow 1959, Open-Channel Hydraulics).
        """
        if not slope > 0:
            return math.nan
        return float(self.area_m2 * self.hydraulic_radius_m ** (2 / 3) * math.sqrt(slope) / manning_n)

    def width_at_m(self, depth_m: Numbers) -> np.ndarray:
        """Inside width at a depth above the invert, silt not looked at.

        References
        ----------
        The standard egg is drawn with four arcs: of a third of its height above two thirds of it, of its height
        at the sides, and of a sixth at the bottom, which meets them at a fifteenth. Its area and hydraulic radius
        are those of Chow (1959), Open-Channel Hydraulics.
        """
        y, h = np.asarray(depth_m, float), self.height_m
        if self.is_box:
            return np.full_like(y, self.width_m)
        if self.shape == TRAPEZOIDAL:
            return self.width_m + sum(self.slopes) * y
        if self.shape in (IRREGULAR, OTHER):
            return np.full_like(y, math.nan)
        if self.is_circular:
            return 2 * np.sqrt(np.clip(y * (h - y), 0, None))
        top = np.sqrt(np.clip((h / 3) ** 2 - (y - 2 * h / 3) ** 2, 0, None))
        side = np.sqrt(np.clip(h**2 - (2 * h / 3 - y) ** 2, 0, None)) - 2 * h / 3
        bottom = np.sqrt(np.clip((h / 6) ** 2 - (y - h / 6) ** 2, 0, None))
        return 2 * np.where(y > 2 * h / 3, top, np.where(y > h / 15, side, bottom))

    def below(self, depth_m: float) -> LowerPart:
        """Return the part of a round section above its silt and below a depth, closed by a lid there."""
        low, high = self.silt_m, min(depth_m, self.height_m)
        # Closer together at the bottom and the top of the section, where its wall lies flat.
        first, last = (float(np.arccos(1 - 2 * level / self.height_m)) for level in (low, high))
        turn = np.linspace(first, last, 2001)
        depths = self.height_m * (1 - np.cos(turn)) / 2
        widths = self.width_at_m(depths)
        walls = 2 * np.hypot(np.diff(depths), np.diff(widths) / 2).sum()
        area = np.trapezoid(widths, depths)
        return LowerPart(high - low, float(area), float(walls + widths[0] + widths[-1]))

    @property
    def swmm(self) -> tuple[str, float, float]:
        """SWMM's shape, first and second measure in m: silt makes a circle a filled circular section."""
        if self.is_circular:
            return (
                ("FILLED_CIRCULAR", self.height_m, self.silt_m)
                if self.silt_m > 0
                else ("CIRCULAR", self.height_m, 0.0)
            )
        if self.shape == EGG:
            return ("EGG", self.height_m, 0.0)
        if self.shape not in _SWMM_SHAPE:
            return (self.shape.upper(), self.height_m, self.width_m)
        return (_SWMM_SHAPE[self.shape], self.clear_height_m, self.width_m)


@dataclass(frozen=True)
class LowerPart:
    """The part of a round section between its silt and a lid: height, area and wetted perimeter."""

    height_m: float
    area_m2: float
    wetted_perimeter_m: float

    @property
    def hydraulic_radius_m(self) -> float:
        """Area over wetted perimeter when full."""
        return self.area_m2 / self.wetted_perimeter_m

    @property
    def box(self) -> PipeSection:
        """The closed box of the same height and area."""
        return PipeSection(RECT_CLOSED, self.height_m, self.area_m2 / self.height_m)


@dataclass(frozen=True, eq=False)
class PipeSections:
    """The sections of a frame of pipes, as arrays in the frame's order; NaN where a size is not known."""

    shape: np.ndarray
    diameter_m: np.ndarray
    width_m: np.ndarray
    box_height_m: np.ndarray

    @classmethod
    def of(cls, pipes: Any) -> PipeSections:
        """The sections of the pipes layer, or of a part of it."""
        shape = pipes["shape"].where(pipes["shape"].notna() & (pipes["shape"] != ""), CIRCULAR).to_numpy(object)
        millimetres = (pipes[c].to_numpy(float) for c in ("diameter_mm", "width_mm", "height_mm"))
        return cls(shape, *(m / 1000 for m in millimetres))

    @property
    def is_circular(self) -> np.ndarray:
        """Mask of the circles."""
        return np.asarray(self.shape == CIRCULAR)

    @property
    def is_egg(self) -> np.ndarray:
        """Mask of the eggs."""
        return np.asarray(self.shape == EGG)

    @property
    def is_covered(self) -> np.ndarray:
        """Mask of the sections that have a crown."""
        return ~np.isin(self.shape.astype(str), OPEN_SHAPES)

    @property
    def circle_m(self) -> np.ndarray:
        """Diameters; NaN of what is not a circle."""
        return np.where(self.is_circular, self.diameter_m, np.nan)

    @property
    def height_m(self) -> np.ndarray:
        """Inside heights."""
        return np.where(self.is_circular, self.diameter_m, self.box_height_m)

    @property
    def inner_width_m(self) -> np.ndarray:
        """Inside widths: of a circle its diameter, of an egg two thirds of its height where none is given."""
        egg = self.is_egg & np.isnan(self.width_m)
        return np.where(
            self.is_circular, self.diameter_m, np.where(egg, self.box_height_m * _EGG_WIDTH, self.width_m)
        )

    def outer_width_m(self, wall_m: np.ndarray) -> np.ndarray:
        """Widths with the wall on both sides."""
        return np.asarray(self.inner_width_m + 2 * wall_m)

    def outer_area_m2(self, wall_m: np.ndarray) -> np.ndarray:
        """Cross sections with their walls: what a trench cannot be filled with."""
        outer = self.outer_width_m(wall_m)
        box = outer * (self.box_height_m + 2 * wall_m)
        return np.where(self.is_circular, np.pi / 4 * outer**2, np.where(self.is_egg, _EGG_BOX * box, box))


def barrels_of(pipes: Any) -> np.ndarray:
    """Number of pipes side by side, for each row of the pipes layer: 1 where nothing is said."""
    if "barrels" not in pipes:
        return np.ones(len(pipes))
    given = pipes["barrels"].to_numpy(float)
    return np.where(given > 1, np.rint(given), 1.0)
