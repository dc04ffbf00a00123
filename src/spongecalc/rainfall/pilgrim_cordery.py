"""The mean pattern of a place's storms after Pilgrim and Cordery."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def mean_pattern_percent(storms_mm: Sequence[Sequence[float]]) -> np.ndarray:
    """The mean pattern of storms of one duration, each cut into the same number of parts.

    Parameters
    ----------
    storms_mm
        Storms x parts: what fell in each part, in mm. All storms have the same number of parts.

    Returns
    -------
    Percent of the depth in each part, adding up to 100. The part with the smallest mean rank gets the largest
    mean share, the next the next; of parts of equal mean rank the earlier comes first.

    Raises
    ------
    ValueError
        If there are no storms, they are of different lengths, or one has no rain.

    References
    ----------
    Pilgrim and Cordery (1975), Rainfall temporal patterns for design floods, J. Hydraul. Div. ASCE 101(1).
    """
    lengths = {len(s) for s in storms_mm}
    if len(lengths) != 1:
        raise ValueError("storms of one number of parts are needed")
    depths = np.asarray(storms_mm, dtype=float)
    totals = depths.sum(axis=1)
    if depths.min() < 0 or totals.min() <= 0:
        raise ValueError("every storm must have rain, and no part of it less than none")
    percent = 100 * depths / totals[:, None]
    # Equal parts share their ranks, so that a level storm favours no part.
    ranks = np.array([_mean_ranks(row) for row in percent])
    shares = np.sort(percent, axis=1)[:, ::-1].mean(axis=0)
    order = np.argsort(ranks.mean(axis=0), kind="stable")
    pattern: np.ndarray = np.empty_like(shares)
    pattern[order] = shares
    return pattern


def _mean_ranks(row: np.ndarray) -> np.ndarray:
    """1 for the largest; equal values get the mean of their ranks."""
    larger = (row[None, :] > row[:, None]).sum(axis=1)
    equal = (row[None, :] == row[:, None]).sum(axis=1)
    ranks: np.ndarray = larger + (equal + 1) / 2
    return ranks
