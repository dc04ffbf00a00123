"""The document from a review: the registered chapters in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spongecalc.assess.review import Review
from spongecalc.report.content.anchors import anchored_pages
from spongecalc.report.content.chapters import CHAPTERS, CommunityEntry, CountyEntry, Entry
from spongecalc.report.content.community_tables import headline_storm
from spongecalc.report.content.county_tables import total_row
from spongecalc.report.content.document import Chapter, Cover, Document
from spongecalc.report.content.inner_chapter import held
from spongecalc.report.content.institute import PLAIN, Institute
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.traces import page_traces
from spongecalc.report.content.wording import Wording


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
    words = Wording.of(review, lang)
    entries = {entry.key: entry for entry in CHAPTERS}
    told = [c for key in institute.order or entries for c in _told(entries[key], review, words)]
    return Document(
        lang,
        review.project_name,
        _cover(review, words, institute),
        [institute.with_texts(c, lang) for c in told],
        page_traces(review, words),
        review.catalogue,
        review.scenarios,
        review.compared,
    )


def _told(entry: Entry, review: Review, words: Wording) -> Sequence[Chapter]:
    """The chapters of an entry, with those inside them; none where there is nothing to say."""
    if isinstance(entry, CommunityEntry):
        return [
            entry.tell(
                page,
                review,
                anchor,
                [c for tell in entry.holds if (c := tell(page, review, words)) is not None],
                words,
            )
            for page, anchor in anchored_pages(review)
        ]
    return _county(entry, review, words)


def _county(entry: CountyEntry, review: Review, words: Wording) -> Sequence[Chapter]:
    chapter = entry.tell(review, words)
    if chapter is None:
        return ()
    if chapter.key != entry.key:
        raise ValueError(chapter.key)
    inner = [c for tell in entry.holds if (c := tell(review, words)) is not None]
    return [replace(chapter, blocks=[*chapter.blocks, *(held(c, chapter.heading) for c in inner)])]


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
