"""Checks of sewers running full: short surges in small ones, and the rain that they take in wet weather."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.design.check import Check, Limit, Subject, at_most, not_checkable
from spongecalc.design.hydraulics import why_unknown
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork, subject_of
from spongecalc.layers.feature import Feature
from spongecalc.standards.provenance import PRINTED

WET_WEATHER = "GB 50014-2021 4.1.21 (in wet weather sewers are checked, and may run full)"


def check_full_pipes(
    net: DesignNetwork,
    hydraulics: pd.DataFrame,
    limits: Limits,
    *,
    surge_percent: float = 0.0,
    intercepted_rain_times: float | None = None,
) -> list[Check]:
    """Checks of every sewage pipe against its full flow by Manning's formula.

    *full_flow*: pipes up to DN300 carry the design flow and what comes on top of it for a short time.
    *wet_weather*: all carry the design flow and the rain that the sewers are to take.

    Parameters
    ----------
    net
        The network.
    hydraulics
        Its pipes with their design flows and full flows.
    limits
        The limits that apply.
    surge_percent
        Sewage that comes for a short time, in percent of the design flow; the standard gives no figure.
    intercepted_rain_times
        Rain that is led into the sewers of a separate system, in mean flows of sewage; None where nobody has
        said how much, and then wet weather is not checked, which is told of each community.

    References
    ----------
    GB 50014-2021, 5.2.4, note to the table (sudden flow is no part of the fullness, but up to DN300 pipes are
    checked full); 4.1.19 to 4.1.21 with commentary (wet-weather flow is the dry-weather design flow and the
    rain that is intercepted; the pipe may run full).
    """
    by_id = {row.pipe_id: row for row in hydraulics.itertuples()}
    sewers = net.pipes[net.pipes["system"] == "sewage"]
    up_to = limits.find("full_flow_up_to", "sewage")
    checks = []
    for row in sewers.itertuples():
        found, subject = by_id[row.pipe_id], subject_of("pipes", row)
        why = why_unknown(row, found) or ("" if found.design_flow_l_s > 0 else "no_flow")
        full = float(found.full_flow_l_s)
        if not row.diameter_m * 1000 > up_to.value:
            limit = Limit(full, "l/s", up_to.source, up_to.how_known)
            applies = "sewage up to DN300"
            flow = found.design_flow_l_s * (1 + surge_percent / 100)
            checks.append(
                not_checkable("full_flow", subject, applies, why, limit)
                if why
                else at_most(
                    "full_flow", subject, applies, flow, limit, reason="" if surge_percent > 0 else "no_surge"
                )
            )
        if intercepted_rain_times is None:
            continue
        limit = Limit(full, "l/s", WET_WEATHER, PRINTED)
        if why:
            checks.append(not_checkable("wet_weather", subject, "sewage", why, limit))
        else:
            flow = found.design_flow_l_s + intercepted_rain_times * found.mean_sewage_l_s
            checks.append(at_most("wet_weather", subject, "sewage", flow, limit))
    if intercepted_rain_times is None:
        # Said once for a community, not of each of its pipes.
        limit = Limit(math.nan, "l/s", WET_WEATHER, PRINTED)
        for community in sorted(set(sewers["community_id"])):
            subject = Subject(Feature("communities", str(community), str(community)), system="sewage")
            checks.append(not_checkable("wet_weather", subject, "sewage", "no_intercepted_rain", limit))
    return checks
