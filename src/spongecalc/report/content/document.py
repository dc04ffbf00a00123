"""The report as a document without a format: chapters of blocks, from which page, PDF and Word file are made.

Whatever a chapter says is said here once; a format only decides how a block looks. Texts are plain text,
figures are data, and what a piece is for its reader is said by a role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spongecalc.catalogue.catalogue import Catalogue, shipped
from spongecalc.project.scenario_settings import DEFAULT_PAIR, DEFAULT_SCENARIOS, Scenario
from spongecalc.report.content.figures import CommunityMap, Figure
from spongecalc.report.content.map_series import MapSeries
from spongecalc.report.content.roles import ChapterPlace, FigureRole, Medium, TableRole, TextRole
from spongecalc.report.content.table import Table
from spongecalc.report.content.wording import Wording


@dataclass(frozen=True)
class Subheading:
    """A heading inside a chapter; ``level`` 2 stands right under the chapter's own."""

    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and what it is for."""

    text: str
    role: TextRole = TextRole.PLAIN
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
class TileFigure:
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
    figures: Sequence[TileFigure]


@dataclass(frozen=True)
class Tiles:
    """The four answers side by side."""

    tiles: Sequence[Tile]
    kind: str = "tiles"


@dataclass(frozen=True)
class VerdictLine:
    """One question's line: verdict's code, and its words.

    ``beside`` is the part of the limit's words that is of this project alone, and stands in no table of limits.
    """

    question: str
    answer: str
    found: str
    limit: str
    beside: str = ""


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on a community's four questions."""

    lines: Sequence[VerdictLine]
    kind: str = "verdicts"


@dataclass(frozen=True)
class VerdictCounts:
    """Counts of communities by verdict, by its code, and those that need attention.

    ``attention`` holds (chapter's key, community, what is wrong).
    """

    counts: Mapping[str, int]
    attention: Sequence[tuple[str, str, str]]
    kind: str = "counts"


@dataclass(frozen=True)
class TableBlock:
    """A table under its caption; ``name`` tells it from the others of a page.

    ``gravity`` says of each row how grave it is, where paper may show the gravest alone; without it the first
    rows are the gravest.
    """

    caption: str
    table: Table
    name: str = ""
    role: TableRole = TableRole.DETAIL
    sortable: bool = False
    gravity: Sequence[tuple[float, ...]] = ()
    medium: Medium = Medium.ANY
    kind: str = "table"


@dataclass(frozen=True)
class Drawing:
    """One figure under its caption."""

    caption: str
    figure: Figure
    role: FigureRole = FigureRole.MAP
    kind: str = "drawing"


@dataclass(frozen=True)
class MapSet:
    """The maps of a community by scenario, in their order, each with a short title and a whole caption.

    ``series`` is what the page's pop-ups and time slider show; None where nothing was saved.
    """

    titles: Mapping[str, str]
    captions: Mapping[str, str]
    maps: Mapping[str, CommunityMap | Figure]
    series: MapSeries | None = None
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
    medium: Medium = Medium.ANY
    kind: str = "beside"


@dataclass(frozen=True)
class Group:
    """The blocks of a chapter that stands inside another, under its key; without a key, blocks of one medium."""

    key: str
    blocks: Sequence[Block]
    medium: Medium = Medium.ANY
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
    | MapSet
    | Legend
    | Beside
    | Group
    | SignOff
)


@dataclass(frozen=True)
class Chapter:
    """A chapter: ``key`` is ASCII, for anchors and for the order that a template states.

    A chapter that stands inside another has its key, heading and blocks alone.

    ``badge`` is the verdict's code of a community's chapter, ``beside`` what stands in grey behind its
    heading; ``wide`` chapters are printed on landscape pages. ``details`` follow the blocks on the page for
    the screen; on paper they stand in an annex, so that what decides is read first.
    """

    key: str
    heading: str
    blocks: Sequence[Block]
    place: ChapterPlace = ChapterPlace.DETAIL
    badge: str = ""
    beside: str = ""
    wide: bool = False
    details: Sequence[Block] = ()


@dataclass(frozen=True)
class Cover:
    """The first page: titles, facts, and what an institute's template adds."""

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
    scenarios: tuple[Scenario, ...] = DEFAULT_SCENARIOS
    compared: tuple[str, str] = DEFAULT_PAIR

    @property
    def words(self) -> Wording:
        """The words of its language and scenarios."""
        return Wording(self.lang, self.catalogue, self.scenarios, self.compared)
