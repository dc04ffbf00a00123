"""The cross section of a pipe as LandXML tells it: an element for each shape, its measures in mm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.catalogue.pipe_section import CIRCULAR, EGG, RECT_CLOSED, RECT_OPEN, TRAPEZOIDAL
from spongecalc.export.value_text import number_text, value_text


@dataclass(frozen=True)
class WrittenSection:
    """A section's element: its name, its attributes, and the columns of the contract that are in them."""

    element: str
    attributes: dict[str, str]
    columns: frozenset[str]


def written_section(pipe: Any, catalogue: Catalogue) -> WrittenSection | None:
    """The section of a row of the pipes layer; None where its shape or a measure that it needs is not known.

    A wall is told only where the layers know it; Manning's n is that of the material where it is not surveyed.
    An egg's span is two thirds of its height, as a standard egg has it, where no width is known.
    """
    measured = _measured(pipe)
    if measured is None:
        return None
    element, measures, columns = measured
    attributes = {name: number_text(value) for name, value in measures.items()}
    said = {"thickness": "wall_mm", "material": "material", "hazenWilliams": "hazen_williams"}
    for attribute, column in (*said.items(), ("mannings", "roughness")):
        if (words := value_text(getattr(pipe, column, None))) is not None:
            attributes[attribute] = words
            # Readers drop blanks at the ends of a name: such a one is told beside it, too.
            columns = (*columns, column) if words and words == words.strip() else columns
    if "mannings" not in attributes and catalogue.material(pipe.material) is not None:
        attributes["mannings"] = number_text(catalogue.roughness(pipe.material)[0])
        columns = (*columns, "roughness")
    return WrittenSection(element, attributes, frozenset({"shape", *columns}))


def _measured(pipe: Any) -> tuple[str, dict[str, float], tuple[str, ...]] | None:
    shape = pipe.shape if isinstance(pipe.shape, str) and pipe.shape else CIRCULAR
    diameter, width, height = (float(getattr(pipe, c)) for c in ("diameter_mm", "width_mm", "height_mm"))
    if shape == CIRCULAR:
        return None if math.isnan(diameter) else ("CircPipe", {"diameter": diameter}, ("diameter_mm",))
    if shape == EGG and not math.isnan(height):
        span = round(2 * height / 3, 6) if math.isnan(width) else width
        return "EggPipe", {"height": height, "span": span}, ("height_mm",)
    if math.isnan(height) or math.isnan(width):
        return None
    if shape == RECT_CLOSED:
        return "RectPipe", {"height": height, "width": width}, ("width_mm", "height_mm")
    if shape == RECT_OPEN:
        sizes = {"height": height, "widthTop": width, "widthBottom": width}
        return "Channel", sizes, ("width_mm", "height_mm")
    if shape == TRAPEZOIDAL:
        sizes = {"height": height, "widthTop": top_width_mm(pipe), "widthBottom": width}
        return "Channel", sizes, ("width_mm", "height_mm")
    return None


def top_width_mm(pipe: Any) -> float:
    """Width of a trapezoidal channel at its top, in mm: its banks run out by their slopes; none: upright."""
    left = _or_zero(getattr(pipe, "side_slope", math.nan), 0.0)
    right = _or_zero(getattr(pipe, "side_slope_right", math.nan), left)
    return round(float(pipe.width_mm) + float(pipe.height_mm) * (left + right), 6)


def _or_zero(value: object, otherwise: float) -> float:
    number = float(value) if isinstance(value, int | float) else math.nan
    return otherwise if math.isnan(number) else number
