"""The county's figures: the four tiles, the map of verdicts, the table of communities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.communities import left_out_of
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content import runoff_change
from spongecalc.report.content.anchors import anchored_pages, anchors
from spongecalc.report.content.criteria_tables import reasons_said
from spongecalc.report.content.document import Tile, TileFigure
from spongecalc.report.content.figures import VerdictArea, VerdictMap
from spongecalc.report.content.map_extent import extent_of
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.ponding_levels import verdict_pair
from spongecalc.report.content.roles import CellRole
from spongecalc.report.content.table import Cell, Heading, Table, figure_text
from spongecalc.report.content.wording import Wording

TOTAL = "TOTAL"


def total_row(review: Review) -> dict[str, object]:
    """The row TOTAL of communities.csv; empty where there is none."""
    table = review.tables.get("communities", pd.DataFrame())
    if "community_id" not in table.columns:
        return {}
    rows = table[table["community_id"] == TOTAL]
    return {str(k): v for k, v in rows.iloc[-1].items()} if len(rows) else {}


def tiles(review: Review, words: Wording) -> list[Tile]:
    """The four tiles, from the row TOTAL."""
    total = total_row(review)

    def change(label: str, name: str, of_unit: str, unit: str = "") -> TileFigure:
        columns = [f"{name}_{s}{unit}" for s in review.compared]
        written = " → ".join(_written(total, c, words) for c in columns)
        return TileFigure(words(label), written, of_unit, trace=_keys(TOTAL, *columns))

    def plain(label: str, column: str, of_unit: str, beside: str = "") -> TileFigure:
        return TileFigure(words(label), _written(total, column, words), of_unit, beside, _keys(TOTAL, column))

    separated = separated_counts(review)
    known = [r for p in review.pages if (r := judged.outfalls_rise(p.row, review.compared)) is not None]
    # Of communities whose peaks are not both known nobody can say that they do not rise.
    rising = str(sum(known)) if known else words("page.unknown")
    lengths = [
        plain(f"tile.{system}_laid", f"{system}_laid_m", "m", _against_claim(review, system, words))
        for system in ("storm", "sewage")
    ]
    if float(str(total.get("combined_laid_m") or "nan")) > 0:
        lengths.append(plain("tile.combined_laid", "combined_laid_m", "m"))
    if (left_out := left_out_of(review.tables)) > 0:
        written = cell_text("left_out_m", left_out)
        lengths.append(TileFigure(words("tile.laid_left_out"), written, "m", words("tile.laid_left_out_beside")))
    reduced = "runoff_reduction_percent"
    fall = total.get(reduced)
    sites, households = words("tile.unit_sites"), words("tile.unit_households")
    of_all = words("tile.of", count="", total=len(review.pages)).strip()
    of_known = words("tile.of", count="", total=len(known)).strip()
    return [
        Tile("lengths", lengths),
        Tile(
            "separation",
            [
                TileFigure(words("tile.separated"), f"{separated[0]} → {separated[1]}", of_all),
                change("tile.cross_connections", "cross_connections", sites),
                change("tile.sewage_to_storm", "sewage_to_storm", "m³/d", "_m3_d"),
            ],
        ),
        Tile(
            "runoff",
            [
                TileFigure(
                    words(runoff_change.told("tile.reduction", fall)),
                    _written({reduced: runoff_change.size(fall)}, reduced, words),
                    "%",
                    trace=_keys(TOTAL, reduced),
                ),
                change("tile.runoff", "runoff", "m³", "_m3"),
                plain("tile.rainfall", "rainfall_m3", "m³"),
                TileFigure(words("tile.outfalls_rise"), rising, of_known if known else ""),
            ],
        ),
        Tile(
            "ponding",
            [
                change("tile.sites", "ponding_sites", sites),
                change("tile.volume", "ponding", "m³", "_m3"),
                plain("tile.relieved", "households_relieved", households),
            ],
        ),
    ]


def _keys(community: str, *columns: str) -> str:
    """The keys of figures whose origin a click shows."""
    return ",".join(f"{community}:{c}" for c in columns)


def _written(row: Mapping[str, object], column: str, words: Wording) -> str:
    return figure_text(column, row) or words("page.unknown")


def _against_claim(review: Review, system: str, words: Wording) -> str:
    claimed = cell_text(f"claimed_{system}_m", total_row(review).get(f"claimed_{system}_m"))
    known = _known_differences_m(review.pages, system)
    if not claimed or not known:
        return words("tile.claimed_unknown")
    difference = _signed("difference_m", sum(known))
    if len(known) == len(review.pages):
        return words("tile.claimed", claimed=claimed, difference=difference)
    return words("tile.claimed_partly", claimed=claimed, difference=difference, count=len(known))


def _known_differences_m(pages: Sequence[CommunityPage], system: str) -> list[float]:
    """Measured less claimed length of each community that has both.

    Sums of all lengths and of all claims would differ by what communities without a claim have laid.
    """
    each = (judged.length_differences_m(p.row)[("storm", "sewage").index(system)] for p in pages)
    return [d for d in each if not math.isnan(d)]


def _signed(column: str, value: float) -> str:
    """A difference with its sign, zero without."""
    written = cell_text(column, value)
    return f"+{written}" if written and not written.startswith("-") and float(written) else written


def counts(review: Review) -> dict[str, int]:
    """Counts of communities by overall verdict."""
    answers = [judged.overall(p.row, review.judging) for p in review.pages]
    return {code: answers.count(code) for code in judged.ANSWERS}


def separated_counts(review: Review) -> tuple[int, int]:
    """Counts of communities separated in the first scenario compared, and in the last."""
    first, last = (sum(p.row.get(f"separated_{s}") == "yes" for p in review.pages) for s in review.compared)
    return first, last


def not_passing(review: Review, words: Wording) -> list[tuple[str, str, str, str]]:
    """(chapter's key, community, verdict, what it does not pass) of those that do not pass, urgent ones first."""
    pages, keys, listed = review.pages, anchors(review), []
    for i in judged.by_urgency([p.row for p in pages], review.judging):
        row = pages[i].row
        answer = judged.overall(row, review.judging)
        if answer == judged.PASS:
            continue
        reasons = reasons_said(pages[i], review, words)
        if not judged.finished(row):
            reasons = words.joined([words.name("status", row.get("status")), *([reasons] if reasons else [])])
        name = f"{pages[i].community_id} {pages[i].name}"
        listed.append((keys[i], name, words(f"verdict.{answer}"), reasons))
    return listed


def attention_list(review: Review, words: Wording) -> list[tuple[str, str, str]]:
    """(chapter's key, community, verdict and reasons) of the communities that do not simply pass."""
    return [
        (key, name, words("verdict.with_reasons", verdict=verdict, reasons=reasons))
        for key, name, verdict, reasons in not_passing(review, words)
    ]


def verdict_map(review: Review, words: Wording) -> VerdictMap | None:
    """All communities by verdict, each leading to its chapter; None where none has a boundary."""
    areas = []
    for page, anchor in anchored_pages(review):
        if page.boundary is None or page.boundary.is_empty:
            continue
        answer = judged.overall(page.row, review.judging)
        said = f"{page.name} ({page.community_id}): {words(f'verdict.{answer}')}"
        areas.append(VerdictArea(page.community_id, page.boundary, answer, said, anchor))
    if extent_of(a.boundary.bounds for a in areas) is None:
        return None
    return VerdictMap(words("map.overview_label", **counts(review)), areas)


def communities_table(review: Review, words: Wording) -> Table:
    """A row per community, those that need attention first; the foot row is TOTAL."""
    headings = [
        Heading(words("column.community"), column="community"),
        Heading(words("column.verdict_overall"), column="verdict"),
        *(
            Heading(words(f"column.{name}"), numeric)
            for name, numeric in (
                ("district", False),
                ("households", True),
                ("storm_laid_m", True),
                ("storm_difference_m", True),
                ("sewage_laid_m", True),
                ("sewage_difference_m", True),
                ("separated", False),
                ("cross_connections", True),
                ("sewage_to_storm_m3_d", True),
                ("runoff_reduction_percent", True),
                ("peak_reduction_percent", True),
                ("outfall_peak_l_s", True),
                ("ponding_sites", True),
                ("ponding_m3", True),
                ("over_ground_m3", True),
                ("inlets_short", True),
                ("ponding_verdicts", False),
                ("households_relieved", True),
                ("worst_continuity_error_percent", True),
            )
        ),
    ]
    pages, keys = review.pages, anchors(review)
    order = judged.by_urgency([p.row for p in pages], review.judging)
    rows = [_community_cells(pages[i], review, keys[i], rank, words) for rank, i in enumerate(order)]
    total = total_row(review)
    foot = (
        [Cell(words("table.total")), Cell(""), Cell(""), *_figures(total, review.compared, words)]
        if total
        else []
    )
    if foot:
        # Of a whole county "no" says little; how many of its communities are separated says more.
        at = [h.text for h in headings].index(words("column.separated"))
        for system in ("storm", "sewage"):
            # Two columns have the same heading in some languages; the difference stands beside its length.
            beside = [h.text for h in headings].index(words(f"column.{system}_laid_m")) + 1
            known = _known_differences_m(pages, system)
            foot[beside] = Cell(_signed("difference_m", sum(known)) if known else "")
        foot[at] = Cell(" → ".join(str(n) for n in separated_counts(review)) + f" / {len(pages)}")
    return Table(headings, rows, foot)


def _community_cells(page: CommunityPage, review: Review, anchor: str, rank: int, words: Wording) -> list[Cell]:
    answer = judged.overall(page.row, review.judging)
    return [
        Cell(page.name, sort=page.community_id, link=f"#{anchor}", column="community", over=page.community_id),
        Cell(words(f"verdict.{answer}"), sort=str(rank), badge=answer),
        Cell(cell_text("district", page.row.get("district"))),
        *_figures(page.row, review.compared, words),
    ]


def _figures(row: Mapping[str, object], compared: tuple[str, str], words: Wording) -> list[Cell]:
    storm, sewage = judged.length_differences_m(row)
    return [
        _plain(row, "households"),
        _plain(row, "storm_laid_m"),
        Cell(_signed("difference_m", storm)),
        _plain(row, "sewage_laid_m"),
        Cell(_signed("difference_m", sewage)),
        _answer_pair(row, compared, words),
        _pair(row, "cross_connections_{s}", compared),
        _pair(row, "sewage_to_storm_{s}_m3_d", compared),
        _plain(row, "runoff_reduction_percent"),
        _plain(row, "peak_reduction_percent"),
        _pair(row, "outfall_peak_{s}_l_s", compared),
        _pair(row, "ponding_sites_{s}", compared),
        _pair(row, "ponding_{s}_m3", compared),
        _pair(row, "over_ground_{s}_m3", compared),
        _pair(row, "inlets_short_{s}", compared),
        Cell(verdict_pair(row, words)),
        _plain(row, "households_relieved"),
        _plain(row, "worst_continuity_error_percent"),
    ]


def _plain(row: Mapping[str, object], column: str) -> Cell:
    return Cell(cell_text(column, row.get(column)), trace=_keys(str(row.get("community_id")), column))


def _pair(row: Mapping[str, object], template: str, compared: tuple[str, str]) -> Cell:
    """Both scenarios compared in one cell, sorted by what is left in the last."""
    columns = [template.format(s=name) for name in compared]
    written = [figure_text(c, row) for c in columns]
    if not any(written):
        return Cell("")
    trace = _keys(str(row.get("community_id")), *columns)
    sort = next((t for c in reversed(columns) if (t := cell_text(c, row.get(c)))), "")
    return Cell(" → ".join(w or "?" for w in written), sort=sort, trace=trace)


def _answer_pair(row: Mapping[str, object], compared: tuple[str, str], words: Wording) -> Cell:
    answers = [str(row.get(f"separated_{s}") or "unknown") for s in compared]
    written = " → ".join(words.name("answer", a) for a in answers)
    return Cell(written, sort=answers[1], role=CellRole.ATTENTION if answers[1] == "no" else CellRole.PLAIN)
