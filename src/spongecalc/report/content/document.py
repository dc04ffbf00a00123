"""The report as a document without a format: chapters of blocks, from which page, PDF and Word file are made.

Whatever a chapter says is said here once; a format only decides how a block looks. Texts are plain text,
figures are SVG markup that has escaped what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.report.content.table import Table


@dataclass(frozen=True)
class Subheading:
    """A heading inside a chapter; ``level`` 2 stands right under the chapter's own."""

    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``role`` is "", "small" (a remark), "none" (there is nothing to show), "reason", or
    "screen" (of the page alone)."""

    text: str
    role: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True)
class Facts:
    """Short facts, each with its name."""

    pairs: Sequence[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    texts: Sequence[str]
    kind: str = "items"


@dataclass(frozen=True)
class Definitions:
    """Terms with their explanations."""

    pairs: Sequence[tuple[str, str]]
    kind: str = "definitions"


@dataclass(frozen=True)
class Code:
    """A command to be typed."""

    text: str
    kind: str = "code"


@dataclass(frozen=True)
class Figure:
    """One figure of a tile: what it is, the figure, its unit, what it is laid against, where it comes from."""

    name: str
    value: str
    unit: str = ""
    beside: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Tile:
    """The answer to one of the four questions for the whole project; the first figure is the main one."""

    question: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Tiles:
    """The four answers side by side."""

    tiles: Sequence[Tile]
    kind: str = "tiles"


@dataclass(frozen=True)
class VerdictLine:
    """One question's line: verdict's code, and its words."""

    question: str
    answer: str
    found: str
    limit: str


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on a community's four questions."""

    lines: Sequence[VerdictLine]
    kind: str = "verdicts"


@dataclass(frozen=True)
class VerdictCounts:
    """How many communities have each verdict, by its code, and those that need attention.

    ``attention`` holds (chapter's key, community, what is wrong).
    """

    counts: Mapping[str, int]
    attention: Sequence[tuple[str, str, str]]
    kind: str = "counts"


@dataclass(frozen=True)
class TableBlock:
    """A table under its caption; ``css`` names it in the page, ``numbered`` ones count in PDF and Word."""

    caption: str
    table: Table
    css: str = "detail"
    sortable: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Drawing:
    """One figure: its caption, its SVG markup; ``css`` names it in the page."""

    caption: str
    svg: str
    css: str = ""
    kind: str = "drawing"


@dataclass(frozen=True)
class MapPair:
    """The maps of a community before and after, by scenario; ``caption`` is filled with the scenario's word.

    ``series`` is what the page's pop-ups and time slider show: JSON text, empty where nothing was saved.
    """

    captions: Mapping[str, str]
    maps: Mapping[str, str]
    series: str = ""
    kind: str = "maps"


@dataclass(frozen=True)
class Legend:
    """The legend that all maps share."""

    covers: Sequence[str]
    kind: str = "legend"


@dataclass(frozen=True)
class Beside:
    """Two groups of blocks side by side where the page is wide enough."""

    left: Sequence[Block]
    right: Sequence[Block]
    kind: str = "beside"


@dataclass(frozen=True)
class Group:
    """Blocks of one topic; ``key`` names the group in the page."""

    key: str
    blocks: Sequence[Block]
    kind: str = "group"


@dataclass(frozen=True)
class SignOff:
    """The block that is signed by hand: a row for each role."""

    roles: Sequence[str]
    columns: Sequence[str]
    kind: str = "signoff"


Block = (
    Subheading
    | Paragraph
    | Facts
    | Items
    | Definitions
    | Code
    | Tiles
    | Verdicts
    | VerdictCounts
    | TableBlock
    | Drawing
    | MapPair
    | Legend
    | Beside
    | Group
    | SignOff
)


@dataclass(frozen=True)
class Chapter:
    """A chapter: ``key`` is ASCII, for anchors and for the order that a template states.

    ``badge`` is the verdict's code of a community's chapter, ``beside`` what stands in grey behind its
    heading; ``wide`` chapters are printed on landscape pages. ``details`` follow the blocks on the page for
    the screen; on paper they stand in an annex, so that what decides is read first.
    """

    key: str
    heading: str
    blocks: Sequence[Block]
    part: str = "detail"
    badge: str = ""
    beside: str = ""
    wide: bool = False
    details: Sequence[Block] = ()


@dataclass(frozen=True)
class Cover:
    """What stands on the first page: titles, facts, and what an institute's template adds."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    what: str
    institute: str = ""
    document_no: str = ""
    logo: bytes = b""
    logo_format: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """The whole report in one language."""

    lang: str
    project: str
    cover: Cover
    chapters: Sequence[Chapter]
    traces: Mapping[str, object] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=shipped)
