"""Checks where pipes meet: turning of the flow, drops, soffits, inverts, and sizes along the flow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.design.check import EXACT, Check, Limit, Subject, at_least, at_most, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.layers.feature import Feature, feature_of

MEETING = "pipes meeting in a manhole"
IN_MANHOLE = "pipes in a manhole"
STEEPENING = "pipes in a manhole where the slope steepens"
DIFFERENT = "pipes of different diameter in a manhole"
# Levels are surveyed to the millimetre: differences are taken to it.
MILLIMETRES = 3
SURVEYED_M = 0.001


def turning_angle_degrees(arriving: shapely.LineString, leaving: shapely.LineString) -> float:
    """The angle between two pipes at their manhole, in degrees: 180 runs straight on, 90 turns square.

    Parameters
    ----------
    arriving, leaving
        Lines in the direction of flow; the first ends where the second begins.
    """
    a, b = np.asarray(arriving.coords), np.asarray(leaving.coords)
    back, ahead = a[-2] - a[-1], b[1] - b[0]
    cosine = float(np.dot(back, ahead) / (np.hypot(*back) * np.hypot(*ahead)))
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def check_manholes(net: DesignNetwork, limits: Limits, hydraulics: pd.DataFrame) -> list[Check]:
    """Every arriving pipe of every node against every pipe that leaves it.

    Parameters
    ----------
    net
        The network.
    limits
        Limits of the tables, or the project's.
    hydraulics
        Of its pipes, for the depth of the water in sewers.
    """
    fullness = dict(zip(hydraulics["pipe_id"], hydraulics["fullness"], strict=True))
    arriving: dict[str, list[Any]] = {}
    leaving: dict[str, list[Any]] = {}
    for row in net.pipes.itertuples():
        arriving.setdefault(row.to_node, []).append(row)
        leaving.setdefault(row.from_node, []).append(row)
    checks: list[Check] = []
    for node in sorted(set(arriving) & set(leaving), key=str):
        if node is None:
            continue
        for above in arriving[node]:
            for below in leaving[node]:
                checks.extend(_pair(above, below, limits, net.catalogue, fullness))
    return checks


def sizes_smaller(catalogue: Catalogue, upper_mm: float, lower_mm: float) -> int:
    """Number of trade sizes by which the lower pipe is smaller; 0 where it is not."""
    return sum(lower_mm + EXACT < s <= upper_mm + EXACT for s in catalogue.trade_sizes_mm)


def steepens(above: Any, below: Any) -> bool:
    """True where the slope grows from one pipe to the next."""
    return bool(float(below.slope) > float(above.slope) + EXACT)


def least_below_mm(catalogue: Catalogue, limits: Limits, above: Any, below: Any, upper_mm: float) -> float:
    """The least size in mm that may follow an arriving pipe of ``upper_mm``.

    References
    ----------
    GB 50014-2021, 5.2.11.
    """
    if not steepens(above, below):
        return upper_mm
    most = int(limits.find("diameter_shrink", STEEPENING).value)
    smaller = [s for s in catalogue.trade_sizes_mm if s < upper_mm - EXACT]
    return smaller[-most] if len(smaller) >= most > 0 else upper_mm


def _pair(
    above: Any, below: Any, limits: Limits, catalogue: Catalogue, fullness: Mapping[str, float]
) -> Iterator[Check]:
    subject = subject_of("pipes", above)
    if "proposed" not in (above.status, below.status):
        return
    other = feature_of("pipes", below, mid_line=True)
    drop = round(float(above.invert_down_m) - float(below.invert_up_m), MILLIMETRES)
    yield _turning(above, below, drop, subject, limits, other)
    required = limits.find("drop_manhole_required", "drop between inverts")
    advised = limits.find("drop_manhole_advised", "drop between inverts")
    if math.isnan(drop):
        yield not_checkable("drop", subject, "drop between inverts", "no_levels", advised)
        yield not_checkable(
            "invert_step", subject, IN_MANHOLE, "no_levels", limits.find("invert_step", IN_MANHOLE)
        )
    else:
        limit = required if drop > required.value else advised
        reason = "drop_manhole_required" if drop > required.value else "drop_manhole_advised"
        reason = reason if drop > advised.value else ""
        yield at_most("drop", subject, "drop between inverts", drop, limit, reason=reason, other=other)
        yield at_least(
            "invert_step", subject, IN_MANHOLE, drop, limits.find("invert_step", IN_MANHOLE), other=other
        )
    if above.system == below.system or math.isnan(above.diameter_m) or math.isnan(below.diameter_m):
        yield _shrink(above, below, subject, limits, catalogue, other)
    yield from _soffits(above, below, drop, subject, limits, fullness, other)


def _turning(above: Any, below: Any, drop: float, subject: Subject, limits: Limits, other: Feature) -> Check:
    limit = limits.find("flow_turning_angle_min", MEETING)
    angle = turning_angle_degrees(above.geometry, below.geometry)
    # Places are surveyed to the millimetre: a square corner may come out sharper by what that turns its pipes.
    play = sum(math.degrees(SURVEYED_M / row.geometry.length) for row in (above, below))
    if limit.value - play <= angle < limit.value:
        angle = limit.value
    angle = round(angle, 2)
    small = limits.find("turning_exempt_diameter", MEETING).value
    fall = limits.find("turning_exempt_drop", MEETING).value
    sizes = [row.diameter_m * 1000 for row in (above, below)]
    if angle < limit.value and max(sizes) <= small and drop > fall:
        return at_most(
            "flow_turning_angle",
            subject,
            MEETING,
            0.0,
            Limit(0.0, limit.unit, limit.source, limit.how_known),
            reason="exempt_by_drop",
            other=other,
        )
    return at_least("flow_turning_angle", subject, MEETING, angle, limit, other=other)


def _shrink(
    above: Any, below: Any, subject: Subject, limits: Limits, catalogue: Catalogue, other: Feature
) -> Check:
    """A pipe is not smaller than what arrives, but where the slope steepens by two sizes at most."""
    upper, lower = above.diameter_m * 1000, below.diameter_m * 1000
    flat = limits.find("diameter_shrink", IN_MANHOLE)
    if math.isnan(upper) or math.isnan(lower):
        return not_checkable("diameter_shrink", subject, IN_MANHOLE, "not_circular_or_no_size", flat)
    if lower >= upper:
        return at_most("diameter_shrink", subject, IN_MANHOLE, upper - lower, flat, other=other)
    if math.isnan(above.slope) or math.isnan(below.slope):
        return not_checkable(
            "diameter_shrink", subject, IN_MANHOLE, "no_levels", flat, upper - lower, other=other
        )
    if not steepens(above, below):
        return at_most("diameter_shrink", subject, IN_MANHOLE, upper - lower, flat, other=other)
    steps = sizes_smaller(catalogue, upper, lower)
    most = limits.find("diameter_shrink", STEEPENING)
    return at_most("diameter_shrink", subject, STEEPENING, steps, most, other=other)


def _soffits(
    above: Any,
    below: Any,
    drop: float,
    subject: Subject,
    limits: Limits,
    fullness: Mapping[str, float],
    other: Feature,
) -> Iterator[Check]:
    """Soffits level, or in sewers the water at the design flow: neither may be lower above than below."""
    upper, lower = above.diameter_m, below.diameter_m
    if math.isnan(upper) or math.isnan(lower) or upper == lower:
        return
    limit = limits.find("soffit_alignment", DIFFERENT)
    if math.isnan(drop):
        yield not_checkable("soffit_alignment", subject, DIFFERENT, "no_levels", limit)
        return
    higher = round(drop + upper - lower, MILLIMETRES)
    # A rain pipe is laid to run full: its water stands at its soffit.
    depths = [fullness.get(row.pipe_id, math.nan) * row.diameter_m for row in (above, below)]
    if higher < limit.value and above.system == below.system == "sewage" and not any(map(math.isnan, depths)):
        water = round(drop + depths[0] - depths[1], MILLIMETRES)
        if water > higher:
            yield at_least(
                "soffit_alignment", subject, DIFFERENT, water, limit, reason="water_levels", other=other
            )
            return
    yield at_least("soffit_alignment", subject, DIFFERENT, higher, limit, other=other)
