"""report/index.html: the review as one page that opens without a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spongecalc.assess.review import Review
from spongecalc.report.charts import hyetograph_chart
from spongecalc.report.community_section import (
    Section,
    community_section,
    headline_storm,
)
from spongecalc.report.county import (
    SYMBOLS,
    attention_list,
    communities_table,
    counts,
    overview_map,
    tiles,
    total_row,
)
from spongecalc.report.finding_table import finding_table
from spongecalc.report.html_table import Cell, Heading, Table
from spongecalc.report.number_format import cell_text, is_known
from spongecalc.report.part import Part
from spongecalc.report.topics import COUNTY_PARTS
from spongecalc.report.verdicts import finished
from spongecalc.report.whole_file import replace_files
from spongecalc.report.wording import Wording

FILE_NAME = "index.html"
LAYERS_SHOWN = ("surfaces", "buildings", "laterals", "pipes", "nodes", "tanks", "ponding", "joints")
COVERS_SHOWN = (
    "permeable_concrete",
    "permeable_brick",
    "asphalt",
    "concrete",
    "gravel",
    "roof",
    "green",
    "sunken_green",
    "bare_soil",
    "water",
)
METHODS = ("lengths", "separation", "rain", "runoff", "ponding", "errors", "data")
SIGNATURES = ("designed", "checked", "reviewed", "approved")


@dataclass(frozen=True)
class Contents:
    """Everything the page's template shows, but for the words that do not depend on the review."""

    facts: list[tuple[str, str]]
    notes: list[str]
    storms: Table
    storm_chart: str
    overview: str
    attention: list[tuple[str, str, str]]
    communities: Table
    general_findings: Table
    sections: list[Section]
    unfinished: int
    parts: tuple[Part, ...]


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
    words = Wording(lang)
    contents = _contents(review, words)
    environment = Environment(
        loader=PackageLoader("spongecalc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Styles and script are the package's own files; maps and charts escape what they hold themselves.
    environment.globals["source"] = lambda name: Markup(_source(environment, name))
    environment.filters["markup"] = Markup
    return environment.get_template("index.html.j2").render(
        w=words,
        review=review,
        contents=contents,
        tiles=tiles(review, words),
        counts=counts(review),
        symbols=SYMBOLS,
        covers=COVERS_SHOWN,
        layers=LAYERS_SHOWN,
        methods=METHODS,
        signatures=SIGNATURES,
    )


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _contents(review: Review, words: Wording) -> Contents:
    anchors = [f"c{i:03d}" for i in range(1, len(review.pages) + 1)]
    storm = headline_storm(review)
    chart = ""
    if storm is not None:
        peak = cell_text("_mm_h", storm.intensity_mm_h.max()) if len(storm.intensity_mm_h) else ""
        chart = hyetograph_chart(
            storm.intensity_mm_h,
            "storm-chart",
            {
                "time": words("chart.time"),
                "rain": words("chart.rain"),
                "label": words("chart.storm_label", storm=storm.storm_id, peak=peak),
            },
        )
    return Contents(
        _header_facts(review, words),
        _notes(review, words),
        _storm_table(review, words),
        chart,
        overview_map(review, anchors, words),
        attention_list(review, anchors, words),
        communities_table(review, anchors, words),
        _general_findings(review, words),
        [community_section(p, review, a, words) for p, a in zip(review.pages, anchors, strict=True)],
        sum(not finished(p.row) for p in review.pages),
        tuple(p for make in COUNTY_PARTS if (p := make(review, words)) is not None),
    )


def _header_facts(review: Review, words: Wording) -> list[tuple[str, str]]:
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
    return [
        (words("page.project"), review.project_name),
        (words("page.phase"), words.listed(dict.fromkeys(p for p in phases if p)) or words("page.unknown")),
        (words("page.communities"), size),
        (words("page.headline"), headline),
        (words("page.crs"), review.crs),
    ]


def _notes(review: Review, words: Wording) -> list[str]:
    notes = [words.note(key, params) for key, params in review.notes]
    formulas = dict.fromkeys(
        (s.formula_place, s.formula_text, s.formula_source, s.formula_confidence) for s in review.storms
    )
    for place, formula, source, confidence in formulas:
        notes.append(
            words(
                "note.formula",
                place=place,
                formula=formula,
                source=source,
                confidence=words.name("confidence", confidence),
            )
        )
    return [*notes, words("note.length_rule")]


def _storm_table(review: Review, words: Wording) -> Table:
    headings = [
        Heading(words("column.storm_id")),
        *(Heading(words(f"column.{c}"), True) for c in ("return_period_a", "duration_min", "depth_mm")),
        Heading(words("table.maximum"), True),
        *(Heading(words(f"table.{c}")) for c in ("formula", "source", "confidence")),
    ]
    rows = [
        [
            Cell(
                words("table.headline", storm=s.storm_id) if s.storm_id == review.headline_storm else s.storm_id
            ),
            *(Cell(cell_text(c, getattr(s, c))) for c in ("return_period_a", "duration_min", "depth_mm")),
            Cell(cell_text("_mm_h", s.intensity_mm_h.max()) if len(s.intensity_mm_h) else ""),
            Cell(f"{s.formula_place}  {s.formula_text}"),
            Cell(s.formula_source),
            Cell(words.name("confidence", s.formula_confidence)),
        ]
        for s in review.storms
    ]
    return Table(headings, rows)


def _general_findings(review: Review, words: Wording) -> Table:
    """Findings of no community, or of one that has no section."""
    findings = review.tables.get("findings", pd.DataFrame())
    if "community_id" not in findings.columns:
        return Table([], [])
    shown = {p.community_id for p in review.pages}
    general = findings[[c not in shown for c in findings["community_id"]]]
    return finding_table(general, words)
