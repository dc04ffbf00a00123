"""The ledger of intake of a project, from its built models or from layers that were repaired."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from spongecalc.intake.additions import additions
from spongecalc.intake.delivered import delivered
from spongecalc.intake.ledger import IntakeLedger, intake_ledger
from spongecalc.intake.pieces import in_pieces
from spongecalc.intake.taken import taken
from spongecalc.layers.finding import Finding
from spongecalc.layers.repairs.fix import Repaired
from spongecalc.steps.built import Built
from spongecalc.steps.checked import Checked


def intake_of(built: Built) -> IntakeLedger:
    """The ledger of all that the project's sources hold, closed against what its models take."""
    return _ledger(built.checked, built.findings, (m.elements for m in built.models))


def intake_of_check(checked: Checked) -> IntakeLedger:
    """The ledger of all that the project's sources hold, closed against what its drainage systems take.

    For commands that make no models: a pipe or node that is in a system is taken.
    """
    return _ledger(checked, checked.findings, None)


def _ledger(
    checked: Checked, findings: Iterable[Finding], elements: Iterable[pd.DataFrame] | None
) -> IntakeLedger:
    rows, cut = in_pieces(checked.rows, checked.layers)
    return intake_ledger(
        checked.layers.read,
        rows,
        taken(checked.layers, checked.systems, elements),
        findings,
        checked.excluded,
        checked.community_ids,
        every_scenario=checked.every_scenario,
        cut=cut,
    )


def intake_of_repair(checked: Checked, mended: Repaired) -> IntakeLedger:
    """The ledger of a repair: what the sources hold and what was split, joined, made and moved, in the copy."""
    before = mended.before
    every = replace(mended.layers, frames=dict(_with_unplaced(mended)))
    rows, cut = in_pieces(delivered(every), checked.layers)
    return intake_ledger(
        before.read,
        rows,
        taken(checked.layers, checked.systems, None),
        checked.findings,
        checked.excluded,
        checked.community_ids,
        cut=cut,
        added=additions(mended.changes, before, mended.layers),
    )


def _with_unplaced(mended: Repaired) -> Iterable[tuple[str, gpd.GeoDataFrame]]:
    for name, frame in mended.layers.frames.items():
        parts = [f for f in (frame, mended.unplaced.get(name)) if f is not None and len(f)]
        joined = pd.concat(parts, ignore_index=True) if len(parts) > 1 else (parts or [frame])[0]
        yield name, gpd.GeoDataFrame(joined, geometry="geometry", crs=frame.crs)
