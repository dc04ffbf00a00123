"""Every figure of the report drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spongecalc.report.content.document import Beside, Block, Chapter, Document, Drawing, Group, MapSet
from spongecalc.report.content.figures import (
    CommunityMap,
    Figure,
    FindingMap,
    Hyetograph,
    LifeCurves,
    RunoffCurves,
    VerdictMap,
)
from spongecalc.report.content.long_section import LongSection
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.capture_chart import life_chart
from spongecalc.report.render.charts import hyetograph_chart, runoff_chart
from spongecalc.report.render.community_map import community_map
from spongecalc.report.render.finding_map import finding_map
from spongecalc.report.render.long_section_svg import section_svg
from spongecalc.report.render.verdict_map import verdict_map


@dataclass(frozen=True, eq=False)
class DrawnFigure(Figure):
    """A figure as SVG markup that has escaped what it holds."""

    svg: str


def figure_svg(figure: Figure, words: Wording) -> str:
    """The markup of a figure; one that is drawn already stays as it is.

    Raises TypeError for a figure that no module draws.
    """
    match figure:
        case DrawnFigure():
            return figure.svg
        case Hyetograph():
            return hyetograph_chart(figure, words)
        case RunoffCurves():
            return runoff_chart(figure, words)
        case LifeCurves():
            return life_chart(figure, words.lang)
        case CommunityMap():
            return community_map(figure, words.name, words.catalogue)
        case VerdictMap():
            return verdict_map(figure, words)
        case FindingMap():
            return finding_map(figure)
        case LongSection():
            return section_svg(figure, words)
    raise TypeError(type(figure).__name__)


def with_drawn_figures(document: Document) -> Document:
    """The document with every figure drawn, once for all formats that it goes into."""
    words = document.words
    chapters = [
        replace(c, blocks=_drawn(c.blocks, words), details=_drawn(c.details, words)) for c in document.chapters
    ]
    return replace(document, chapters=chapters)


def for_paper(document: Document) -> Document:
    """The document without what only the page on a screen can show: series over time, origins of figures."""
    return replace(document, traces={}, chapters=[_on_paper(c) for c in document.chapters])


def _on_paper(chapter: Chapter) -> Chapter:
    blocks = [replace(b, series=None) if isinstance(b, MapSet) else b for b in chapter.blocks]
    return replace(chapter, blocks=blocks)


def _drawn(blocks: Sequence[Block], words: Wording) -> list[Block]:
    return [_block(b, words) for b in blocks]


def _block(block: Block, words: Wording) -> Block:
    match block:
        case Drawing():
            return replace(block, figure=_figure(block.figure, words))
        case MapSet():
            return replace(block, maps={s: _figure(m, words) for s, m in block.maps.items()})
        case Beside():
            return replace(block, left=_drawn(block.left, words), right=_drawn(block.right, words))
        case Group():
            return replace(block, blocks=_drawn(block.blocks, words))
    return block


def _figure(figure: Figure, words: Wording) -> DrawnFigure:
    return DrawnFigure(figure.label, figure_svg(figure, words))
