"""The county's part of the page: overall figures, the overview map, the table of communities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import escape

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content import verdicts as judged
from spongecalc.report.content.document import Figure, Tile
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.label_places import BELOW, LabelPlaces
from spongecalc.report.render.map_svg import WIDTH_PX, drawing, element, frame_of, path_data, placed, titled

TOTAL = "TOTAL"
SYMBOLS: Mapping[str, str] = {
    judged.PASS: "✓",
    judged.ATTENTION: "!",
    judged.UNKNOWN: "?",
    judged.UNANSWERED: "×",
}


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

    def change(label: str, name: str, of_unit: str, unit: str = "") -> Figure:
        columns = [f"{name}_{s}{unit}" for s in ("before", "after")]
        written = " → ".join(_written(total, c, words) for c in columns)
        return Figure(words(label), written, of_unit, trace=_keys(TOTAL, *columns))

    def plain(label: str, column: str, of_unit: str, beside: str = "") -> Figure:
        return Figure(words(label), _written(total, column, words), of_unit, beside, _keys(TOTAL, column))

    separated = separated_counts(review.pages)
    rising = sum(judged.outfalls_rise(p.row) is True for p in review.pages)
    lengths = [
        plain(f"tile.{system}_laid", f"{system}_laid_m", "m", _against_claim(review, system, words))
        for system in ("storm", "sewage")
    ]
    sites, households = words("tile.unit_sites"), words("tile.unit_households")
    of_all = words("tile.of", count="", total=len(review.pages)).strip()
    return [
        Tile("lengths", lengths),
        Tile(
            "separation",
            [
                Figure(words("tile.separated"), f"{separated[0]} → {separated[1]}", of_all),
                change("tile.cross_connections", "cross_connections", sites),
                change("tile.sewage_to_storm", "sewage_to_storm", "m³/d", "_m3_d"),
            ],
        ),
        Tile(
            "runoff",
            [
                plain("tile.reduction", "runoff_reduction_percent", "%"),
                change("tile.runoff", "runoff", "m³", "_m3"),
                plain("tile.rainfall", "rainfall_m3", "m³"),
                Figure(words("tile.outfalls_rise"), str(rising), of_all),
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
    return cell_text(column, row.get(column)) or words("page.unknown")


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
    """How many communities have each overall verdict."""
    answers = [judged.overall(p.row, review.targets) for p in review.pages]
    return {code: answers.count(code) for code in SYMBOLS}


def separated_counts(pages: Sequence[CommunityPage]) -> tuple[int, int]:
    """How many communities are separated before, and after."""
    before, after = (sum(p.row.get(f"separated_{s}") == "yes" for p in pages) for s in ("before", "after"))
    return before, after


def attention_list(review: Review, anchors: Sequence[str], words: Wording) -> list[tuple[str, str, str]]:
    """(anchor, community, what is wrong) of the communities that need attention, the most urgent first."""
    pages, listed = review.pages, []
    for i in judged.by_urgency([p.row for p in pages], review.targets):
        row = pages[i].row
        judgements = judged.verdicts(row, review.targets)
        wrong = [words(f"question.{v.question}") for v in judgements if v.answer == judged.ATTENTION]
        if not judged.finished(row):
            wrong = [words.name("status", row.get("status")), *wrong]
        if wrong:
            listed.append((anchors[i], f"{pages[i].community_id} {pages[i].name}", words.listed(wrong)))
    return listed


def overview_map(review: Review, anchors: Sequence[str], words: Wording) -> str:
    """All communities by verdict, each a link to its section; empty where none has a boundary."""
    drawn = [
        (page, anchor)
        for page, anchor in zip(review.pages, anchors, strict=True)
        if page.boundary is not None and not page.boundary.is_empty
    ]
    frame = frame_of([p.boundary.bounds for p, _ in drawn])
    if frame is None:
        return ""
    shapes, marks = [], []
    places = LabelPlaces(WIDTH_PX, frame.height_px)
    places.taken.append((0, frame.height_px - 40, WIDTH_PX / 3.5, frame.height_px))
    centres = []
    for page, anchor in drawn:
        answer = judged.overall(page.row, review.targets)
        outline = element("path", {"class": f"area {answer}", "d": path_data(page.boundary, frame)})
        words_of = f"{page.name} ({page.community_id}): {words(f'verdict.{answer}')}"
        shapes.append(element("a", {"href": f"#{anchor}"}, titled(words_of), outline))
        inside = page.boundary.representative_point()
        x, y = frame.at(inside.x, inside.y)
        places.take(x / frame.metres_per_px, y / frame.metres_per_px, 8)
        centres.append((page, answer, x, y))
    for page, answer, x, y in centres:
        symbol = f'<circle r="8"/><text y="4" text-anchor="middle">{SYMBOLS[answer]}</text>'
        marks.append(placed(f'<g class="verdict-mark {answer}">{symbol}</g>', x, y, frame))
        # Long ids are cut on the map alone; the table and the section have them whole.
        short = page.community_id if len(page.community_id) <= 10 else page.community_id[:9] + "…"
        px, py = x / frame.metres_per_px, y / frame.metres_per_px
        found = places.find(px, py, 8, (6.6 * len(short) + 2, 11), BELOW)
        if found is not None:
            label = element(
                "text",
                {
                    "class": "area-id",
                    "x": f"{found[0] - px:.0f}",
                    "y": f"{found[1] - py + 4:.0f}",
                    "text-anchor": "middle",
                },
                str(escape(short)),
            )
            marks.append(placed(label, x, y, frame))
    label = words("map.overview_label", **counts(review))
    return drawing("".join(shapes + marks), frame, label, words.name("map", "north"), "map overview", "group")


def communities_table(review: Review, anchors: Sequence[str], words: Wording) -> Table:
    """A row per community, those that need attention first; the foot row is TOTAL."""
    headings = [
        Heading(words("column.community"), css="c-community"),
        Heading(words("column.verdict_overall"), css="c-verdict"),
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
                ("households_relieved", True),
                ("worst_continuity_error_percent", True),
            )
        ),
    ]
    pages = review.pages
    order = judged.by_urgency([p.row for p in pages], review.targets)
    rows = [_community_cells(pages[i], review, anchors[i], rank, words) for rank, i in enumerate(order)]
    total = total_row(review)
    foot = [Cell(words("table.total")), Cell(""), Cell(""), *_figures(total, words)] if total else []
    if foot:
        # Of a whole county "no" says little; how many of its communities are separated says more.
        at = [h.text for h in headings].index(words("column.separated"))
        for system in ("storm", "sewage"):
            # Two columns have the same heading in some languages; the difference stands beside its length.
            beside = [h.text for h in headings].index(words(f"column.{system}_laid_m")) + 1
            known = _known_differences_m(pages, system)
            foot[beside] = Cell(_signed("difference_m", sum(known)) if known else "")
        foot[at] = Cell(" → ".join(str(n) for n in separated_counts(pages)) + f" / {len(pages)}")
    return Table(headings, rows, foot)


def _community_cells(page: CommunityPage, review: Review, anchor: str, rank: int, words: Wording) -> list[Cell]:
    answer = judged.overall(page.row, review.targets)
    return [
        Cell(page.name, sort=page.community_id, link=f"#{anchor}", css="c-community", over=page.community_id),
        Cell(words(f"verdict.{answer}"), sort=str(rank), badge=answer),
        Cell(cell_text("district", page.row.get("district"))),
        *_figures(page.row, words),
    ]


def _figures(row: Mapping[str, object], words: Wording) -> list[Cell]:
    storm, sewage = judged.length_differences_m(row)
    return [
        _plain(row, "households"),
        _plain(row, "storm_laid_m"),
        Cell(_signed("difference_m", storm)),
        _plain(row, "sewage_laid_m"),
        Cell(_signed("difference_m", sewage)),
        _answer_pair(row, words),
        _pair(row, "cross_connections_before", "cross_connections_after"),
        _pair(row, "sewage_to_storm_before_m3_d", "sewage_to_storm_after_m3_d"),
        _plain(row, "runoff_reduction_percent"),
        _plain(row, "peak_reduction_percent"),
        _pair(row, "outfall_peak_before_l_s", "outfall_peak_after_l_s"),
        _pair(row, "ponding_sites_before", "ponding_sites_after"),
        _pair(row, "ponding_before_m3", "ponding_after_m3"),
        _plain(row, "households_relieved"),
        _plain(row, "worst_continuity_error_percent"),
    ]


def _plain(row: Mapping[str, object], column: str) -> Cell:
    return Cell(cell_text(column, row.get(column)), trace=_keys(str(row.get("community_id")), column))


def _pair(row: Mapping[str, object], before: str, after: str) -> Cell:
    """Before and after in one cell, sorted by what is left after."""
    written = [cell_text(c, row.get(c)) for c in (before, after)]
    if not any(written):
        return Cell("")
    trace = _keys(str(row.get("community_id")), before, after)
    return Cell(" → ".join(w or "?" for w in written), sort=written[1] or written[0], trace=trace)


def _answer_pair(row: Mapping[str, object], words: Wording) -> Cell:
    answers = [str(row.get(f"separated_{s}") or "unknown") for s in ("before", "after")]
    written = " → ".join(words.name("answer", a) for a in answers)
    return Cell(written, sort=answers[1], css="attn" if answers[1] == "no" else "")
