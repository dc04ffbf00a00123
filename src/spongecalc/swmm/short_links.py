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

MIN_LENGTH_M = 1.0
"""Shorter conduits only force shorter time steps."""


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
        kept.append(replace(conduit, length_m=MIN_LENGTH_M, roughness=conduit.roughness * math.sqrt(ratio)))
        words = {"length": f"{conduit.length_m:.2f}", "least": f"{MIN_LENGTH_M:g}"}
        findings.append(
            finding_at("link.lengthened", conduit.layer, rows[conduit.layer, conduit.feature_id], **words)
        )
    return kept, findings
