"""Every figure of the report is drawn, once, and has a size in every format."""

import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Drawing, MapSet
from spongecalc.report.content.figures import Figure
from spongecalc.report.content.media import for_paper
from spongecalc.report.content.roles import FigureRole
from spongecalc.report.content.wording import Wording
from spongecalc.report.render import word_report
from spongecalc.report.render.document_data import document_data
from spongecalc.report.render.drawn_figures import DrawnFigure, figure_svg, with_drawn_figures
from spongecalc.report.render.html_page import html_text


def figures(blocks):
    for b in blocks:
        if isinstance(b, Drawing):
            yield b.figure
        if isinstance(b, MapSet):
            yield from b.maps.values()
        for inner in ("blocks", "left", "right"):
            yield from figures(getattr(b, inner, ()))


def test_figures_drawn_once_look_the_same_in_every_format():
    document = compose(synthetic_review(), "zh")
    drawn = with_drawn_figures(document)
    found = [f for c in drawn.chapters for f in figures([*c.blocks, *c.details])]
    assert len(found) >= 8 and all(isinstance(f, DrawnFigure) for f in found)
    assert html_text(drawn) == html_text(document)
    assert document_data(drawn) == document_data(document)


def test_paper_holds_no_series_and_no_origins():
    paper = for_paper(with_drawn_figures(compose(synthetic_review(), "zh")))
    assert paper.traces == {}
    sets = [b for c in paper.chapters for b in c.blocks if isinstance(b, MapSet)]
    assert sets and all(s.series is None for s in sets)
    # The formats take the part of a document that is theirs, whether it was cut for paper before or not.
    assert document_data(paper) == document_data(compose(synthetic_review(), "zh"))


def test_a_figure_that_nobody_draws_is_an_error():
    with pytest.raises(TypeError, match="Figure"):
        figure_svg(Figure("a"), Wording("en"))


def test_every_role_of_a_figure_has_a_width_in_word():
    assert set(word_report.FIGURE_MM) | set(word_report.LARGEST_MM) == set(FigureRole)
