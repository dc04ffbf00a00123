"""Limits of a run's continuity errors: where a result is warned of, and where no figure rests on it."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.swmm.run_result import RunResult

WARNING_PERCENT = 1.0
"""Above this continuity error of runoff, routing or quality a result carries a warning."""

LIMIT_PERCENT = 5.0
"""Above this continuity error of runoff or routing a run counts as failed; of quality, its tracers do."""


def tracers_close(result: RunResult) -> bool:
    """Return whether loads of a run's tracers may be relied on: their balance is off by no more than 5 %.

    The water of such a run is judged by its status. Where no quality was computed there is nothing to be off.
    """
    return not abs(result.quality_error_percent) > LIMIT_PERCENT


def shortfall(status: str, errors_percent: Mapping[str, float]) -> str:
    """Return what a run falls short of, as tables write it: "" for a sound one.

    Parameters
    ----------
    status
        "done", "failed", or "missing" where there is no result.
    errors_percent
        Continuity errors by process (runoff, routing, quality); NaN where it was not computed.

    Returns
    -------
    The balances beyond their limit ("routing -7.61 %", "quality -12.00 %"), else the status where it is not done.
    """
    beyond = [f"{name} {error:.2f} %" for name, error in errors_percent.items() if abs(error) > LIMIT_PERCENT]
    return ", ".join(beyond) or ("" if status == "done" else status)
