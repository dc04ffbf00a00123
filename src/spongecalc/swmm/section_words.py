"""A pipe's section in SWMM's words, and the transects of irregular channels."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from spongecalc.catalogue.pipe_section import IRREGULAR, OTHER, TRAPEZOIDAL, PipeSection
from spongecalc.catalogue.point_pairs import Points, known_pairs
from spongecalc.catalogue.rare_sections import rare_section
from spongecalc.swmm.identifiers import SAFE, hashed
from spongecalc.swmm.inp_text import fixed

Words = tuple[tuple[str, float, float], tuple[str, ...]]
"""Shape with its first two measures in m, and the words after them."""
# Of a channel in earth, where the survey has no roughness.
CHANNEL_N = 0.030


def section_words(row: Any, section: PipeSection) -> Words:
    """Return the section of a row of the pipes layer as a conduit holds it.

    Parameters
    ----------
    row
        Of the pipes layer.
    section
        Its section, of :meth:`PipeSection.of_pipe`.
    """
    if row.shape == TRAPEZOIDAL:
        left = float(row.side_slope) if row.side_slope > 0 else 0.0
        right = float(row.side_slope_right) if row.side_slope_right >= 0 else left
        return (("TRAPEZOIDAL", section.height_m, section.width_m), (f"{left:.10g}", f"{right:.10g}"))
    if row.shape == IRREGULAR:
        own = known_pairs(row.transect)
        return (("IRREGULAR", 0.0, 0.0), (transect_name(row.pipe_id) if own else str(row.transect),))
    words = rare_section(row.swmm_section) if row.shape == OTHER else None
    if words is not None:
        return _rare(words)
    if section.is_circular and row.hazen_williams > 0:
        return (("FORCE_MAIN", section.height_m, float(row.hazen_williams)), ("0", "0"))
    return (section.swmm, ("0", "0"))


def _rare(words: tuple[str, ...]) -> Words:
    shape, *measures = words
    if shape == "STREET":
        return ((shape, 0.0, 0.0), (measures[0],))
    if shape == "CUSTOM":
        return ((shape, float(measures[0]), 0.0), (measures[1], "0", "0"))
    first, second, third, fourth = (*measures, "0", "0", "0", "0")[:4]
    return ((shape, float(first), float(second)), (third, fourth))


def xsection_row(
    model_id: str, section: tuple[str, float, float], more: tuple[str, ...], barrels: int
) -> tuple[str, ...]:
    """Return the row of XSECTIONS of a conduit: measures of usual pipes in millimetres, of others in full."""
    shape, first, second = section
    if shape in ("IRREGULAR", "STREET"):
        return (model_id, shape, *more, "0", "0", "0", str(barrels))
    if shape == "CUSTOM":
        return (model_id, shape, f"{first:.10g}", *more, str(barrels))
    usual = shape in ("CIRCULAR", "FILLED_CIRCULAR", "RECT_CLOSED", "RECT_OPEN", "EGG")
    # An open channel without the friction of its sides is a rare one, which a model's own words tell.
    if usual and more == ("0", "0"):
        return (model_id, shape, fixed(first, 3), fixed(second, 3), *more, str(barrels))
    return (model_id, shape, f"{first:.10g}", f"{second:.10g}", *more, str(barrels))


def transect_name(pipe_id: str) -> str:
    """The name of the transect that a pipe has of its own."""
    return f"{pipe_id}__TR" if SAFE.fullmatch(pipe_id) else hashed(pipe_id, "T_")


def transect_rows(pipes: pd.DataFrame) -> list[tuple[str, ...]]:
    """TRANSECTS of the channels whose station:elevation pairs the layer holds; elevations from the lowest one.

    The whole of such a channel has the roughness of its conduit, which SWMM takes from the transect.
    """
    rows: list[tuple[str, ...]] = []
    if pipes.empty or not (pipes["shape"] == IRREGULAR).any():
        return rows
    for row in pipes[pipes["shape"] == IRREGULAR].sort_values("pipe_id").itertuples():
        points = known_pairs(row.transect)
        if points:
            n = CHANNEL_N if math.isnan(row.roughness) else float(row.roughness)
            rows.extend(_transect(transect_name(row.pipe_id), points, fixed(n, 4)))
    return rows


def _transect(name: str, points: Points, roughness: str) -> list[tuple[str, ...]]:
    lowest = min(y for _, y in points)
    stations = [(fixed(y - lowest, 4), fixed(x, 4)) for x, y in points]
    ends = (fixed(points[0][0], 4), fixed(points[-1][0], 4))
    rows: list[tuple[str, ...]] = [
        ("NC", roughness, roughness, roughness),
        ("X1", name, str(len(points)), *ends, "0", "0", "0", "0", "0"),
    ]
    for start in range(0, len(stations), 5):
        rows.append(("GR", *(word for pair in stations[start : start + 5] for word in pair)))
    return rows
