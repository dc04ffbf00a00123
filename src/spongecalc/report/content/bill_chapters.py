"""The bill of quantities on the page: meters laid and their breakdown, other quantities, claims, progress."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Cell, Heading, Table, frame_table
from spongecalc.report.content.wording import Wording

BREAKDOWNS = (("by_diameter", "diameter_mm"), ("by_material", "material"), ("by_depth", "depth_band"))
SYSTEMS = ("storm", "sewage", "combined")
BILL_WORDS = ("count", "volume_m3")
OTHER_COLUMNS = ("item", "system", "material", "depth_band", "length_m", "count", "volume_m3", "area_m2")
CLAIM_COLUMNS = (
    "source",
    "community_id",
    "item",
    "system",
    "feature_id",
    "kind",
    "claimed_m",
    "measured_m",
    "difference_m",
    "features",
)
PROGRESS_COLUMNS = (
    "item",
    "system",
    "material",
    "laid_on",
    "designed_m",
    "laid_to_date_m",
    "designed_m2",
    "laid_to_date_m2",
    "progress_percent",
)
# Explanations follow the row that differs; a row that agrees needs no line of its own.
AGREES = "agrees"


def has_bill(review: Review) -> bool:
    """True where the review holds a bill with true lengths, which says all that was laid."""
    bill = review.tables.get("quantities")
    return bill is not None and not bill.empty and "true_length_m" in bill.columns


def county_bill(review: Review, words: Wording) -> Chapter | None:
    """Meters laid in the whole project, by diameter, material and depth, each adding up to its total."""
    if not has_bill(review):
        return None
    bill = review.tables["quantities"]
    laid = _laid(bill)
    paragraphs = [
        _say(
            "bill_county",
            words,
            lengths=_lengths(laid[laid["item"] == "pipe"], "system", words),
            lines=_lengths(laid[~laid["item"].isin(["pipe", "lateral", "inlet_lead"])], "item", words),
        ),
    ]
    claims, note = _claims(review, words)
    paragraphs += [note] if note else []
    tables = [*_breakdowns(laid, words), (_say("by_item", words), _others(bill, words)), *claims]
    laid_by_day = review.tables.get("progress")
    if laid_by_day is not None and laid_by_day["laid_on"].isna().all():
        laid_by_day = None
    if laid_by_day is not None and len(laid_by_day):
        tables.append((_say("progress", words), frame_table(_summed(laid_by_day), PROGRESS_COLUMNS, words)))
    return inner_chapter(
        words, "bill", _say("bill_heading", words), tuple(paragraphs), tuple(t for t in tables if t[1].rows)
    )


def community_bill(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """The breakdown of a community's new pipes, and its other quantities."""
    bill = review.tables.get("quantities")
    if bill is None or "true_length_m" not in bill.columns:
        return None
    own = bill[bill["community_id"] == page.community_id]
    if own.empty:
        return None
    laid = _laid(own)
    tables = [*_breakdowns(laid, words), (_say("by_item", words), _others(own, words))]
    return inner_chapter(words, "bill", _say("bill_heading", words), (), tuple(t for t in tables if t[1].rows))


def _say(key: str, words: Wording, **params: object) -> str:
    return words(f"bill.part.{key}", **params)


def _laid(bill: pd.DataFrame) -> pd.DataFrame:
    return bill[(bill["status"] == "proposed") & bill["length_m"].notna()]


def _lengths(laid: pd.DataFrame, by: str, words: Wording) -> str:
    sums = laid.groupby(by)["length_m"].sum()
    parts = [
        _say("of_length", words, name=coded(by, name, words), length=cell_text("length_m", sums[name]))
        for name in sorted(sums.index, key=lambda n: (SYSTEMS.index(n) if n in SYSTEMS else 9, n))
    ]
    return _say("listed_by", words).join(parts) or _say("none", words)


def _breakdowns(laid: pd.DataFrame, words: Wording) -> list[tuple[str, Table]]:
    """Tables of meters by a property, a column for each system, with their sums at the foot."""
    pipes = laid[laid["item"] == "pipe"]
    systems = [s for s in SYSTEMS if s in set(pipes["system"])]
    out = []
    for key, column in BREAKDOWNS:
        rows, sums = [], dict.fromkeys(systems, 0.0)
        for value, own in pipes.groupby(column, dropna=False, sort=True):
            cells = [Cell(coded(column, value, words) or words("page.unknown"))]
            for system in systems:
                length = float(own.loc[own["system"] == system, "length_m"].sum())
                sums[system] += length
                cells.append(Cell(cell_text("length_m", length) if length else ""))
            rows.append(cells)
        headings = [Heading(words.name("column", column))]
        headings += [Heading(f"{coded('system', s, words)} (m)", True) for s in systems]
        foot = [Cell(words("table.total")), *(Cell(cell_text("length_m", sums[s])) for s in systems)]
        out.append((_say(key, words), Table(headings, rows, foot)))
    return out


def _others(bill: pd.DataFrame, words: Wording) -> Table:
    """Everything new that is not a pipe, added up over communities and sizes."""
    new = bill[(bill["status"] == "proposed") & (bill["item"] != "pipe")]
    if new.empty:
        return Table([], [])
    # Of earthworks the depth of the pipe says little; of paving and manholes the thickness or depth does.
    dug = new["item"].str.startswith(("trench_", "surface_"))
    shown = new.assign(
        depth_band=new["depth_band"].where(~dug, ""),
        material=new["material"].where(~new["item"].str.startswith("trench_"), ""),
    )
    keys = ["item", "system", "material", "depth_band"]
    sums = shown.groupby(keys, sort=True)[["length_m", "count", "volume_m3", "area_m2"]].sum(min_count=1)
    table = sums.reset_index()
    shown = frame_table(table.assign(count=table["count"].where(table["count"] > 0)), OTHER_COLUMNS, words)
    return replace(shown, headings=[_bill_heading(h, words) for h in shown.headings])


def _bill_heading(heading: Heading, words: Wording) -> Heading:
    """In a bill a count is of pieces and a volume of earth or concrete, not of pipes and water."""
    named = heading.column in BILL_WORDS
    return replace(heading, text=words.name("column", f"bill_{heading.column}")) if named else heading


def _claims(review: Review, words: Wording) -> tuple[list[tuple[str, Table]], str]:
    claims = review.tables.get("claims")
    if claims is None or claims.empty:
        return [], ""
    judged = claims[claims["claimed_m"].notna()]
    rows = judged.drop_duplicates(["source", "row", "community_id", "item", "system", "feature_id"])
    differ = rows[rows["kind"] != AGREES]
    if differ.empty:
        tolerance = f"{review.targets.get('length_difference_m') or 0:g}"
        return [], _say("claims_all_agree", words, count=len(rows), tolerance=tolerance)
    shown = claims[claims["kind"] != AGREES]
    note = _say("claims_differ", words, count=len(rows), differ=len(differ))
    return [(_say("claims", words), frame_table(shown, CLAIM_COLUMNS, words, name="claims"))], note


def _summed(progress: pd.DataFrame) -> pd.DataFrame:
    """The last state of every community's items, added up over communities, with the last day of each."""
    last = progress.sort_values("laid_on").drop_duplicates(
        ["community_id", "item", "system", "material"], keep="last"
    )
    sums = ["designed_m", "laid_to_date_m", "designed_m2", "laid_to_date_m2"]
    grouped = last.groupby(["item", "system", "material"], sort=True)
    table = grouped[sums].sum(min_count=1)
    table["laid_on"] = grouped["laid_on"].max()
    # Without a date nobody has said that nothing is laid.
    undated = table["laid_on"].isna()
    for column in ("laid_to_date_m", "laid_to_date_m2"):
        table[column] = table[column].mask(undated)
    whole = table["designed_m"].fillna(table["designed_m2"])
    table["progress_percent"] = 100 * table["laid_to_date_m"].fillna(table["laid_to_date_m2"]) / whole
    return table.reset_index()
