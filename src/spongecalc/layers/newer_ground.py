"""Which of the surfaces that lie on the same ground counts there: what is proposed, then what was laid last."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spongecalc.layers.standing import days_laid


def counting_order(surfaces: gpd.GeoDataFrame) -> np.ndarray:
    """Return the positions of surfaces in the order in which they count where they overlap, the first first.

    What is proposed lies on what was there before; of the same the one laid later, then the smaller one, which
    is drawn on the larger, then that farther west and south. Neither ids nor the order of the file decide;
    where only size and place do, by more than a strip,
    :func:`spongecalc.layers.rules.ground_rules.check_overlaps` has an error.
    """
    shapes = surfaces.geometry.to_numpy()
    first, _ = days_laid(surfaces)
    # The later the day, the smaller the number; what has no day comes last.
    age = -first.astype("int64").where(first.notna(), np.iinfo("int64").min + 1).to_numpy()
    middle = shapely.centroid(shapes)
    keys = pd.DataFrame(
        {
            "was_there": (surfaces["status"] != "proposed").to_numpy(),
            "age": age,
            "area": np.round(shapely.area(shapes), 3),
            "x": np.round(shapely.get_x(middle), 3),
            "y": np.round(shapely.get_y(middle), 3),
            "outline": shapely.to_wkb(shapely.normalize(shapes)) if len(shapes) else [],
            "cover": surfaces["cover"].astype(str).to_numpy(),
        }
    )
    order: np.ndarray = keys.sort_values(list(keys.columns), kind="stable").index.to_numpy()
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
