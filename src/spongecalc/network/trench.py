"""The trench a pipe is laid in: its width by diameter and depth, its slopes by soil, and its volumes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spongecalc.standards.tables import table


@dataclass(frozen=True)
class TrenchRules:
    """Rules by which trenches are dug.

    ``slope_from_m`` is the depth above which walls do not stand upright unsupported; from there on they
    either slope by ``slope`` (horizontal over vertical) or, where ``supported``, stand upright behind
    boards that take ``support_m`` on each side. ``pavement_m`` of the backfill are the road's own layers.
    """

    slope_from_m: float
    slope: float
    supported: bool = False
    support_m: float = 0.1
    pavement_m: float = 0.0


@dataclass(frozen=True)
class TrenchVolumes:
    """Volumes in m3 and the area in m2 that a trench opens at the top; arrays of one value per pipe."""

    excavation_m3: np.ndarray
    bedding_m3: np.ndarray
    pipe_m3: np.ndarray
    backfill_m3: np.ndarray
    spoil_m3: np.ndarray
    opened_m2: np.ndarray


def trench_rules(soil: str, digging: str, *, supported: bool, support_m: float, pavement_m: float) -> TrenchRules:
    """The rules of a soil class and a way of digging, from ``trench_slopes.csv``.

    Raises
    ------
    KeyError
        No such soil or way of digging.
    """
    row = table("trench_slopes").set_index("soil").loc[soil]
    return TrenchRules(float(row["slope_from_m"]), float(row[digging]), supported, support_m, pavement_m)


def bottom_width_m(outer_m: np.ndarray, rigid: np.ndarray) -> np.ndarray:
    """Width of a trench at its bottom: the pipe's outer width and the working space on both sides.

    Parameters
    ----------
    outer_m
        Outer widths of the pipes in m.
    rigid
        Whether each is laid on a base, as concrete is (and an unknown material, which takes the wider space).

    References
    ----------
    GB 50857-2013, table A.1-3; ``trench_working_width.csv`` carries source and how it is known.
    """
    rows = table("trench_working_width")
    side = np.full(np.shape(outer_m), np.nan)
    for row in rows.itertuples():
        fits = (outer_m * 1000 > row.from_mm) & (outer_m * 1000 <= row.to_mm)
        side = np.where(fits & (rigid == (row.laid == "on a base")), row.side_mm / 1000, side)
    width: np.ndarray = outer_m + 2 * side
    return width


def trench_volumes(
    length_m: np.ndarray,
    depth_up_m: np.ndarray,
    depth_down_m: np.ndarray,
    bottom_m: np.ndarray,
    bedding_m: np.ndarray,
    pipe_area_m2: np.ndarray,
    rules: TrenchRules,
) -> TrenchVolumes:
    """Volumes of trenches whose depth changes evenly from one end to the other.

    The cross section W h, or W h + m h2 where walls slope, is integrated exactly along the trench, and a
    trench that passes the depth from which walls slope is cut there: a pipe drawn as one or as several
    pieces has the same volume.

    Parameters
    ----------
    length_m
        Plan lengths.
    depth_up_m, depth_down_m
        Depths from the ground to the bottom of the trench at both ends; NaN gives NaN, and so does a depth
        that is not positive.
    bottom_m
        Widths at the bottom (:func:`bottom_width_m`).
    bedding_m
        Thicknesses of the bedding.
    pipe_area_m2
        Outer cross sections of the pipes.
    rules
        How trenches are dug.

    Returns
    -------
    Excavation (bank measure), bedding, the pipe itself, backfill = excavation - bedding - pipe - road
    layers (not below zero), spoil = excavation - backfill, and the area opened at the top. Manhole pits are
    not in it.

    References
    ----------
    GB 50857-2013, appendix A (earthwork of trenches); the integral is that of a prismoid.
    """
    up = np.where(np.asarray(depth_up_m, float) > 0, depth_up_m, np.nan)
    down = np.where(np.asarray(depth_down_m, float) > 0, depth_down_m, np.nan)
    low, high = np.minimum(up, down), np.maximum(up, down)
    limit = rules.slope_from_m
    with np.errstate(invalid="ignore", divide="ignore"):
        shallow = np.where(high <= limit, 1.0, np.where(low > limit, 0.0, (limit - low) / (high - low)))
    middle = np.clip(limit, low, high)
    wide_m = bottom_m + (2 * rules.support_m if rules.supported else 0.0)
    slope = 0.0 if rules.supported else rules.slope
    deep = 1.0 - shallow
    excavation = length_m * (
        shallow * bottom_m * (low + middle) / 2
        + deep * (wide_m * (middle + high) / 2 + slope * (middle**2 + middle * high + high**2) / 3)
    )
    opened = length_m * (shallow * bottom_m + deep * (wide_m + slope * (middle + high)))
    bedding = length_m * (shallow * bottom_m * bedding_m + deep * (wide_m * bedding_m + slope * bedding_m**2))
    pipe = length_m * pipe_area_m2 * np.where(np.isnan(excavation), np.nan, 1.0)
    backfill = np.maximum(excavation - bedding - pipe - opened * rules.pavement_m, 0.0)
    return TrenchVolumes(excavation, bedding, pipe, backfill, excavation - backfill, opened)
