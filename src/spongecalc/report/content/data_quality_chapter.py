"""The quality of the data: findings by rule, where they are, how much rests on inferred values."""

from __future__ import annotations

import pandas as pd

from spongecalc.assess.review import Review
from spongecalc.layers.provenance import FLAGS
from spongecalc.layers.rules.registry import rules
from spongecalc.report.content.document import Chapter, Drawing
from spongecalc.report.content.figures import FindingMap
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.map_extent import extent_of
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording


def data_quality(review: Review, words: Wording) -> Chapter | None:
    """Findings by rule with their meaning, a map of them, and where the models' values come from."""
    findings = review.tables.get("findings")
    if findings is None or findings.empty:
        return None
    counts = findings["severity"].value_counts()
    provenance = review.tables.get("provenance", pd.DataFrame())
    sentences = [
        words(
            "survey.part.paragraph",
            errors=int(counts.get("error", 0)),
            warnings=int(counts.get("warning", 0)),
            infos=int(counts.get("info", 0)),
            rules=findings["rule"].nunique(),
        )
    ]
    tables = [(words("survey.part.by_rule"), _by_rule(findings, words))]
    if len(provenance):
        sentences.append(_rests(provenance, words))
        tables.append((words("survey.part.by_column"), _by_column(provenance, words)))
    intake = review.tables.get("intake")
    if intake is not None and len(intake):
        sentences.append(words("intake.part.paragraph"))
        tables.append((words("intake.part.caption"), _intake(intake, words)))
    ground = review.tables.get("ground")
    if ground is not None and len(ground):
        sentences.append(words("survey.part.ground_said"))
        tables.append((words("survey.part.ground"), _ground(ground, words)))
    caption = words("survey.part.map")
    shown = _map(review, findings, caption)
    figures = [Drawing(caption, shown)] if shown is not None else []
    return inner_chapter(words, "data-quality", words("survey.part.heading"), sentences, tables, figures)


def _name(column: str, words: Wording) -> str:
    return words(f"survey.column.{column}")


def _by_rule(findings: pd.DataFrame, words: Wording) -> Table:
    order = {"error": 0, "warning": 1, "info": 2}
    groups = findings.groupby(["severity", "rule"], sort=False)
    rows = [
        (severity, rule, len(own), own["community_id"].replace("", None).nunique())
        for (severity, rule), own in groups
    ]
    rows.sort(key=lambda r: (order.get(str(r[0]), 3), -r[2], str(r[1])))
    known = rules()
    cells = [
        [
            Cell(words.name("severity", severity)),
            Cell(str(rule)),
            Cell(str(count), sort=str(count)),
            Cell(str(communities), sort=str(communities)),
            Cell(known[rule].meaning(words.lang) if rule in known else ""),
        ]
        for severity, rule, count, communities in rows
    ]
    headings = [
        Heading(_name(c, words), c in ("count", "communities"))
        for c in ("severity", "rule", "count", "communities", "meaning")
    ]
    return Table(headings, cells)


def _shares(counts: pd.Series) -> dict[str, str]:
    total = counts.sum()
    return {flag: f"{100 * counts.get(flag, 0) / total:.1f}" if total else "0" for flag in FLAGS}


def _rests(provenance: pd.DataFrame, words: Wording) -> str:
    counts = provenance.groupby("flag")["count"].sum()
    return words("survey.part.rests", total=int(counts.sum()), **_shares(counts))


def _by_column(provenance: pd.DataFrame, words: Wording) -> Table:
    counts = provenance.pivot_table(
        index=["layer", "column"], columns="flag", values="count", aggfunc="sum", sort=True, observed=True
    ).fillna(0)
    cells = [
        [
            Cell(words.name("layer", layer)),
            Cell(words.name("column", column)),
            *(Cell(f"{int(row.get(flag, 0))}", sort=f"{int(row.get(flag, 0))}") for flag in FLAGS),
        ]
        for (layer, column), row in counts.iterrows()
    ]
    headings = [Heading(_name("layer", words)), Heading(_name("column", words))]
    return Table([*headings, *(Heading(_name(flag, words), True) for flag in FLAGS)], cells)


def _intake(intake: pd.DataFrame, words: Wording) -> Table:
    """Amounts read of each layer and source, and where they went; one row for all communities of a rule."""
    rows = intake.groupby(["layer", "file", "fate", "rule"], sort=False)[["count", "length_m", "area_m2"]].sum()
    cells = [
        [
            Cell(words.name("layer", layer)),
            Cell(str(file)),
            Cell(words(f"intake.fate.{fate}")),
            Cell(str(rule)),
            Cell(str(int(own["count"])), sort=str(int(own["count"]))),
            *(Cell(cell_text(c, own[c]) if own[c] else "") for c in ("length_m", "area_m2")),
        ]
        for (layer, file, fate, rule), own in rows.iterrows()
    ]
    names = ("layer", "file", "fate", "rule", "count", "length_m", "area_m2")
    numeric = ("count", "length_m", "area_m2")
    return Table([Heading(words(f"intake.column.{n}"), n in numeric) for n in names], cells)


def _ground(ground: pd.DataFrame, words: Wording) -> Table:
    """The ground of each community: where it comes from, and how far its cells lie from what was measured."""
    measured = ("cell_m", "distance_median_m", "distance_max_m", "void_percent")
    known, raster = rules(), words("survey.part.raster")
    cells = [
        [
            Cell(str(row["community_id"])),
            Cell(str(row["file"])),
            Cell(cell_text("point_count", row["point_count"]) if row["point_count"] else raster),
            *(Cell(cell_text(c, row[c]) if is_known(row[c]) else "") for c in measured),
            Cell(known[row["refused"]].meaning(words.lang) if row["refused"] in known else ""),
        ]
        for _, row in ground.iterrows()
    ]
    names = ("community", "file", "point_count", *measured, "refused")
    return Table([Heading(_name(n, words), n in ("point_count", *measured)) for n in names], cells)


def _map(review: Review, findings: pd.DataFrame, label: str) -> FindingMap | None:
    """Communities in outline, and each finding that has a place; None where no community has an outline."""
    pages = [p for p in review.pages if p.boundary is not None and not p.boundary.is_empty]
    if extent_of(p.boundary.bounds for p in pages) is None:
        return None
    placed = findings[findings["x_m"].notna() & findings["y_m"].notna()]
    placed = placed.drop_duplicates(["severity", "rule", "layer", "feature_id"])
    return FindingMap(label, [(p.name, p.boundary) for p in pages], placed)
