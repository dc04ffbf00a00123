"""Conduits that are too short for the engine.

A pipe of some centimetres whose lower end is under water makes water: the dynamic wave divides the head between
its ends by its length, and at any step that a batch can afford its flow swings by cubic metres a second
(continuity errors of thousands of percent). A model carries such a pipe as one of a metre with the same fall and
the same conveyance, as SWMM itself does where LENGTHENING_STEP is set.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.swmm.conduit import Conduit
from spongecalc.swmm.input_file import InputFile, number_of, words_of
from spongecalc.swmm.run_result import Message

MIN_LENGTH_M = 1.0
"""Shorter conduits only force shorter time steps."""

MOST_NAMED = 10


def lengthened(
    conduits: Iterable[Conduit], rows: Mapping[tuple[str, str], object]
) -> tuple[list[Conduit], list[Finding]]:
    """Make conduits below ``MIN_LENGTH_M`` as long as that, and tell of each.

    The fall stays. With it the slope is less by the ratio of the lengths, and the roughness by its root, so that
    by Manning's formula each depth passes the same flow, and a full pipe loses the same head.

    Parameters
    ----------
    conduits
        In any order.
    rows
        The features by layer and id.

    References
    ----------
    EPA SWMM 5.2 engine, ``link.c``, lengthening of conduits.
    """
    kept, findings = [], []
    for conduit in conduits:
        if conduit.length_m >= MIN_LENGTH_M:
            kept.append(conduit)
            continue
        ratio = conduit.length_m / MIN_LENGTH_M
        kept.append(replace(conduit.rougher(math.sqrt(ratio)), length_m=MIN_LENGTH_M))
        words = {"length": f"{conduit.length_m:.2f}", "least": f"{MIN_LENGTH_M:g}"}
        findings.append(
            finding_at("link.lengthened", conduit.layer, rows[conduit.layer, conduit.feature_id], **words)
        )
    return kept, findings


def short_conduits(inp: InputFile, unit_m: float) -> tuple[Message, ...]:
    """Return a message that names the conduits of any model that are below ``MIN_LENGTH_M``.

    None where the flow is not routed by the dynamic wave, or where the engine itself lengthens.

    Parameters
    ----------
    inp
        The model's file.
    unit_m
        Its unit of length [m].
    """
    options = {row[0].upper(): row[1].upper() for row in words_of(inp, "OPTIO") if len(row) > 1}
    if options.get("FLOW_ROUTING", "DYNWAVE") not in ("DYNWAVE", "DW"):
        return ()
    if (number_of(options.get("LENGTHENING_STEP", "0")) or 0.0) > 0:
        return ()
    lengths_m = {row[0]: (number_of(row[3]) or 0.0) * unit_m for row in words_of(inp, "CONDU") if len(row) > 3}
    short = sorted(
        ((length, name) for name, length in lengths_m.items() if 0 < length < MIN_LENGTH_M), key=lambda s: s[0]
    )
    if not short:
        return ()
    named = [f"{name} ({length:.2f} m)" for length, name in short[:MOST_NAMED]]
    more = ", …" if len(short) > MOST_NAMED else ""
    values = (("count", str(len(short))), ("links", ", ".join(named) + more), ("least_m", f"{MIN_LENGTH_M:g}"))
    return (Message("warning", "engine.run.short_links", subject=short[0][1], values=values),)
