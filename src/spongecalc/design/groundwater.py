"""Check of the groundwater that a project adds to its sewage."""

from __future__ import annotations

from spongecalc.design.check import Check, Subject, at_least, at_most, not_checkable
from spongecalc.design.limits import Limits
from spongecalc.design.network import DesignNetwork
from spongecalc.layers.feature import Feature

NAME = "groundwater"
LEAST, MOST = "sewage, least", "sewage, most"


def check_groundwater(net: DesignNetwork, limits: Limits, infiltration_percent: float | None) -> list[Check]:
    """Checks of the groundwater in the sewers of each community, in percent of their mean flow.

    Said once for a community, not of each of its pipes: the share is the project's. Where a project measured
    another share, it states that as a limit of its own with its reason.

    Parameters
    ----------
    net
        The network.
    limits
        The limits that apply.
    infiltration_percent
        Groundwater as a share of the mean flow; None where nobody has said whether there is any, 0 where the
        project says that the sewers lie above it. Neither is held against the usual share.

    References
    ----------
    GB 50014-2021, 4.1.13 (to be considered where groundwater is high) and 4.1.18 with commentary (by measurement;
    else 10 to 15 % of the mean flow is one of the ways).
    """
    sewers = net.pipes[net.pipes["system"] == "sewage"]
    least, most = limits.find(NAME, LEAST), limits.find(NAME, MOST)
    checks: list[Check] = []
    for community in sorted(set(sewers["community_id"])):
        laid = (sewers.loc[sewers["community_id"] == community, "status"] == "proposed").any()
        subject = Subject(
            Feature("communities", str(community), str(community)), "proposed" if laid else "existing", "sewage"
        )
        if not infiltration_percent:
            reason = "no_groundwater_given" if infiltration_percent is None else "above_groundwater"
            checks.append(not_checkable(NAME, subject, LEAST, reason, least))
            continue
        checks.append(at_least(NAME, subject, LEAST, infiltration_percent, least))
        checks.append(at_most(NAME, subject, MOST, infiltration_percent, most))
    return checks
