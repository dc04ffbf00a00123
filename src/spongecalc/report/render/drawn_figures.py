"""Every figure of the report drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spongecalc.report.content.document import Beside, Block, Document, Drawing, Group, MapSet
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
    drawing = _Drawing(document.words)
    chapters = [
        replace(c, blocks=drawing.blocks(c.blocks), details=drawing.blocks(c.details)) for c in document.chapters
    ]
    return replace(document, chapters=chapters)


class _Drawing:
    """Figures drawn once each, also one that stands in different places on a screen and on paper."""

    def __init__(self, words: Wording) -> None:
        self._words = words
        # By identity: a figure that is held here keeps its number.
        self._drawn: dict[int, tuple[Figure, DrawnFigure]] = {}

    def blocks(self, blocks: Sequence[Block]) -> list[Block]:
        return [self._block(b) for b in blocks]

    def _block(self, block: Block) -> Block:
        match block:
            case Drawing():
                return replace(block, figure=self._figure(block.figure))
            case MapSet():
                return replace(block, maps={s: self._figure(m) for s, m in block.maps.items()})
            case Beside():
                return replace(block, left=self.blocks(block.left), right=self.blocks(block.right))
            case Group():
                return replace(block, blocks=self.blocks(block.blocks))
        return block

    def _figure(self, figure: Figure) -> DrawnFigure:
        if id(figure) not in self._drawn:
            drawn = DrawnFigure(figure.label, figure_svg(figure, self._words))
            self._drawn[id(figure)] = (figure, drawn)
        return self._drawn[id(figure)][1]
