"""The county's chapters: totals, the map of verdicts, the table of communities, claims, progress."""

from __future__ import annotations

import math

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.assess.unsound_runs import INCOMPLETE
from spongecalc.report.content.anchors import anchored_pages
from spongecalc.report.content.county_tables import (
    attention_list,
    communities_table,
    counts,
    tiles,
    total_row,
    verdict_map,
)
from spongecalc.report.content.criteria_tables import criteria_table, not_decisive_said
from spongecalc.report.content.document import (
    Block,
    Chapter,
    Drawing,
    Items,
    Paragraph,
    TableBlock,
    Tiles,
    VerdictCounts,
)
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.ponding_levels import county_levels_said
from spongecalc.report.content.roles import CellRole, ChapterPlace, FigureRole, TableRole, TextRole
from spongecalc.report.content.settled_chapters import settled_said
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording

SYSTEMS = ("storm", "sewage")


def totals_chapter(review: Review, words: Wording) -> Chapter:
    """The four answers for the whole project."""
    unfinished = sum(not judged.finished(p.row) for p in review.pages)
    remarks = [words("tile.arrow"), words("tile.storm_used", id=review.headline_storm)]
    if unfinished:
        remarks.append(words("tile.partial", count=unfinished))
    without_tracers = sum(p.row.get("status") == INCOMPLETE for p in review.pages)
    if without_tracers:
        remarks.append(words("tile.incomplete", count=without_tracers))
    levels = county_levels_said(review, words)
    if levels:
        remarks.append(levels)
    remarks += settled_said(review, words)
    blocks: list[Block] = [Tiles(tiles(review, words)), Paragraph(" · ".join(remarks), TextRole.REMARK)]
    return Chapter("totals", words("section.totals"), blocks, place=ChapterPlace.COUNTY)


def overview_chapter(review: Review, words: Wording) -> Chapter:
    """The verdicts counted and mapped, and the communities that need attention."""
    drawn = verdict_map(review, words)
    found = VerdictCounts(counts(review), attention_list(review, words))
    blocks: list[Block] = []
    if drawn is not None:
        blocks.append(Drawing(words("document.overview_map"), drawn, FigureRole.OVERVIEW))
    # What needs attention is read before anything is looked for on the map.
    return Chapter("overview", words("section.overview"), [found, *blocks], place=ChapterPlace.COUNTY)


def communities_chapter(review: Review, words: Wording) -> Chapter:
    """A row of figures for each community."""
    table = communities_table(review, words)
    blocks: list[Block] = (
        [
            Paragraph(words("tile.arrow"), TextRole.REMARK),
            Paragraph(words("table.sortable") + " " + words("document.trace_hint"), TextRole.SCREEN),
            TableBlock(words("section.communities"), table, "communities", TableRole.SUMMARY, sortable=True),
            TableBlock(words("verdict.table"), criteria_table(review, words), "criteria", sortable=True),
            *([Items(said)] if (said := not_decisive_said(review, words)) else []),
        ]
        if table.rows
        else [Paragraph(words("table.no_communities"), TextRole.NOTHING)]
    )
    return Chapter("communities", words("section.communities"), blocks, place=ChapterPlace.COUNTY, wide=True)


def claims_chapter(review: Review, words: Wording) -> Chapter | None:
    """Claimed against measured lengths, those that differ most first; None where nothing was claimed."""
    rows = []
    for page, anchor in anchored_pages(review):
        differences = judged.length_differences_m(page.row)
        if all(math.isnan(d) for d in differences):
            continue
        largest = max(abs(d) for d in differences if not math.isnan(d))
        rows.append((largest, page, anchor, differences))
    if not rows:
        return None
    rows.sort(key=lambda r: (-round(r[0], 2), r[1].community_id))
    limit = review.targets.get("length_difference_m")
    limit_m = judged.LENGTH_TOLERANCE_M if limit is None else limit
    headings = [Heading(words("column.community"), column="community")]
    for system in SYSTEMS:
        headings += [
            Heading(words(f"document.claims_{system}_claimed"), True),
            Heading(words(f"document.claims_{system}_measured"), True),
            Heading(words("document.claims_difference"), True),
        ]
    body = [_claim_cells(page, anchor, differences, limit_m) for _, page, anchor, differences in rows]
    total = total_row(review)
    foot = [Cell(words("table.total"))]
    for index, system in enumerate(SYSTEMS):
        known = [r[3][index] for r in rows if not math.isnan(r[3][index])]
        foot += [
            Cell(cell_text(f"claimed_{system}_m", total.get(f"claimed_{system}_m"))),
            Cell(cell_text(f"{system}_laid_m", total.get(f"{system}_laid_m"))),
            Cell(_signed(sum(known)) if known else ""),
        ]
    over = sum(r[0] > limit_m for r in rows)
    said = words("document.claims_said", count=len(rows), over=over, limit=cell_text("limit_m", limit_m))
    blocks: list[Block] = [
        Paragraph(said),
        TableBlock(words("document.section_claims"), Table(headings, body, foot), "claims", sortable=False),
    ]
    return Chapter("claims", words("document.section_claims"), blocks, place=ChapterPlace.COUNTY)


def _claim_cells(
    page: CommunityPage, anchor: str, differences: tuple[float, float], limit_m: float
) -> list[Cell]:
    cells = [Cell(page.name, link=f"#{anchor}", over=page.community_id, column="community")]
    for system, difference in zip(SYSTEMS, differences, strict=True):
        for column in (f"claimed_{system}_m", f"{system}_laid_m"):
            cells.append(Cell(cell_text(column, page.row.get(column)), trace=f"{page.community_id}:{column}"))
        cells.append(
            Cell(_signed(difference), role=CellRole.ATTENTION if abs(difference) > limit_m else CellRole.PLAIN)
        )
    return cells


def _signed(value: float) -> str:
    written = cell_text("difference_m", value)
    return f"+{written}" if written and not written.startswith("-") and float(written) else written


PROGRESS_FIGURES = (
    "storm_laid_m",
    "claimed_storm_m",
    "sewage_laid_m",
    "claimed_sewage_m",
    "households",
    "households_relieved",
)


def progress_chapter(review: Review, words: Wording) -> Chapter | None:
    """Sums by phase and by district; None where communities state neither."""
    blocks: list[Block] = []
    for group in ("phase", "district"):
        table = _group_table(review, group, words)
        if table is not None:
            blocks.append(TableBlock(words(f"document.progress_by_{group}"), table, "progress"))
    return (
        Chapter("progress", words("document.section_progress"), blocks, place=ChapterPlace.COUNTY)
        if blocks
        else None
    )


def _group_table(review: Review, group: str, words: Wording) -> Table | None:
    named = [(str(p.row[group]), p) for p in review.pages if is_known(p.row.get(group)) and p.row[group] != ""]
    if not named:
        return None
    headings = [
        Heading(words(f"facts.{group}")),
        Heading(words("page.communities"), True),
        *(Heading(words(f"verdict.{a}"), True) for a in judged.ANSWERS),
        *(Heading(words.name("column", c), True) for c in PROGRESS_FIGURES),
    ]
    rows = []
    for name in sorted({n for n, _ in named}, key=lambda n: (_phase_rank(n, review), n)):
        own = [p for n, p in named if n == name]
        answers = [judged.overall(p.row, review.judging) for p in own]
        sums = [pd.Series([judged.figure(p.row, c) for p in own]).sum(min_count=1) for c in PROGRESS_FIGURES]
        rows.append(
            [
                Cell(name),
                Cell(str(len(own))),
                *(Cell(str(answers.count(a))) for a in judged.ANSWERS),
                *(Cell(cell_text(c, s)) for c, s in zip(PROGRESS_FIGURES, sums, strict=True)),
            ]
        )
    return Table(headings, rows)


def _phase_rank(name: str, review: Review) -> int:
    """Place of a phase in the order in which the scenarios do them; 0 for other groups."""
    phases = list(dict.fromkeys(p for s in review.scenarios for p in s.phases or ()))
    return phases.index(name) if name in phases else len(phases)
