"""The bill of quantities: the ledger added up by community, item, system, status, size, material and depth."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from spongecalc.decimals import decimals
from spongecalc.layers.layer_set import LayerSet
from spongecalc.network.bill_rules import DEFAULT_RULES, BillRules
from spongecalc.network.ledger import AMOUNTS, KEYS, ledger

QUANTITY_COLUMNS = [*KEYS, *AMOUNTS]
# Within one of these, rows as written add up to the exact sum as written; in it, each phase's and community's do.
ROUNDED_TOGETHER = ["item", "system", "status"]
PARTS = ["phase", "community_id"]


def as_written(rows: pd.DataFrame) -> pd.DataFrame:
    """The ledger with amounts to the decimals that tables are written with, such that every total agrees.

    Rounding each row by itself would let 200 rows miss their total by centimetres. Here the total of an item,
    system and status is rounded once; the phases' sums are rounded so that they add up to it, the communities' so
    that they add up to their phase's, and the rows of each community so that they add up to that. All are cut,
    and the last units go to those that lost most, the first first where they lost the same. No figure is further
    than one last unit from its exact value.
    """
    out = rows.copy()
    groups = rows.groupby(ROUNDED_TOGETHER, sort=False, dropna=False).indices
    # Numbers in the order of the names: those that lost the same get the last units in this order.
    parts = [pd.factorize(rows[column].astype("string").fillna(""), sort=True)[0] for column in PARTS]
    for column in AMOUNTS:
        places = decimals(column)
        if places is None:
            continue
        values = rows[column].to_numpy(float)
        written = np.full(len(values), np.nan)
        for positions in groups.values():
            known = positions[~np.isnan(values[positions])]
            if len(known):
                written[known] = _rounded_within(values[known], places, None, [p[known] for p in parts])
        out[column] = written
    return out


def _rounded_within(
    values: np.ndarray, places: int, total: float | None, parts: Sequence[np.ndarray]
) -> np.ndarray:
    """Values rounded to a sum such that those of every part, and of every part of that, add up to its own."""
    if not parts:
        return rounded_to_sum(values, places, total)
    names, member = np.unique(parts[0], return_inverse=True)
    sums = rounded_to_sum(np.bincount(member, values, minlength=len(names)), places, total)
    written = np.empty(len(values))
    for number, own_sum in enumerate(sums):
        own = member == number
        written[own] = _rounded_within(values[own], places, float(own_sum), [p[own] for p in parts[1:]])
    return written


def rounded_to_sum(values: np.ndarray, places: int, total: float | None = None) -> np.ndarray:
    """Values rounded so that they add up to a sum (largest remainders).

    Parameters
    ----------
    values
        Numbers, none below zero.
    places
        Decimals.
    total
        The sum to reach, a number of that many decimals; None for the values' own sum, rounded.
    """
    unit = 10.0**places
    scaled = np.asarray(values, float) * unit
    # A value that is exact to the last decimal must not fall below it by a rounding error.
    whole = np.floor(scaled + 1e-6)
    wanted = round(float(np.sum(values)), places) if total is None else total
    missing = round(wanted * unit - float(whole.sum()))
    lost = scaled - whole
    if missing > 0:
        whole[np.argsort(-lost, kind="stable")[:missing]] += 1
    elif missing < 0:
        order = np.argsort(lost, kind="stable")
        whole[order[whole[order] > 0][:-missing]] -= 1
    return np.round(whole / unit, places)


def quantities_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The bill: one level of rows, so that any pivot of it adds up; made from a ledger as written.

    An amount is empty where it means nothing for the item, or where one of its features does not know it.
    """
    if rows.empty:
        return pd.DataFrame(columns=QUANTITY_COLUMNS)
    grouped = rows.groupby(KEYS, dropna=False, sort=True)
    table = grouped[AMOUNTS].sum(min_count=1)
    unknown = rows.assign(**{c: rows[c].isna() for c in AMOUNTS}).groupby(KEYS, dropna=False, sort=True)[AMOUNTS]
    table = table.mask(unknown.any())
    for column in AMOUNTS:
        table[column] = table[column].round(decimals(column) or 0)
    return table.reset_index()[QUANTITY_COLUMNS]


def quantities(layers: LayerSet, rules: BillRules = DEFAULT_RULES) -> pd.DataFrame:
    """Rows of quantities.csv."""
    return quantities_of(as_written(ledger(layers, rules)))


def laid_m(rows: pd.DataFrame, community_id: str, system: str) -> float:
    """Meters of new pipe of a system in a community, by a ledger: plan length, manholes not deducted."""
    chosen = (
        (rows["item"] == "pipe")
        & (rows["community_id"] == community_id)
        & (rows["system"] == system)
        & (rows["status"] == "proposed")
    )
    return float(rows.loc[chosen, "length_m"].sum())


def left_out_m(rows: pd.DataFrame, communities: Collection[str]) -> float:
    """Meters of new pipe that no community of a table counts: of none, or of one that the table does not have.

    Parameters
    ----------
    rows
        The ledger or the bill, as written.
    communities
        Ids of the communities that the table counts.
    """
    if rows.empty:
        return 0.0
    new = rows[(rows["item"] == "pipe") & (rows["status"] == "proposed")]
    return float(new.loc[~new["community_id"].isin(list(communities)), "length_m"].sum())
