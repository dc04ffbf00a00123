"""The tables of the bill of quantities: ledger, quantities, claims, progress, costs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from spongecalc.layers.claim_sheet import Claim
from spongecalc.layers.layer_set import LayerSet
from spongecalc.layers.price_list import Price
from spongecalc.network.bill_rules import bill_rules
from spongecalc.network.claims import claims_table, community_claim, measured_features
from spongecalc.network.costs import costs
from spongecalc.network.ledger import ledger
from spongecalc.network.progress import progress
from spongecalc.network.quantities import as_written, quantities_of
from spongecalc.project.settings import Settings


def bill_tables(
    layers: LayerSet, settings: Settings, claims: Sequence[Claim] = (), prices: Sequence[Price] = ()
) -> dict[str, pd.DataFrame]:
    """Every table of the bill by the stem of its file.

    Parameters
    ----------
    layers
        Checked layers.
    settings
        The project's; its tolerance for claimed totals is that of the targets.
    claims
        What was claimed, beside what the communities' layer states itself.
    prices
        The project's own unit prices; without any there is no table of costs.
    """
    exact = ledger(layers, bill_rules(settings.quantities))
    features = as_written(exact)
    bill = quantities_of(features)
    measured = measured_features(exact, layers)
    stated = community_claim(layers["communities"])
    every = [c for c in (stated, *claims) if len(c.lines)]
    tables = {
        "quantities": bill,
        "quantity_features": features,
        "claims": claims_table(
            every, measured, features, settings.targets.length_difference_m, settings.catalogue
        ),
    }
    laid = progress(features, layers)
    if len(laid):
        tables["progress"] = laid
    if prices:
        tables["costs"] = costs(bill, prices)
    return tables
