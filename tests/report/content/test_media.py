"""What stands on a screen and what on paper: nothing is lost between them, and paper says where the rest is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.language import has_text
from spongecalc.report.content.community_tables import site_gravity
from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Beside, Block, Chapter, Document, Group, Paragraph, TableBlock
from spongecalc.report.content.media import MOST_PRINTED, for_paper, for_screen
from spongecalc.report.content.roles import ChapterPlace
from spongecalc.report.content.table import Cell, Heading, Table


def every(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        match block:
            case Group():
                yield from every(block.blocks)
            case Beside():
                yield from every([*block.left, *block.right])


def captions(chapter: Chapter) -> list[str]:
    found = (b.caption for b in every([*chapter.blocks, *chapter.details]) if isinstance(b, TableBlock))
    return sorted(found)


@pytest.fixture(scope="module", params=["zh", "en"])
def document(request: pytest.FixtureRequest) -> Document:
    return compose(synthetic_review(), request.param)


def test_a_screen_has_every_table_once(document: Document) -> None:
    screen = for_screen(document)
    for told, shown in zip(document.chapters, screen.chapters, strict=True):
        assert captions(shown) == sorted(set(captions(told)))


def test_paper_has_no_table_of_its_own_and_says_where_the_others_are(document: Document) -> None:
    words = document.words
    short = 0
    for shown, printed in zip(for_screen(document).chapters, for_paper(document).chapters, strict=True):
        missing = set(captions(shown)) - set(captions(printed))
        assert set(captions(printed)) <= set(captions(shown))
        assert len(captions(printed)) == len(set(captions(printed)))
        said = [b.text for b in every([*printed.blocks, *printed.details]) if isinstance(b, Paragraph)]
        community = printed.place == ChapterPlace.COMMUNITY
        elsewhere = words("document.details_elsewhere" if community else "document.tables_elsewhere")
        assert (elsewhere in said) == bool(missing), shown.key
        short += bool(missing)
    assert short > 2


def test_the_page_that_decides_leaves_other_storms_to_the_annex(document: Document) -> None:
    words = document.words
    by_storm = words("table.by_storm")
    for chapter in for_paper(document).chapters:
        if chapter.place == ChapterPlace.COMMUNITY:
            deciding = [b.caption for b in every(chapter.blocks) if isinstance(b, TableBlock)]
            annexed = [b.caption for b in every(chapter.details) if isinstance(b, TableBlock)]
            assert by_storm not in deciding
            assert words("table.runs") not in annexed
            assert annexed.count(by_storm) <= 1
    assert any(by_storm in captions(c) for c in for_paper(document).chapters)


def test_what_fails_is_printed(document: Document) -> None:
    failed = document.words("bill.part.design_failed")
    shown = sum(captions(c).count(failed) for c in for_screen(document).chapters)
    printed = sum(captions(c).count(failed) for c in for_paper(document).chapters)
    assert shown == printed


def long_table(gravity: Sequence[tuple[float, ...]] = ()) -> TableBlock:
    rows = [[Cell(str(n))] for n in range(MOST_PRINTED + 50)]
    return TableBlock("sites", Table([Heading("number")], rows), "sites", gravity=gravity)


def printed(document: Document, place: ChapterPlace, block: TableBlock) -> tuple[list[str], list[str]]:
    """Rows of the one table as they print, and the remarks under it."""
    chapter = Chapter("k", "h", [Group("g", [block])], place)
    paper = for_paper(replace(document, chapters=[chapter])).chapters[0]
    blocks = list(every(paper.blocks))
    rows = [row[0].text for b in blocks if isinstance(b, TableBlock) for row in b.table.rows]
    return rows, [b.text for b in blocks if isinstance(b, Paragraph)]


def test_of_a_long_table_of_features_paper_has_the_gravest_rows_in_their_order(document: Document) -> None:
    rows = range(MOST_PRINTED + 50)
    # The last but one stays and is small, the first fifty are the smallest of those that are gone.
    gravity = [(float(n == 248), float(n)) for n in rows]
    shown, said = printed(document, ChapterPlace.COUNTY, long_table(gravity))
    assert shown == [str(n) for n in rows if n >= 50]
    whole = [(float(n == 3), float(n)) for n in rows]
    shown, said = printed(document, ChapterPlace.COMMUNITY, long_table(whole))
    assert shown == ["3", *(str(n) for n in rows if n >= 51)]
    words = document.words
    assert said == [words("document.rows_elsewhere_sites", shown=MOST_PRINTED, total=MOST_PRINTED + 50)]
    screen = for_screen(replace(document, chapters=[Chapter("k", "h", [long_table(whole)])]))
    table = screen.chapters[0].blocks[0]
    assert isinstance(table, TableBlock)
    assert len(table.table.rows) == len(rows)


def test_a_table_by_community_prints_whole_however_many_there_are(document: Document) -> None:
    shown, said = printed(document, ChapterPlace.COUNTY, long_table())
    assert (len(shown), said) == (MOST_PRINTED + 50, [])
    shown, _ = printed(document, ChapterPlace.COMMUNITY, long_table())
    assert shown == [str(n) for n in range(MOST_PRINTED)]


def test_what_remains_after_the_works_prints_before_what_was_there_before() -> None:
    """Two hundred large sites that shrank left no room for one that is left, or new."""
    rows = [("before", "reduced", 20.0)] * 210 + [("after", "reduced", 10.0), ("after", "new", 0.5)]
    sites = pd.DataFrame(rows, columns=["scenario", "verdict", "volume_m3"])
    sites.loc[0, "verdict"] = "eliminated"
    gravity = site_gravity(sites, "after")
    order = sorted(range(len(rows)), key=lambda i: gravity[i], reverse=True)
    assert order[:2] == [210, 211]
    assert order[-1] == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["sites", "allsites", "alljoints"])
def test_each_table_that_paper_may_shorten_says_by_what(lang: str, name: str) -> None:
    assert has_text(f"document.rows_elsewhere_{name}", lang)
