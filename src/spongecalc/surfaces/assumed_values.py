"""Values of pavings and facilities that the survey leaves out and the tables of usual values give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from spongecalc.layers.finding import Finding, finding_at
from spongecalc.layers.layer_set import LayerSet
from spongecalc.standards.tables import table
from spongecalc.surfaces.infiltration_unit import SURVEYED, UNIT_KINDS, kind_values

TANK = "rain_tank"


def find_assumed_values(layers: LayerSet) -> Iterator[Finding]:
    """Find the pavings, gardens, trenches, wells and tanks that a usual value is taken for."""
    rows = table("permeable_paving_defaults")
    usual = dict(zip(rows["column"], rows["value"].astype(float), strict=True))
    known = layers.catalogue
    pavings = [c for c in known.cover_ids if known.cover(c).is_permeable_paving]
    surfaces, facilities = layers["surfaces"], layers["facilities"]
    for row in surfaces[surfaces["cover"].isin(pavings)].itertuples():
        yield from _assumed("surfaces", row, usual, usual)
    for row in facilities[facilities["kind"].isin(UNIT_KINDS)].itertuples():
        # A stated volume fixes the depth of a garden's water and of a trench's gravel.
        fixed = "ponding_mm" if row.kind == "rain_garden" else "base_mm"
        columns = [c for c in SURVEYED if not (c == fixed and row.volume_m3 > 0)]
        yield from _assumed("facilities", row, kind_values(str(row.kind)), columns)
    for row in facilities[(facilities["kind"] == TANK) & facilities["demand_m3_d"].isna()].itertuples():
        yield finding_at("tank.demand_assumed", "facilities", row)


def _assumed(layer: str, row: object, usual: Mapping[str, float], columns: Iterable[str]) -> Iterator[Finding]:
    """A finding where any of the columns is empty that the table has a usual value of."""
    taken = [f"{c} = {usual[c]:g}" for c in columns if c in usual and pd.isna(getattr(row, c))]
    if taken:
        yield finding_at("value.assumed", layer, row, values=", ".join(taken))
