"""Coordinates of the worked example as a survey holds them."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def to_millimetres(geometry: BaseGeometry) -> BaseGeometry:
    """A geometry with its coordinates rounded to the millimetre."""
    return shapely.set_coordinates(geometry, np.round(shapely.get_coordinates(geometry), 3))
