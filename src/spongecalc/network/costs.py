"""Costs of the bill at a project's own prices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from spongecalc.layers.price_list import UNITS, Price, best_price
from spongecalc.network.ledger import KEYS

COST_COLUMNS = [*KEYS, "unit", "quantity", "unit_price", "cost", "price_row", "price_source", "note"]


def costs(bill: pd.DataFrame, prices: Sequence[Price], status: str = "proposed") -> pd.DataFrame:
    """Rows of costs.csv: every row of the bill of a status, priced where a price fits.

    The price with the most keys that fit a row counts. A row that none fits keeps an empty cost with the
    note "no_price"; one that two fit equally well, "several_prices"; one whose amount is not known,
    "amount_unknown". A cost is rounded to the cent row by row, so that the rows add up to their sum.
    """
    rows = []
    for row in bill[bill["status"] == status].to_dict("records"):
        about = {k: row[k] for k in KEYS}
        found = best_price(prices, {str(k): v for k, v in row.items()})
        if not found:
            rows.append({**about, "note": "no_price"})
            continue
        for unit in dict.fromkeys(p.unit for p in found):
            own = [p for p in found if p.unit == unit]
            amount = row[UNITS[unit]]
            line = {**about, "unit": unit, "quantity": amount}
            if len(own) > 1:
                listed = ";".join(str(p.row) for p in own)
                rows.append({**line, "note": "several_prices", "price_row": listed})
                continue
            price = own[0]
            known = amount is not None and not math.isnan(float(amount))
            rows.append(
                {
                    **line,
                    "unit_price": price.unit_price,
                    "cost": round(float(amount) * price.unit_price + 1e-9, 2) if known else float("nan"),
                    "price_row": str(price.row),
                    "price_source": price.source,
                    "note": "" if known else "amount_unknown",
                }
            )
    return pd.DataFrame(rows, columns=COST_COLUMNS)
