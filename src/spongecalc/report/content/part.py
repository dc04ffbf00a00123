"""What a topic adds to the page: a heading with sentences, tables and figures, for a community or the county."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spongecalc.report.content.table import Table


@dataclass(frozen=True)
class Part:
    """One topic's piece of the page.

    ``key`` is ASCII, for anchors and styles; ``paragraphs`` are plain text; ``tables`` and ``figures`` come
    with their captions, figures as SVG markup that has escaped what it holds.
    """

    key: str
    heading: str
    paragraphs: Sequence[str] = ()
    tables: Sequence[tuple[str, Table]] = ()
    figures: Sequence[tuple[str, str]] = ()
