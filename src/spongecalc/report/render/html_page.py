"""report/index.html: the document as one page that opens without a network."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spongecalc.assess.review import Review
from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Document, TableBlock
from spongecalc.report.content.institute import PLAIN, Institute
from spongecalc.report.content.media import for_screen
from spongecalc.report.content.number_format import grouped
from spongecalc.report.content.roles import CellRole, FigureRole, TableRole, TextRole
from spongecalc.report.content.scenario_lines import ScenarioLine, scenario_lines
from spongecalc.report.content.table import Cell, Heading
from spongecalc.report.render.cover_style import cover_rules
from spongecalc.report.render.drawn_figures import figure_svg
from spongecalc.report.render.map_series_json import series_json
from spongecalc.report.render.scenario_looks import line_look
from spongecalc.report.render.verdict_signs import SIGNS
from spongecalc.whole_file import replace_files

FILE_NAME = "index.html"
LAYERS_SHOWN = ("surfaces", "buildings", "laterals", "pipes", "nodes", "tanks", "ponding", "joints", "checks")
# Layers that are only drawn once the reader switches them on.
LAYERS_OFF = ("checks",)
# Words that the page's script puts together itself.
SCRIPT_WORDS = {
    "depth": "document.depth_series",
    "flow": "document.flow_series",
    "maximum": "document.maximum",
    "none": "document.search_none",
    "play": "document.slider_play",
    "pause": "document.slider_pause",
}
# The page's classes by role; a role that is not named here is its own class.
TEXT_CLASSES: Mapping[str, str] = {TextRole.REMARK: "small", TextRole.NOTHING: "none"}
FIGURE_CLASSES: Mapping[str, str] = {
    FigureRole.MAP: "",
    FigureRole.HYETOGRAPH: "rain",
    FigureRole.HYDROGRAPH: "flow",
}
TABLE_CLASSES: Mapping[str, str] = {TableRole.LIST: "storms"}
CELL_CLASSES: Mapping[str, str] = {CellRole.ATTENTION: "attn"}
LOGO_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg"}


def write_report(review: Review, folder: Path, lang: str) -> Path:
    """Write the review as ``folder``/index.html and return its path.

    The page holds all it needs (styles, script, maps, charts); the same review gives the same bytes.

    Parameters
    ----------
    review
        What the assessment found.
    folder
        Made where it is missing; the page is replaced whole or not at all.
    lang
        "zh" or "en".

    Raises
    ------
    KeyError
        No such language.
    OSError
        The folder cannot be written.
    """
    path = folder / FILE_NAME
    replace_files({path: page_text(review, lang).encode("utf-8")})
    return path


def page_text(review: Review, lang: str) -> str:
    """The page as text."""
    return html_text(compose(review, lang))


def html_text(document: Document, institute: Institute = PLAIN) -> str:
    """A document as one page of HTML."""
    document = for_screen(document)
    words = document.words
    environment = Environment(
        loader=PackageLoader("spongecalc.report.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Styles and script are the package's own files; maps and charts escape what they hold themselves.
    environment.globals["source"] = lambda name: Markup(_source(environment, name))
    environment.globals["counter"] = partial(next, itertools.count(1))
    environment.filters["markup"] = Markup
    environment.filters["svg"] = lambda figure: figure_svg(figure, words)
    environment.filters["series_json"] = series_json
    environment.filters["text_class"] = lambda role: TEXT_CLASSES.get(role, role)
    environment.filters["figure_class"] = lambda role: FIGURE_CLASSES.get(role, role)
    environment.filters["table_class"] = _table_class
    environment.filters["cell_class"] = _cell_class
    environment.filters["heading_class"] = _heading_class
    environment.globals["signs"] = SIGNS
    environment.filters["grouped"] = lambda text: grouped(text, document.lang)
    script_words: dict[str, object] = {name: words(key) for name, key in SCRIPT_WORDS.items()}
    script_words |= {
        "scenarios": [asdict(s) for s in scenario_lines(words)],
        "found": words("document.search_found", count="{count}"),
        "minutes": words("document.slider_said", minutes="{minutes}"),
    }
    cover = document.cover
    logo = ""
    if cover.logo:
        coded = base64.b64encode(cover.logo).decode("ascii")
        logo = f"data:{LOGO_TYPES[cover.logo_format]};base64,{coded}"
    return environment.get_template("index.html.j2").render(
        w=words,
        document=document,
        layers=LAYERS_SHOWN,
        cover_rules=Markup(cover_rules(document.catalogue)),
        layers_off=LAYERS_OFF,
        line_styles=Markup(line_styles(scenario_lines(words))),
        logo=logo,
        cover_lines=list(cover.lines),
        # A style sheet can hold no markup: what would end it is taken apart.
        style=Markup(institute.style.replace("<", "\\3c ")),
        traces=script_json(_folded(document.traces)) if document.traces else "",
        page_words=script_json(script_words),
    )


def line_styles(scenarios: Sequence[ScenarioLine]) -> str:
    """The style of each scenario's curve in the pop-ups, and of the words under it."""
    rules = []
    for scenario in scenarios:
        colour, dash = line_look(scenario.line)
        dashed = f";stroke-dasharray:{dash}" if dash else ""
        rules.append(f".curve-{scenario.line}{{fill:none;stroke:{colour};stroke-width:1.8{dashed}}}")
        rules.append(f".key-{scenario.line}{{color:{colour}!important}}")
    return "".join(rules)


def _table_class(block: TableBlock) -> str:
    """Class of the table's role, and that of the table itself where its columns have a style of their own."""
    role = TABLE_CLASSES.get(block.role, str(block.role))
    return f"{role} t-{block.name}" if block.role == TableRole.DETAIL else role


def _cell_class(cell: Cell) -> str:
    column = f"c-{cell.column}" if cell.column else ""
    return " ".join(c for c in (column, CELL_CLASSES.get(cell.role, str(cell.role))) if c)


def _heading_class(heading: Heading) -> str:
    column = f"c-{heading.column}" if heading.column else ""
    return f"{column} num" if heading.numeric else column


def script_json(value: object) -> str:
    """JSON that may stand in a page's script element: nothing in it looks like markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _folded(traces: Mapping[str, object]) -> dict[str, object]:
    """Traces with every text held once: ``words``, and for each figure the places of its labels and texts."""
    places: dict[str, int] = {}
    of = {
        key: [places.setdefault(text, len(places)) for pair in lines for text in pair]  # type: ignore[attr-defined]
        for key, lines in traces.items()
    }
    return {"of": of, "words": list(places)}


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
