"""Diameters of a round pipe told apart: nominal, inside and outside, as far as they are known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.standards.tables import rows

INNER, EITHER, NEITHER, UNKNOWN = "inner", "either", "neither", "unknown"
"""What the nominal diameter of a family is: the inner one, the inner or the outer, neither; or unknown."""


@dataclass(frozen=True)
class PipeDiameters:
    """Diameters of one round pipe in mm; NaN where a diameter is not known.

    ``given_mm`` is that of the layers, by which the pipe is modelled. ``nominal_mm`` is the same where it is a
    size that the material is made in. ``nominal_is`` says what the nominal diameter of such pipes is (see
    ``nominal_diameters.csv``); ``inner_mm`` and ``outer_mm`` are filled only where that or the wall tells them.
    """

    given_mm: float
    nominal_mm: float
    inner_mm: float
    outer_mm: float
    nominal_is: str

    @property
    def drawn_mm(self) -> float:
        """The diameter that a body is drawn with: outside where it is known, else the given one."""
        return self.given_mm if math.isnan(self.outer_mm) else self.outer_mm


@cache
def nominal_is() -> dict[str, str]:
    """Return what the nominal diameter is, by the family of the material."""
    return {row["family"]: row["nominal_is"] for row in rows("nominal_diameters")}


def diameters_of(pipe: Any, catalogue: Catalogue) -> PipeDiameters:
    """Diameters of a round pipe of the layers.

    Parameters
    ----------
    pipe
        A row of the pipes layer: ``diameter_mm``, ``wall_mm`` where the layers have it, ``material``.
    catalogue
        The project's materials.

    Notes
    -----
    The contract's diameter is an inner one, but what a survey writes is mostly the nominal one. With a wall, both
    are known: the given diameter inside, and two walls more outside. A diameter that the material is not made in
    is measured, thus an inner one. Otherwise the family decides: of plastic and metal pipe the nominal diameter
    does not tell the inner one, and nothing is made up.
    """
    given = float(pipe.diameter_mm)
    wall = float(getattr(pipe, "wall_mm", math.nan) or math.nan)
    material = catalogue.material(pipe.material)
    rule = UNKNOWN if material is None else nominal_is().get(material.family, UNKNOWN)
    measured = material is not None and bool(material.sizes_mm) and given not in material.sizes_mm
    known = not math.isnan(wall) or measured or rule == INNER
    return PipeDiameters(
        given,
        math.nan if measured else given,
        given if known else math.nan,
        given + 2 * wall,
        rule,
    )
