"""The surface that counts where several lie on the same ground: what is proposed, then what was laid last."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from spongecalc.layers.standing import days_laid
from spongecalc.project.scenario_settings import LAID


def counting_order(surfaces: gpd.GeoDataFrame) -> np.ndarray:
    """Return the positions of surfaces in the order in which they count where they overlap, the first first.

    What is proposed lies on what was there before; of the same the one laid later, then the smaller one, which
    is drawn on the larger, then that farther west and south. Neither ids nor the order of the file decide;
    where only size and place do, by more than a strip,
    :func:`spongecalc.layers.rules.ground_rules.check_overlaps` has an error.
    """
    shapes = surfaces.geometry.to_numpy()
    middle = shapely.centroid(shapes)
    y, x = (np.round(of(middle), 3) for of in (shapely.get_y, shapely.get_x))
    area = np.round(shapely.area(shapes), 3)
    was_there = (surfaces["status"] != "proposed").to_numpy()
    # The later the day, the smaller the number; what has no day comes last.
    age = np.zeros(len(surfaces))
    if LAID in surfaces and surfaces[LAID].notna().any():
        first, _ = days_laid(surfaces)
        age = np.where(first.notna(), -first.to_numpy().astype("datetime64[s]").astype(float), np.inf)
    order: np.ndarray = np.lexsort((y, x, area, age, was_there))
    keys = np.column_stack([was_there, age, area, x, y])[order]
    if (keys[1:] == keys[:-1]).all(axis=1).any():
        outlines = shapely.to_wkb(shapely.normalize(shapes))
        covers = surfaces["cover"].astype(str).to_numpy()
        rows = [(*key, outlines[n], covers[n]) for key, n in zip(keys.tolist(), order.tolist(), strict=True)]
        order = order[sorted(range(len(rows)), key=rows.__getitem__)]
    return order


def lies_on(surfaces: gpd.GeoDataFrame, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return "proposed" or "laid" for each pair of surfaces of which the upper one counts for that reason, else
    "".

    Parameters
    ----------
    surfaces
        Surfaces that stand in one scenario.
    upper, lower
        Their positions, the upper of each pair the first in :func:`counting_order`. A day that is only known to
        the month or year decides where it is later, or earlier, in all of it.
    """
    proposed = (surfaces["status"] == "proposed").to_numpy()
    first, last = (days.to_numpy() for days in days_laid(surfaces))
    later = first[upper] > last[lower]
    reasons = np.where(later & (proposed[upper] == proposed[lower]), "laid", "").astype(object)
    reasons[proposed[upper] & ~proposed[lower]] = "proposed"
    return reasons
