"""A document as plain data: what the PDF's layout reads."""

from __future__ import annotations

from collections.abc import Sequence

from spongecalc.catalogue.structure_form import KINDS, PUMP
from spongecalc.report.content.document import (
    Beside,
    Block,
    Chapter,
    Code,
    Definitions,
    Document,
    Drawing,
    Facts,
    Group,
    Items,
    Legend,
    MapSet,
    Paragraph,
    SignOff,
    Subheading,
    TableBlock,
    Tiles,
    VerdictCounts,
    Verdicts,
)
from spongecalc.report.content.media import for_paper
from spongecalc.report.content.number_format import grouped
from spongecalc.report.content.roles import TextRole
from spongecalc.report.content.table import Table
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.drawn_figures import figure_svg
from spongecalc.report.render.standalone_svg import standalone
from spongecalc.report.render.text_width import text_width

# A column whose longest text is longer than this gives way to the others.
LONG_TEXT = 22

Data = dict[str, object]


def document_data(document: Document) -> Data:
    """The part of the document that prints, as dictionaries, lists and texts; figures as whole SVG files."""
    document = for_paper(document)
    words = document.words
    keys = {c.key for c in document.chapters}
    cover = document.cover
    return {
        "lang": document.lang,
        "project": document.project,
        "cover": {
            "title": cover.title,
            "subtitle": cover.subtitle,
            "facts": [list(f) for f in cover.facts],
            "what": cover.what,
            "institute": cover.institute,
            "document_no": cover.document_no,
            "lines": list(cover.lines),
            "logo": list(cover.logo),
            "logo_format": cover.logo_format,
        },
        "words": {
            "contents": words("document.contents"),
            "table": words("document.table"),
            "figure": words("document.figure"),
            "page": words("document.page_of"),
            "each": words("section.each"),
            "annex": words("document.annex"),
            "annex_at": words("document.annex_at"),
            "question": words("verdict.column_question"),
            "answer": words("verdict.column_answer"),
            "found": words("verdict.column_found"),
            "limit": words("verdict.column_limit"),
            "limits_at": words("document.limits_at"),
            "attention": words("section.attention"),
        },
        "verdicts": {a: words(f"verdict.{a}") for a in ("pass", "fail", "conditional", "undecided")},
        "chapters": [_chapter(c, keys, words) for c in document.chapters],
    }


def _chapter(chapter: Chapter, keys: set[str], words: Wording) -> Data:
    return {
        "key": chapter.key,
        "heading": chapter.heading,
        "place": chapter.place,
        "badge": chapter.badge,
        "beside": chapter.beside,
        "wide": chapter.wide,
        "blocks": _blocks(chapter.blocks, keys, words),
        "details": _blocks(chapter.details, keys, words),
    }


def _blocks(blocks: Sequence[Block], keys: set[str], words: Wording) -> list[Data]:
    return [data for b in blocks if (data := _block(b, keys, words))]


def _block(block: Block, keys: set[str], words: Wording) -> Data:  # noqa: PLR0912  one case for each kind
    match block:
        case Subheading():
            return {"kind": "heading", "text": block.text, "level": block.level}
        case Paragraph():
            # A remark on what can be clicked is for the page alone.
            if block.role == TextRole.SCREEN:
                return {}
            return {"kind": "paragraph", "text": block.text, "role": block.role}
        case Facts() | Definitions():
            return {"kind": block.kind, "pairs": [list(p) for p in block.pairs]}
        case Items():
            return {"kind": "items", "texts": list(block.texts)}
        case Code():
            return {"kind": "code", "text": block.text}
        case Tiles():
            return {"kind": "tiles", "tiles": [_tile(t, words) for t in block.tiles]}
        case Verdicts():
            lines = [
                {
                    "question": words(f"criterion.{v.question}"),
                    "answer": v.answer,
                    "found": v.found,
                    "limit": v.limit,
                    "beside": v.beside,
                }
                for v in block.lines
            ]
            return {"kind": "verdicts", "lines": lines}
        case VerdictCounts():
            attention = [[k if k in keys else "", c, wrong] for k, c, wrong in block.attention]
            return {"kind": "counts", "counts": [list(c) for c in block.counts.items()], "attention": attention}
        case TableBlock():
            return {"kind": "table", "caption": block.caption, **_table(block.table, keys, words.lang)}
        case Drawing():
            svg = standalone(figure_svg(block.figure, words), words.catalogue)
            return {"kind": "drawing", "caption": block.caption, "svg": svg, "role": block.role}
        case MapSet():
            maps = [
                {
                    "caption": block.titles[s],
                    "full": block.captions[s],
                    "svg": standalone(figure_svg(figure, words), words.catalogue),
                }
                for s, figure in block.maps.items()
            ]
            return {"kind": "maps", "maps": maps, "caption": words("table.maps")}
        case Legend():
            return {
                "kind": "legend",
                "entries": [{"text": t, "svg": standalone(s, words.catalogue)} for t, s in legend(block, words)],
            }
        case Beside():
            left, right = _blocks(block.left, keys, words), _blocks(block.right, keys, words)
            return {"kind": "beside", "left": left, "right": right}
        case Group():
            return {"kind": "group", "blocks": _blocks(block.blocks, keys, words)}
        case SignOff():
            return {"kind": "signoff", "roles": list(block.roles), "columns": list(block.columns)}
    raise TypeError(type(block).__name__)


def _tile(tile: object, words: Wording) -> Data:
    figures = [
        {"name": f.name, "value": grouped(f.value, words.lang), "unit": f.unit, "beside": f.beside}
        for f in tile.figures  # type: ignore[attr-defined]
    ]
    return {"question": words(f"criterion.{tile.question}"), "figures": figures}  # type: ignore[attr-defined]


def _table(table: Table, keys: set[str], lang: str) -> Data:
    numeric = [h.numeric for h in table.headings]
    long = [
        not numeric[i] and max((len(r[i].text) for r in table.rows if i < len(r)), default=0) > LONG_TEXT
        for i in range(len(numeric))
    ]
    return {
        "headings": [h.text for h in table.headings],
        "numeric": numeric,
        "long": [_share(table, i) if is_long else 0.0 for i, is_long in enumerate(long)],
        "whole": _stays_whole(table),
        "room": [_room(table, i) for i in range(len(numeric))],
        "rows": [
            [
                {
                    "t": grouped(c.text, lang) if numeric[i] else c.text,
                    "over": c.over,
                    "badge": c.badge,
                    "link": c.link[1:] if c.link[1:] in keys else "",
                    "role": c.role,
                }
                for i, c in enumerate(row)
            ]
            for row in table.rows
        ],
        "foot": [grouped(c.text, lang) if numeric[i] else c.text for i, c in enumerate(table.foot)],
    }


def _share(table: Table, column: int) -> float:
    """A long column's share of what the others leave: by the text it holds, but no column is starved."""
    held = [text_width(r[column].text) for r in table.rows if column < len(r)]
    mean = sum(held) / len(held) if held else 0.0
    longest = max(held, default=0.0)
    return round(min(max((mean + longest) / 2, min(longest, 32.0)), 90.0) / 10, 2)


def _stays_whole(table: Table) -> bool:
    """True where a table is short enough to stand on one page, whatever its texts' lines."""
    if len(table.rows) > (24 if len(table.headings) <= 4 else 14):
        return False
    lines = sum(
        max((1 + len(c.text) // 16 if len(c.text) > LONG_TEXT else 1 for c in r), default=1) for r in table.rows
    )
    return lines <= 45 and not any("\n" in c.text for r in table.rows for c in r)


def _spelled(heading: str) -> bool:
    """True where a heading is of words with spaces between, and not of Chinese characters."""
    return all(ord(c) < 0x2E80 for c in heading)


def _room(table: Table, column: int) -> float:
    """Half-width characters that a column of figures needs: its figures whole, its heading word by word."""
    texts = [c.text for row in [*table.rows, table.foot] for c in row[column : column + 1]]
    heading = table.headings[column].text
    # A Chinese heading breaks anywhere: a short one stays on its line, a longer one takes two.
    whole = 11.0 if len(table.headings) <= 12 else 6.0
    written = [max(min(text_width(heading), whole), text_width(heading) / 2 + 1)] if not _spelled(heading) else []
    words = written or [text_width(w) for w in heading.split(" ")]
    return max([4.0, *words, *(text_width(t) for t in texts)])


def legend(block: Legend, words: Wording) -> list[tuple[str, str]]:
    """Every sign of the maps with its words, as a figure of its own."""
    lines = {s: words.name("system", s) for s in ("storm", "sewage", "combined")}
    drawn = [
        (text, f'<path class="pipe {s}" d="M2 10H38"/><use href="#arrow-{s}" x="20" y="10"/>')
        for s, text in lines.items()
    ]
    drawn += [
        (
            words("map.new_pipe"),
            '<path class="pipe storm new" d="M2 6H38"/><path class="pipe sewage new" d="M2 14H38"/>',
        ),
        (words("map.removed_pipe"), '<path class="pipe combined removed" d="M2 10H38"/>'),
        (
            words("map.lateral"),
            '<path class="lateral storm" d="M2 6H38"/><path class="lateral sewage" d="M2 14H38"/>',
        ),
        (
            words("map.joint"),
            '<g class="joint" transform="translate(20 10) scale(.75)"><path d="M-13 0L0 -13L13 0L0 13Z"/></g>',
        ),
        (
            words("map.site"),
            '<g class="site" transform="translate(20 10)"><circle r="9"/><circle class="dot" r="2.5"/></g>',
        ),
        (words("map.tank"), '<use href="#tank" x="20" y="10"/>'),
    ]
    for kind in ("manhole", "inlet", "outfall", "septic_tank", "storage", "pump"):
        sign = f'<g class="node storm" transform="translate(20 10)"><use href="#node-{kind}"/></g>'
        # A node of the kind pump is the well that pumps take from.
        drawn.append((words.name("role", "wet_well") if kind == PUMP else words.name("kind", kind), sign))
    for kind in KINDS:
        sign = f'<g class="node storm" transform="translate(20 10)"><use href="#structure-{kind}"/></g>'
        drawn.append((words.name("kind", kind), sign))
    drawn.append((words("map.boundary"), '<rect class="boundary" x="3" y="3" width="34" height="14"/>'))
    drawn.append((words("map.building"), '<rect class="a building" x="3" y="3" width="34" height="14"/>'))
    for cover in block.covers:
        sign = f'<rect class="a {cover}" x="3" y="3" width="34" height="14"/>'
        drawn.append((words.name("cover", cover), sign))
    return [
        (text, f'<svg class="map key" viewBox="0 0 40 20" width="40" height="20">{sign}</svg>')
        for text, sign in drawn
    ]
