"""A ground whose hollow is given a way out: filled to its lowest rim, so that water runs on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spongecalc.ground.grid import Ground, lowest_rim_m


def with_way_out(ground: Ground, site: np.ndarray) -> Ground | None:
    """The ground with every hollow that a site touches filled to its lowest rim; None where there is none.

    Parameters
    ----------
    ground
        The ground as it is.
    site
        Mask of the site's cells.

    Notes
    -----
    To the water a hollow filled to its rim and a channel cut through the rim are the same: none is left
    standing there, it runs on to where the ground leads.
    """
    from scipy import ndimage  # noqa: PLC0415  projects without a raster need not wait for it

    rim = lowest_rim_m(ground.elevation_m)
    hollow = (rim - ground.elevation_m > 1e-6) & ~ground.building
    labels, _ = ndimage.label(hollow, structure=np.ones((3, 3)))
    touched = np.unique(labels[site & hollow])
    if not touched.size:
        return None
    return replace(ground, elevation_m=np.where(np.isin(labels, touched), rim, ground.elevation_m))
