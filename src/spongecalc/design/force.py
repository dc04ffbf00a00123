"""The force of a design check's limit: a mandatory clause, a limit (shall), or advice (should)."""

from __future__ import annotations

from functools import cache

from spongecalc.standards.tables import table

MANDATORY, LIMIT, ADVICE = "mandatory", "limit", "advice"
FORCES = (MANDATORY, LIMIT, ADVICE)


@cache
def forces() -> dict[str, str]:
    """The force of every check that decides or conditions a verdict, by the check's name.

    References
    ----------
    The verbs of the clauses (应, 不得: a limit; 宜: advice); ``check_force.csv`` carries source and confidence.
    """
    rows = table("check_force")
    return dict(zip(rows["check"], rows["force"], strict=True))
