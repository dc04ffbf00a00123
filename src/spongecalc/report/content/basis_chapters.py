"""The basis of the review: standards, storms, data and its checks, ground, targets, facilities."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.communities import TOTAL
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.assess.settled import TABLE as SETTLED
from spongecalc.catalogue.catalogue import ROOF, shipped
from spongecalc.catalogue.own_values import own_values
from spongecalc.rainfall.formula_range import NO_DATE
from spongecalc.report.content.anchors import anchored_pages
from spongecalc.report.content.capture_chapters import has_ways
from spongecalc.report.content.closed_lists import coded
from spongecalc.report.content.community_tables import headline_storm
from spongecalc.report.content.criteria_tables import limit_figures, not_decisive_said, target_text
from spongecalc.report.content.design_basis import basis_of_design
from spongecalc.report.content.document import Block, Chapter, Drawing, Items, Paragraph, TableBlock
from spongecalc.report.content.figures import Hyetograph
from spongecalc.report.content.finding_table import finding_blocks
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.roles import ChapterPlace, FigureRole, TableRole, TextRole
from spongecalc.report.content.runoff_losses import runoff_losses
from spongecalc.report.content.standard_names import source_name
from spongecalc.report.content.standards_read import standards_read
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording

# Rules that replace a value which the survey lacks: what rests on them rests on an inference.
INFERENCES = (
    "end.joined",
    "pipe.invert_from_node",
    "pipe.roughness_from_material",
    "pipe.roughness_assumed",
    "node.invert_from_pipe",
    "node.ground_from_dem",
    "lead.assumed",
    "surface.gap",
)


def notes_chapter(review: Review, words: Wording) -> Chapter:
    """The notes that a reader must know before any figure, and findings that belong to no community."""
    notes = [words.note(key, params) for key, params in review.notes]
    formulas = dict.fromkeys(
        (s.formula_place, s.formula_text, s.formula_source, s.formula_how_known, s.formula_holds)
        for s in review.storms
    )
    for place, formula, source, how_known, holds in formulas:
        known = {"place": place, "formula": formula, "source": source_name(source, words.lang)}
        notes.append(words("note.formula", **known, how_known=coded("how_known", how_known, words)))
        notes.append(
            words(
                "note.formula_holds",
                place=place,
                sampling=words(f"sampling.{holds.sampling}"),
                shortest=f"{holds.shortest_min:g}",
                longest=f"{holds.longest_min:g}",
                least=f"{holds.p_from_a:g}",
                most=f"{holds.p_to_a:g}",
                issued=words("sampling.no_date") if holds.issued == NO_DATE else holds.issued,
            )
        )
    if _has_ranges(review):
        notes.append(words("note.range"))
    blocks: list[Block] = [Items([*notes, words("note.length_rule")])]
    blocks += finding_blocks(general_findings(review), words("section.general_findings"), words)
    return Chapter("notes", words("section.notes"), blocks, place=ChapterPlace.COUNTY)


def _has_ranges(review: Review) -> bool:
    """True where a figure of the report is known to a range only."""
    rows = review.tables.get(SETTLED)
    return rows is not None and len(rows) > 0


def general_findings(review: Review) -> pd.DataFrame:
    """Findings of no community, or of one that has no section."""
    findings = review.tables.get("findings", pd.DataFrame())
    if "community_id" not in findings.columns:
        return pd.DataFrame()
    return findings[~findings["community_id"].isin({p.community_id for p in review.pages})]


def basis_chapter(review: Review, words: Wording) -> Chapter:
    """The documents and clauses applied, the limits of the verdicts, and the standards' tables of the package."""
    rows = []
    for criterion in review.judging.asked:
        said = words.filled(f"limit.{criterion}", limit_figures(review))
        rows.append([Cell(words(f"criterion.{criterion}")), Cell(said)])
    limits = Table([Heading(words("verdict.column_question")), Heading(words("verdict.column_limit"))], rows)
    blocks: list[Block] = [
        *basis_of_design(review.tables.get("design_basis", pd.DataFrame()), words),
        TableBlock(words("document.limits"), limits, "limits"),
        Paragraph(words("document.standards_said"), TextRole.REMARK),
        *standards_read(review.confirmations, words),
        *_own_rows(words),
    ]
    return Chapter("basis", words("document.section_basis"), blocks)


def _own_rows(words: Wording) -> list[Block]:
    """Covers, materials and trade sizes that the project sets itself, each with its reason."""
    known = words.catalogue
    rows = [
        (
            words("document.cover"),
            c.cover,
            c.name(words.lang),
            words.name("cover", c.like),
            words.listed(own_values(c, (shipped() if c.like == c.cover else known).covers[c.like])),
            c.reason,
        )
        for c in known.own_covers
    ]
    rows += [
        (
            words("column.material"),
            m.material,
            m.name(words.lang),
            known.materials[m.like].name(words.lang),
            words.listed(own_values(m, known.materials[m.like])),
            m.reason,
        )
        for m in known.own_materials
    ]
    if known.trade_sizes_reason:
        sizes = words.listed(f"DN{s:g}" for s in known.trade_sizes_mm)
        rows.append((words("document.own_sizes"), "", "", "", sizes, known.trade_sizes_reason))
    if not rows:
        return []
    headings = [Heading(words(f"document.own_{c}")) for c in ("kind", "id", "name", "like", "values", "reason")]
    body = [[Cell(text) for text in row] for row in rows]
    return [TableBlock(words("document.own_rows"), Table(headings, body), "own-rows")]


def storms_chapter(review: Review, words: Wording) -> Chapter:
    """The design storms with their formula, and the headline storm's hyetograph."""
    blocks: list[Block] = []
    if review.storms:
        blocks.append(TableBlock(words("section.storms"), _storm_table(review, words), "storms", TableRole.LIST))
    else:
        blocks.append(Paragraph(words("table.no_storms"), TextRole.NOTHING))
    storm = headline_storm(review)
    if storm is not None and len(storm.intensity_mm_h):
        peak = cell_text("_mm_h", storm.intensity_mm_h.max())
        label = words("chart.storm_label", storm=storm.storm_id, peak=peak)
        chart = Hyetograph(label, "storm-chart", storm.intensity_mm_h)
        caption = words("chart.storm_title", storm=storm.storm_id)
        blocks.append(Drawing(caption, chart, FigureRole.HYETOGRAPH))
    return Chapter("storms", words("section.storms"), blocks)


def _storm_table(review: Review, words: Wording) -> Table:
    headings = [
        Heading(words("column.storm_id")),
        *(Heading(words(f"column.{c}"), True) for c in ("return_period_a", "duration_min", "depth_mm")),
        Heading(words("table.maximum"), True),
        *(Heading(words(f"table.{c}")) for c in ("formula", "source", "how_known")),
    ]
    rows = [
        [
            Cell(
                words("table.headline", storm=s.storm_id) if s.storm_id == review.headline_storm else s.storm_id
            ),
            *(Cell(cell_text(c, getattr(s, c))) for c in ("return_period_a", "duration_min", "depth_mm")),
            Cell(cell_text("_mm_h", s.intensity_mm_h.max()) if len(s.intensity_mm_h) else ""),
            Cell(f"{s.formula_place}  {s.formula_text}"),
            Cell(source_name(s.formula_source, words.lang)),
            Cell(coded("how_known", s.formula_how_known, words)),
        ]
        for s in review.storms_by_period
    ]
    return Table(headings, rows)


def data_chapter(review: Review, words: Wording) -> Chapter:
    """Findings by rule, and by community the share of features that rest on an inferred value."""
    findings = review.tables.get("findings", pd.DataFrame())
    blocks: list[Block] = []
    if {"rule", "severity", "feature_id", "community_id"} <= set(findings.columns) and len(findings):
        groups = findings.groupby(["severity", "rule"], sort=True)
        order = {"error": 0, "warning": 1, "info": 2}
        rows = []
        for (severity, rule), own in sorted(groups, key=lambda g: (order.get(str(g[0][0]), 9), str(g[0][1]))):
            features = own.drop_duplicates(["layer", "feature_id"]) if "layer" in own else own
            rows.append(
                [
                    Cell(words.name("severity", severity)),
                    Cell(str(rule)),
                    Cell(words("document.yes") if rule in INFERENCES else ""),
                    Cell(str(len(features))),
                    Cell(str(own["community_id"].replace("", None).nunique())),
                    Cell(str(own["action"].iloc[0]) if "action" in own else "", column="action"),
                ]
            )
        names = ("severity", "rule", "inferred", "features", "communities", "action")
        numeric = ("features", "communities")
        headings = [Heading(words(f"document.data_{n}"), n in numeric, n) for n in names]
        blocks.append(TableBlock(words("document.data_by_rule"), Table(headings, rows), "rules"))
    else:
        blocks.append(Paragraph(words("table.no_findings"), TextRole.NOTHING))
    shares = [(p, a, inferred_share(p)) for p, a in anchored_pages(review)]
    rows = [
        [
            Cell(p.name, link=f"#{a}", over=p.community_id, column="community"),
            Cell(str(s[1])),
            Cell(str(s[0])),
            Cell(cell_text("_percent", 100 * s[0] / s[1]) if s[1] else ""),
            *(Cell(cell_text(c, p.row.get(c)), trace=f"{p.community_id}:{c}") for c in ("errors", "warnings")),
        ]
        for p, a, s in shares
    ]
    if rows:
        headings = [
            Heading(words("column.community"), column="community"),
            *(Heading(words(f"document.quality_{c}"), True) for c in ("features", "inferred", "share")),
            *(Heading(words(f"document.quality_{c}"), True) for c in ("errors", "warnings")),
        ]
        blocks += [
            Paragraph(words("document.quality_said"), TextRole.REMARK),
            TableBlock(words("document.quality"), Table(headings, rows), "quality"),
        ]
    return Chapter("data", words("document.section_data"), blocks)


def inferred_share(page: CommunityPage) -> tuple[int, int]:
    """Count of a community's features that hold a value that the survey lacks, and how many features it has."""
    features: set[tuple[str, str]] = set()
    for layers in page.layers.values():
        for name, layer in layers.items():
            id_column = next((c for c in layer.columns if c.endswith("_id") and c != "community_id"), None)
            if id_column is not None:
                features |= {(name, str(i)) for i in layer[id_column]}
    found = page.findings
    if not {"rule", "layer", "feature_id"} <= set(found.columns):
        return 0, len(features)
    inferred = found[found["rule"].isin(INFERENCES)]
    named = {(str(a), str(b)) for a, b in zip(inferred["layer"], inferred["feature_id"], strict=True)}
    return len(named & features), len(features)


def surfaces_chapter(review: Review, words: Wording) -> Chapter:
    """Areas by cover in each scenario (下垫面分析表)."""
    first, last = review.compared
    areas = {s: {p.community_id: cover_areas_m2(p, s) for p in review.pages} for s in words.scenario_names}
    covers = sorted({c for by in areas.values() for own in by.values() for c in own})
    if not covers:
        none = [Paragraph(words("document.no_surfaces"), TextRole.NOTHING)]
        return Chapter("surfaces", words("document.section_surfaces"), none)
    sums = {
        s: {c: sum(own.get(c, 0.0) for own in areas[s].values()) for c in covers} for s in words.scenario_names
    }
    totals = {s: sum(sums[s].values()) for s in words.scenario_names}
    headings = [Heading(words("document.cover"))]
    for scenario in words.scenario_names:
        headings += [
            Heading(words("document.area_of", scenario=words.scenario(scenario)), True),
            Heading(words("document.share"), True),
        ]
    headings.append(Heading(words("document.change"), True))
    rows, foot = [], [Cell(words("table.total"))]
    for cover in covers:
        cells = [Cell(words.name("cover", cover))]
        for s in words.scenario_names:
            cells += [Cell(cell_text("_m2", sums[s][cover])), Cell(_share(sums[s][cover], totals[s]))]
        rows.append([*cells, Cell(_change(sums[last][cover] - sums[first][cover]))])
    for s in words.scenario_names:
        foot += [Cell(cell_text("_m2", totals[s])), Cell(_share(totals[s], totals[s]))]
    foot.append(Cell(_change(totals[last] - totals[first])))
    blocks: list[Block] = [TableBlock(words("document.surfaces_all"), Table(headings, rows, foot), "covers")]
    for scenario in words.scenario_names:
        own = [Heading(words("column.community"), column="community")]
        own += [Heading(words.name("cover", c), True) for c in covers]
        own.append(Heading(words("table.total"), True))
        body = []
        for page, anchor in anchored_pages(review):
            by = areas[scenario][page.community_id]
            cells = [Cell(page.name, link=f"#{anchor}", over=page.community_id, column="community")]
            cells += [Cell(cell_text("_m2", by[c]) if c in by else "") for c in covers]
            body.append([*cells, Cell(cell_text("_m2", sum(by.values())) if by else "")])
        caption = words("document.surfaces_of", scenario=words.scenario(scenario))
        blocks.append(TableBlock(caption, Table(own, body), "surfaces"))
    blocks += runoff_losses(review, words)
    return Chapter("surfaces", words("document.section_surfaces"), blocks, wide=len(covers) > 6)


def cover_areas_m2(page: CommunityPage, scenario: str) -> Mapping[str, float]:
    """Area of a community's surfaces by cover, in m2; its buildings are roofs where no surface is one."""
    areas = _surface_areas_m2(page, scenario)
    buildings = page.layers.get(scenario, {}).get("buildings")
    if areas and ROOF not in areas and buildings is not None and len(buildings):
        areas[ROOF] = float(buildings.geometry.area.sum())
    return areas


def _surface_areas_m2(page: CommunityPage, scenario: str) -> dict[str, float]:
    layer = page.layers.get(scenario, {}).get("surfaces")
    if layer is None or len(layer) == 0 or "cover" not in layer:
        return {}
    areas: dict[str, float] = {}
    for cover, geometry in zip(layer["cover"], layer.geometry, strict=True):
        if is_known(cover) and geometry is not None and geometry.area > 0:
            areas[str(cover)] = areas.get(str(cover), 0.0) + float(geometry.area)
    return areas


def _share(part: float, whole: float) -> str:
    return cell_text("_percent", 100 * part / whole) if whole > 0 else ""


def _change(value: float) -> str:
    written = cell_text("_m2", value)
    return written if written.startswith("-") or not float(written) else f"+{written}"


def targets_chapter(review: Review, words: Wording) -> Chapter:
    """The targets that the design is held against, and how many communities meet it (设计目标表)."""
    answers = [{v.criterion: v.answer for v in judged.verdicts(p.row, review.judging)} for p in review.pages]
    rows = []
    for criterion in review.judging.asked:
        counted = [[a[criterion] for a in answers].count(v) for v in judged.ANSWERS]
        target = Cell(target_text(criterion, review, words))
        rows.append([Cell(words(f"criterion.{criterion}")), target, *(Cell(str(n)) for n in counted)])
    headings = [
        Heading(words("verdict.column_question")),
        Heading(words("document.target"), column="message"),
        *(Heading(words(f"verdict.{v}"), True) for v in judged.ANSWERS),
    ]
    table = Table(headings, rows)
    blocks: list[Block] = [TableBlock(words("document.section_targets"), table, "targets")]
    if said := not_decisive_said(review, words):
        blocks.append(Items(said))
    return Chapter("targets", words("document.section_targets"), blocks)


FACILITY_COLUMNS = ("kind", "volume_m3", "area_m2", "catchment_m2", "from_node", "overflow_to", "status")


def facilities_chapter(review: Review, words: Wording) -> Chapter:
    """Every facility of the last scenario compared (设施一览表), and permeable paving by community."""
    rows = []
    for page in review.pages:
        layer = page.layers.get(review.compared[1], {}).get("facilities")
        if layer is None:
            continue
        for row in layer.to_dict("records"):
            cells = [Cell(page.community_id), Cell(cell_text("facility_id", row.get("facility_id")))]
            for column in FACILITY_COLUMNS:
                value = row.get(column)
                named = column in ("kind", "status")
                cells.append(Cell(words.name(column, value) if named else cell_text(column, value)))
            rows.append(cells)
    headings = [Heading(words("column.community_id")), Heading(words("document.facility_id"))]
    headings += [
        Heading(words.name("column", c), c in ("volume_m3", "area_m2", "catchment_m2")) for c in FACILITY_COLUMNS
    ]
    blocks: list[Block] = []
    if rows:
        blocks.append(TableBlock(words("document.section_facilities"), Table(headings, rows), "fac"))
    else:
        blocks.append(Paragraph(words("document.no_facilities"), TextRole.NOTHING))
    sponge = review.tables.get("sponge", pd.DataFrame())
    if {"community_id", "scenario", "storm_id", "permeable_m2"} <= set(sponge.columns):
        own = sponge[sponge["storm_id"] == review.headline_storm]
        columns = [c for c in ("permeable_m2", "green_m2", "impervious_m2", "tank_held_m3") if c in own]
        headings = [Heading(words("column.community_id"))]
        for c in columns:
            headings += [
                Heading(f"{words(f'document.{c}')} {words.scenario(s)}", True) for s in words.scenario_names
            ]
        body = []
        for community, both in own.groupby("community_id", sort=True):
            cells = [Cell(str(community))]
            for c in columns:
                for s in words.scenario_names:
                    value = both.loc[both["scenario"] == s, c]
                    cells.append(Cell(cell_text(c, value.iloc[0]) if len(value) else ""))
            body.append(cells)
        if body:
            blocks.append(TableBlock(words("document.sponge_areas"), Table(headings, body), "paving"))
    return Chapter("facilities", words("document.section_facilities"), blocks)


def capture_chapter(review: Review, words: Wording) -> Chapter:
    """The annual capture ratio (年径流总量控制率计算表), or that it was not computed."""
    table = review.tables.get("communities", pd.DataFrame())
    # By the other methods it stands in the chapter within.
    shown = re.compile(r"capture_.+_percent(_low|_high)?|target_lost_year(_low|_high)?")
    columns = [c for c in table.columns if shown.fullmatch(str(c))]
    blocks: list[Block] = []
    if columns and table[columns].notna().any(axis=None):
        headings = [Heading(words("column.community_id"))]
        headings += [Heading(words.name("column", c), True) for c in columns]
        rows = []
        for row in table.to_dict("records"):
            own = str(row["community_id"])
            cells = [Cell(cell_text(str(c), row[c]), trace=f"{own}:{c}") for c in columns]
            rows.append([Cell(words("table.total") if own == TOTAL else own), *cells])
        blocks.append(TableBlock(words("document.capture_table"), Table(headings, rows), "capture"))
        methods = [words.name("capture_method", m) for m in dict.fromkeys(table["capture_method"].dropna()) if m]
        said = words("document.capture_said", method=words.listed(methods) or words("page.unknown"))
        blocks.append(Paragraph(said, TextRole.REMARK))
    elif not has_ways(review):
        blocks.append(Paragraph(words("document.no_capture"), TextRole.NOTHING))
    return Chapter("capture", words("document.section_capture"), blocks)
