"""Outfalls that nothing leaves by though it rains: most often something upstream is not joined to them."""

from __future__ import annotations

from spongecalc.swmm.run_result import Message, RunResult

LEAST_RAIN_MM, LEAST_VOLUME_M3 = 1.0, 0.001


def idle_outfalls(result: RunResult) -> tuple[Message, ...]:
    """Return a warning for the outfalls of a run that no water passed although rain fell on its ground.

    Parameters
    ----------
    result : RunResult

    Returns
    -------
    tuple of Message
        One that names them all, or none.
    """
    ground, outfalls = result.subcatchments, result.outfalls
    if not len(ground) or not len(outfalls) or not float(ground["rainfall_mm"].max()) >= LEAST_RAIN_MM:
        return ()
    passed_m3 = outfalls["volume_out_m3"] + outfalls["volume_in_m3"]
    idle = [str(name) for name in outfalls.index[passed_m3 < LEAST_VOLUME_M3]]
    if not idle:
        return ()
    values = (("count", str(len(idle))), ("rain_mm", f"{ground['rainfall_mm'].max():.1f}"))
    return (Message("warning", "engine.run.idle_outfalls", subject=", ".join(idle), values=values),)
