"""The peak factor of domestic sewage by its mean daily flow."""

from __future__ import annotations

import numpy as np

from spongecalc.standards.tables import table


def peak_factor(mean_l_s: np.ndarray) -> np.ndarray:
    """Total variation factor Kz of domestic sewage.

    Parameters
    ----------
    mean_l_s
        Mean daily flow in l/s, 0 or more.

    Returns
    -------
    By linear interpolation between the table's flows; that of its first row below 5 l/s, of its last from
    1000 l/s on.

    References
    ----------
    GB 50014-2021, 4.1.15 and its table; ``sewage_peak_factor.csv`` carries source and how it is known.
    """
    rows = table("sewage_peak_factor")
    factor: np.ndarray = np.interp(mean_l_s, rows["mean_daily_flow_l_s"], rows["peak_factor"])
    return factor
