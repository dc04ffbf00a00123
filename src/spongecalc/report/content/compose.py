"""The document from a review: which chapters there are, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spongecalc.assess.review import Review
from spongecalc.report.content import basis_chapters as basis
from spongecalc.report.content import result_chapters as result
from spongecalc.report.content.chapter_order import ORDER
from spongecalc.report.content.community_chapter import community_chapter, part_blocks
from spongecalc.report.content.community_tables import community_section, headline_storm
from spongecalc.report.content.county_chapters import county_chapters
from spongecalc.report.content.county_tables import total_row
from spongecalc.report.content.document import (
    Block,
    Chapter,
    Code,
    Cover,
    Definitions,
    Document,
    Facts,
    Group,
    Legend,
    Paragraph,
    SignOff,
    Subheading,
    TableBlock,
)
from spongecalc.report.content.institute import PLAIN, Institute
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.part import Part
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.topics import COUNTY_PARTS
from spongecalc.report.content.traces import page_traces
from spongecalc.report.content.wording import Wording

METHODS = ("lengths", "separation", "rain", "runoff", "ponding", "errors", "data")
SIGNATURES = ("designed", "checked", "reviewed", "approved")

# The chapter that takes in a topic's part, by the part's key.
PART_CHAPTER = {
    "capture": "capture",
    "capture-county": "capture",
    "sponge": "capture",
    "rainfall": "capture",
    "quantities": "quantities",
    "bill": "quantities",
    "design": "hydraulics",
    "outfalls": "hydraulics",
    "data-quality": "data",
    "ponding": "ponding",
    "ponding-ground": "ponding",
    "separation": "separation",
    "work_order": "separation",
    "evidence": "separation",
}


def compose(review: Review, lang: str, institute: Institute = PLAIN) -> Document:
    """The whole report in one language.

    Parameters
    ----------
    review
        What the assessment found.
    lang
        "zh" or "en".
    institute
        What a template folder changes: cover, texts, order.

    Raises
    ------
    KeyError
        No such language.
    """
    words = Wording(lang, review.catalogue)
    anchors = [f"c{i:03d}" for i in range(1, len(review.pages) + 1)]
    parts = [p for make in COUNTY_PARTS if (p := make(review, words)) is not None]
    chapters = _chapters(review, anchors, parts, words)
    ordered: list[Chapter] = []
    for key in institute.order or ORDER:
        ordered.extend(chapters.get(key, ()))
    return Document(
        lang,
        review.project_name,
        _cover(review, words, institute),
        [institute.with_texts(c, lang) for c in ordered],
        page_traces(review, lang),
        review.catalogue,
    )


def _chapters(
    review: Review, anchors: Sequence[str], parts: Sequence[Part], words: Wording
) -> dict[str, list[Chapter]]:
    """Every chapter by its key in :data:`ORDER`."""
    taken: dict[str, list[Block]] = {}
    topics: list[Chapter] = []
    for part in parts:
        chapter = PART_CHAPTER.get(part.key)
        if chapter is None:
            group = part_blocks(part, 1, words)
            topics.append(Chapter(f"p-{part.key}", part.heading, list(group.blocks)[1:], "topic"))
        else:
            taken.setdefault(chapter, []).append(part_blocks(part, 2, words))
    each = [
        community_chapter(community_section(p, review, a, words), p, review, words)
        for p, a in zip(review.pages, anchors, strict=True)
    ]
    single = [
        *county_chapters(review, anchors, words),
        basis.notes_chapter(review, words),
        _legend(words),
        basis.basis_chapter(review, words),
        basis.storms_chapter(review, words),
        basis.data_chapter(review, anchors, words, taken.get("data", ())),
        basis.surfaces_chapter(review, anchors, words),
        basis.targets_chapter(review, words),
        basis.facilities_chapter(review, words),
        basis.capture_chapter(review, words, taken.get("capture", ())),
        result.hydraulics_chapter(review, anchors, words, taken.get("hydraulics", ())),
        result.quantities_chapter(review, words, taken.get("quantities", ())),
        result.ponding_chapter(review, anchors, words, taken.get("ponding", ())),
        result.separation_chapter(review, anchors, words, taken.get("separation", ())),
        result.conclusions_chapter(review, words),
        _method(words),
        _sign(words),
        _origin(review, words),
    ]
    return {**{c.key: [_named_once(c)] for c in single}, "each": each, "topics": topics}


def _named_once(chapter: Chapter) -> Chapter:
    """A chapter in which no topic repeats the chapter's own heading."""
    blocks: list[Block] = []
    for block in chapter.blocks:
        first = block.blocks[0] if isinstance(block, Group) and block.blocks else None
        if isinstance(block, Group) and isinstance(first, Subheading) and first.text == chapter.heading:
            blocks.append(replace(block, blocks=list(block.blocks)[1:]))
        else:
            blocks.append(block)
    return replace(chapter, blocks=blocks)


def _cover(review: Review, words: Wording, institute: Institute) -> Cover:
    phases = [str(p.row["phase"]) for p in review.pages if is_known(p.row.get("phase"))]
    storm = headline_storm(review)
    headline = (
        words(
            "page.headline_text",
            id=storm.storm_id,
            period=cell_text("return_period_a", storm.return_period_a),
            duration=cell_text("duration_min", storm.duration_min),
            depth=cell_text("depth_mm", storm.depth_mm),
        )
        if storm is not None
        else review.headline_storm
    )
    total = total_row(review)
    size = words.filled(
        "page.size", {"count": len(review.pages), **{c: total.get(c) for c in ("households", "area_m2")}}
    )
    facts = [
        (words("page.project"), review.project_name),
        (words("page.phase"), words.listed(dict.fromkeys(p for p in phases if p)) or words("page.unknown")),
        (words("page.communities"), size),
        # A report of a part must not be taken for the whole: it says so before any figure.
        *((words("page.extent"), words.note(key, given)) for key, given in review.notes if key == "note_partial"),
        (words("page.headline"), headline),
        (words("page.crs"), review.crs),
    ]
    return Cover(
        institute.title or words("page.title"),
        words("page.subtitle"),
        facts,
        words("page.what"),
        institute.name,
        institute.document_no,
        institute.logo,
        institute.logo_format,
        institute.lines,
    )


def _legend(words: Wording) -> Chapter:
    blocks: list[Block] = [Paragraph(words("map.legend_note"), "small"), Legend(words.catalogue.cover_ids)]
    return Chapter("legend", words("map.legend"), blocks, part="county")


def _method(words: Wording) -> Chapter:
    pairs = [(words(f"method.{m}_term"), words(f"method.{m}")) for m in METHODS]
    return Chapter("method", words("section.method"), [Definitions(pairs)], part="closing")


def _sign(words: Wording) -> Chapter:
    columns = [words(f"sign.{c}") for c in ("name", "date", "remark")]
    block = SignOff([words(f"sign.{s}") for s in SIGNATURES], columns)
    return Chapter("sign", words("section.sign"), [block], part="closing")


def _origin(review: Review, words: Wording) -> Chapter:
    """The last page: versions, digests of the inputs, and the command that makes the report again."""
    blocks: list[Block] = [
        Paragraph(words("again.how")),
        Code("spongecalc all"),
        Paragraph(words("again.files"), "small"),
        Facts([(name, str(version)) for name, version in review.versions.items()]),
    ]
    if review.inputs:
        headings = [Heading(words("document.input_file")), Heading("SHA-256", css="c-sha256")]
        rows = [[Cell(name), Cell(digest, css="c-sha256")] for name, digest in review.inputs.items()]
        blocks.append(TableBlock(words("document.inputs"), Table(headings, rows), "detail t-inputs"))
    return Chapter("origin", words("document.section_origin"), blocks, part="closing")
