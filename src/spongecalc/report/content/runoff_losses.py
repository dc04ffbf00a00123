"""The fate of the design storm's rain, and why so much of it runs off: the losses beside the runoff."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import Review
from spongecalc.report.content.document import Block, Paragraph, Subheading, TableBlock
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording

FLOWS = ("rainfall_m3", "infiltration_m3", "evaporation_m3", "tank_held_m3", "runoff_m3")


def runoff_losses(review: Review, words: Wording) -> list[Block]:
    """The water of the headline storm over all communities with a result; nothing where there is none.

    What neither infiltrates, evaporates, is held in tanks nor runs off stays in depressions and in the
    layers of permeable paving: it is the remainder of SWMM's own balance.
    """
    sponge = review.tables.get("sponge", pd.DataFrame())
    if not {"storm_id", "scenario", "impervious_m2", "runoff_coefficient", *FLOWS} <= set(sponge.columns):
        return []
    own = sponge[(sponge["storm_id"] == review.headline_storm) & sponge["runoff_m3"].notna()]
    sums = {
        s: own[own["scenario"] == s][[*FLOWS, "impervious_m2"]].astype(float).sum() for s in words.scenario_names
    }
    known = [s for s in words.scenario_names if sums[s]["rainfall_m3"] > 0]
    if not known:
        return []
    kept = {
        s: sums[s]["rainfall_m3"] - sum(sums[s][c] for c in FLOWS[1:])  # what no column of SWMM's holds
        for s in known
    }
    headings = [Heading(words("losses.flow"))]
    for s in known:
        headings += [Heading(f"{words.scenario(s)} (m³)", True), Heading(words("losses.share"), True)]
    rows = []
    for flow in (*FLOWS[:-1], "kept", FLOWS[-1]):
        cells = [Cell(words(f"losses.{flow}"))]
        for s in known:
            volume = kept[s] if flow == "kept" else float(sums[s][flow])
            share = 100 * volume / sums[s]["rainfall_m3"]
            cells += [Cell(cell_text("_m3", volume)), Cell(cell_text("_percent", share))]
        rows.append(cells)
    first = known[0]
    answered = set(own["community_id"])
    area_m2 = sum(float(str(p.row["area_m2"])) for p in review.pages if p.community_id in answered)
    said = words(
        "losses.said",
        scenario=words.scenario(first),
        sealed=cell_text("_percent", 100 * sums[first]["impervious_m2"] / area_m2),
        infiltration=cell_text("_percent", 100 * sums[first]["infiltration_m3"] / sums[first]["rainfall_m3"]),
        kept=cell_text("_percent", 100 * kept[first] / sums[first]["rainfall_m3"]),
        coefficient=cell_text("coefficient", sums[first]["runoff_m3"] / sums[first]["rainfall_m3"]),
        depth=cell_text("_mm", 1000 * sums[first]["rainfall_m3"] / area_m2),
    )
    return [
        Subheading(words("losses.heading")),
        Paragraph(said),
        TableBlock(words("losses.table", storm=review.headline_storm), Table(headings, rows), "losses"),
    ]
