"""Checks of the peaks before and after: that of the ground (GB 50014-2021, 4.1.6), and what receivers accept."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.assess import criteria
from spongecalc.assess.discharge import Discharge
from spongecalc.assess.inputs import Inputs
from spongecalc.assess.outfall_peaks import OutfallsFound
from spongecalc.design.check import FAIL, NOT_CHECKABLE, PASS, Check, Limit, Subject, at_most
from spongecalc.layers.feature import Feature
from spongecalc.standards.documents import clauses
from spongecalc.standards.provenance import PRACTICE

GIVEN = "given in the layers"
BEFORE = "peak before; no allowed discharge given"
OWNER_CONFIRMS = "owner_confirms"
"""The reason of a check that only the owner of the receiver can decide."""
_REASONS = {criteria.CONDITIONAL: OWNER_CONFIRMS, criteria.UNDECIDED: "value_unknown"}
_VERDICTS = {criteria.PASS: PASS, criteria.FAIL: FAIL}


def peak_checks(inputs: Inputs, leaving: OutfallsFound, sponge: pd.DataFrame) -> list[Check]:
    """Checks of every community under every storm, of the pair of scenarios compared.

    *ground_peak*: the peak of the runoff of its ground is not above that before. *receiver_capacity*: no outfall
    discharges more than its receiver's owner accepts of it; where nothing is given, rain outfalls no more than
    came to the receiver before, and what is more cannot be decided here.

    Parameters
    ----------
    inputs
        What is assessed.
    leaving
        What leaves by the outfalls.
    sponge
        Rows of sponge.csv.

    References
    ----------
    GB 50014-2021, 4.1.6 with commentary: runoff there is the peak of the storm runoff, for the return periods
    of the sewers and of waterlogging control; ``clauses.csv`` carries source and confidence.
    """
    first, last = inputs.settings.compared
    clause = next(c for c in clauses() if (c.name, c.clause) == ("runoff", "4.1.6"))
    ground = _figures(sponge, "peak_l_s")
    checks = []
    for community in inputs.community_ids:
        place = inputs.about.loc[community, "geometry"].representative_point()
        subject = Subject(Feature("communities", community, community, x_m=place.x, y_m=place.y))
        for storm in inputs.storms:
            before, after = (ground.get((community, s, storm.storm_id), math.nan) for s in (first, last))
            # As the tables write them: what no table shows breaks no limit.
            limit = Limit(round(before, 2), "l/s", clause.source, clause.how_known)
            checks.append(at_most("ground_peak", subject, storm.storm_id, round(after, 2), limit))
            for discharge in leaving.discharges(community, storm.storm_id):
                checks.append(_receiver(subject, storm.storm_id, discharge))
    return checks


def _receiver(subject: Subject, storm_id: str, discharge: Discharge) -> Check:
    """One discharge against its limit, with the verdict that it has everywhere."""
    value, limit_l_s = round(discharge.last_l_s, 2), round(discharge.limit_l_s, 2)
    # That no more may leave than before where the owner has said nothing is no clause, but the careful practice.
    source, known = (GIVEN, GIVEN) if discharge.is_allowed else (BEFORE, PRACTICE)
    limit = Limit(limit_l_s, "l/s", source, known)
    return Check(
        "receiver_capacity",
        subject,
        _VERDICTS.get(discharge.answer, NOT_CHECKABLE),
        f"{storm_id} - {'+'.join(discharge.outfalls)}",
        value,
        limit,
        value - limit_l_s,
        _REASONS.get(discharge.answer, ""),
    )


def _figures(sponge: pd.DataFrame, column: str) -> dict[tuple[str, str, str], float]:
    """A column's figures by community, scenario and storm."""
    keys = zip(sponge["community_id"], sponge["scenario"], sponge["storm_id"], strict=True)
    return {(str(c), str(s), str(e)): float(v) for (c, s, e), v in zip(keys, sponge[column], strict=True)}
