"""The check of GB 50014-2021, 4.1.6: the works make no peak larger, at the outfalls or on the ground."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.assess.inputs import Inputs
from spongecalc.assess.outfall_peaks import ALL
from spongecalc.design.check import Check, Limit, Subject, at_most
from spongecalc.layers.feature import Feature
from spongecalc.standards.provenance import PRINTED

CLAUSE = "GB 50014-2021 4.1.6"
GIVEN = "given in the layers"


def peak_checks(inputs: Inputs, peaks: pd.DataFrame, sponge: pd.DataFrame) -> list[Check]:
    """Checks of every community under every storm, of the pair of scenarios compared.

    *ground_peak*: the peak of the runoff of its ground is not above that before. *outfall_peak*: that of all its
    outfalls together is not. *receiver_capacity*: after the works no receiver gets more at once than the layers
    say that it takes; only where they say it.

    Parameters
    ----------
    inputs
        What is assessed.
    peaks
        Rows of outfall_peaks.csv.
    sponge
        Rows of sponge.csv.
    """
    first, last = inputs.settings.compared
    ground = _figures(sponge, "peak_l_s")
    leaving = _figures(peaks[peaks["receives"] == ALL], "peak_l_s")
    checks = []
    for community in inputs.community_ids:
        place = inputs.about.loc[community, "geometry"].representative_point()
        subject = Subject(Feature("communities", community, community, x_m=place.x, y_m=place.y))
        for storm in inputs.storms:
            for name, found in (("ground_peak", ground), ("outfall_peak", leaving)):
                before, after = (found.get((community, s, storm.storm_id), math.nan) for s in (first, last))
                # As the tables write them: what no table shows breaks no limit.
                limit = Limit(round(before, 2), "l/s", CLAUSE, PRINTED)
                checks.append(at_most(name, subject, storm.storm_id, round(after, 2), limit))
            own = peaks[
                (peaks["community_id"] == community)
                & (peaks["scenario"] == last)
                & (peaks["storm_id"] == storm.storm_id)
                & peaks["receiver_capacity_l_s"].notna()
            ]
            for row in own.itertuples():
                given = Limit(float(row.receiver_capacity_l_s), "l/s", GIVEN, GIVEN)
                name = f"{storm.storm_id} - {row.receives}"
                checks.append(at_most("receiver_capacity", subject, name, float(row.peak_l_s), given))
    return checks


def _figures(table: pd.DataFrame, column: str) -> dict[tuple[str, str, str], float]:
    """A column's figures by community, scenario and storm."""
    keys = zip(table["community_id"], table["scenario"], table["storm_id"], strict=True)
    return {(str(c), str(s), str(e)): float(v) for (c, s, e), v in zip(keys, table[column], strict=True)}
