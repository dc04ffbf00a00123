"""All scenarios side by side, and the progress of the works phase by phase."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from spongecalc.assess import criteria as judged
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.contract import SCHEMAS
from spongecalc.project.scenario_settings import Scenario
from spongecalc.report.content.anchors import anchored_pages
from spongecalc.report.content.document import Block, Chapter, Paragraph, TableBlock
from spongecalc.report.content.number_format import cell_text, is_known
from spongecalc.report.content.roles import CellRole, ChapterPlace, TextRole
from spongecalc.report.content.scenario_figures import (
    COUNTED,
    NO,
    SUMMED_LENGTHS,
    YES,
    by_scenario,
    column_name,
    counted,
    titled,
    totals,
)
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.wording import Wording, begun

# The answers of the whole project, then those of each community; peaks of communities do not add up.
COUNTY_FIGURES = ("runoff", "capture", "ponding", "ponding_sites", "cross_connections", "sewage_to_storm")
COMMUNITY_FIGURES = ("runoff", "peak", "capture", "ponding", "separated")
USUAL_COUNT = 2


def scenarios_chapter(review: Review, words: Wording) -> Chapter | None:
    """The answers of every scenario side by side (各情景对比); None where there are the two compared alone."""
    if len(review.scenarios) <= USUAL_COUNT:
        return None
    said = words("scenarios.said", names=words.listed(words.scenario(n) for n in words.scenario_names))
    blocks: list[Block] = [Paragraph(said)]
    county, left_out = _county(review, words)
    blocks.append(TableBlock(words("scenarios.county"), county, "scenarios"))
    if left_out:
        blocks.append(Paragraph(words("scenarios.left_out", figures=words.listed(left_out)), TextRole.REMARK))
    blocks.append(Paragraph(words("scenarios.peaks"), TextRole.REMARK))
    for figure in COMMUNITY_FIGURES:
        table = _communities(review, figure, words)
        if table.rows:
            caption = words("scenarios.of_communities", figure=titled(figure, words))
            blocks.append(TableBlock(caption, table, f"scenarios-{figure}", sortable=True))
    return Chapter("scenarios", words("scenarios.heading"), blocks, place=ChapterPlace.COUNTY)


def _headings(first: str, words: Wording) -> list[Heading]:
    return [Heading(first), *(Heading(words.scenario(n), True) for n in words.scenario_names)]


def _county(review: Review, words: Wording) -> tuple[Table, list[str]]:
    """The figures of all communities together, and the names of those that leave a community out."""
    rows, left_out = [], []
    separated = [str(counted(review, name, YES)) for name in words.scenario_names]
    rows.append([Cell(words("scenarios.separated", total=len(review.pages))), *(Cell(n) for n in separated)])
    for figure in COUNTY_FIGURES:
        found, count = totals(review, figure)
        if not found:
            continue
        if count < len(review.pages):
            left_out.append(words("scenarios.of", figure=words.name("figure", figure), count=count))
        name = column_name(figure)
        rows.append(
            [
                Cell(begun(titled(figure, words))),
                *(Cell(cell_text(name, found.get(s))) for s in words.scenario_names),
            ]
        )
    return Table(_headings(words("scenarios.figure"), words), rows), left_out


def _communities(review: Review, figure: str, words: Wording) -> Table:
    """A row for each community with its figure in every scenario."""
    values = by_scenario(review, figure)
    if not any(is_known(v) for v in values.to_numpy().ravel()):
        return Table([], [])
    headings = _headings("", words)
    headings[0] = Heading(words("column.community"), column="community")
    if figure == COUNTED:
        headings[1:] = [Heading(h.text) for h in headings[1:]]
    rows = []
    for page, anchor in anchored_pages(review):
        cells = [Cell(page.name, link=f"#{anchor}", over=page.community_id, column="community")]
        for scenario in words.scenario_names:
            value = values.loc[page.community_id, scenario]
            if figure == COUNTED:
                role = CellRole.ATTENTION if value == NO else CellRole.PLAIN
                cells.append(Cell(words.name("answer", value), role=role))
            else:
                cells.append(Cell(cell_text(column_name(figure), _number(value))))
        rows.append(cells)
    return Table(headings, rows)


def _number(value: object) -> object:
    """A value of the answers as a number where it is one: read back from disk it is text."""
    return pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0] if is_known(value) else None


def phases_chapter(review: Review, words: Wording) -> Chapter | None:
    """The progress phase by phase (分期进展): what is done after each, and its effect; None without phases."""
    phased = [s for s in review.scenarios if s.phases]
    if not phased:
        return None
    start = next((s for s in review.scenarios if not s.phases), None)
    laid = [f for f in SUMMED_LENGTHS if any(totals(review, f)[0].values())]
    headings = [
        Heading(words("phases.state")),
        Heading(words("phases.done")),
        Heading(words("page.communities"), True),
        Heading(words.name("column", "households"), True),
        *(Heading(begun(titled(f, words)), True) for f in laid),
        Heading(words("phases.paved"), True),
        Heading(words("phases.separated"), True),
        Heading(words("phases.not_separated"), True),
        *(Heading(begun(titled(f, words)), True) for f in ("runoff", "ponding")),
    ]
    paved = _permeable_m2(review)
    shown = [start, *phased] if start is not None else phased
    done = _done_pages(review, shown)
    at_start_m2 = paved.get(shown[0].name)
    rows = [_phase_cells(s, review, done[s.name], laid, paved, at_start_m2, words) for s in shown]
    blocks: list[Block] = [
        Paragraph(words("phases.said")),
        TableBlock(words("phases.table"), Table(headings, rows), "phases"),
        TableBlock(words("phases.by_phase"), _by_phase(review, shown, done, words), "phases-own"),
    ]
    blocks = [b for b in blocks if not isinstance(b, TableBlock) or b.table.rows]
    return Chapter("phases", words("phases.heading"), blocks, place=ChapterPlace.COUNTY)


def _works(page: CommunityPage, scenario: str) -> set[tuple[str, str, str]]:
    """The works that stand in a scenario, proposed and not yet removed: layer, status and id of each."""
    found = set()
    for layer, frame in page.layers[scenario].items():
        id_column = SCHEMAS[layer].id_column
        if {"status", id_column} <= set(frame.columns):
            own = frame[frame["status"].isin(["proposed", "removed"])]
            found |= {(layer, str(s), str(i)) for s, i in zip(own["status"], own[id_column], strict=True)}
    return found


def _is_done(page: CommunityPage, scenario: Scenario, start: Scenario | None) -> bool:
    """True where works of a community are done in a scenario: others stand there than in the first.

    A feature may have a phase of its own, and then its community's says nothing of it. Where the project has
    no state before its phases, works are done where something proposed stands. A community without a model goes
    by its own phase.
    """
    if scenario.name not in page.layers or (start is not None and start.name not in page.layers):
        return is_known(page.row.get("phase")) and str(page.row["phase"]) in (scenario.phases or ())
    works = _works(page, scenario.name)
    if start is None:
        return any(status == "proposed" for _, status, _ in works)
    return works != _works(page, start.name)


def _done_pages(review: Review, shown: list[Scenario]) -> dict[str, list[CommunityPage]]:
    """The communities whose works are done, in each scenario shown."""
    start = next((s for s in shown if not s.phases), None)
    return {s.name: [p for p in review.pages if _is_done(p, s, start)] for s in shown}


def _households(pages: list[CommunityPage]) -> str:
    known = [h for p in pages if is_known(h := judged.figure(p.row, "households"))]
    return cell_text("households", sum(known)) if known else ("0" if not pages else "")


def _phase_cells(
    scenario: Scenario,
    review: Review,
    pages: list[CommunityPage],
    laid: list[str],
    paved: dict[str, float],
    at_start_m2: float | None,
    words: Wording,
) -> list[Cell]:
    """The cells of a scenario: what is done in it, all phases up to it together."""
    own_m2 = paved.get(scenario.name)
    added = own_m2 - at_start_m2 if own_m2 is not None and at_start_m2 is not None else None
    effects = {f: totals(review, f)[0].get(scenario.name) for f in (*laid, "runoff", "ponding")}
    return [
        Cell(words.scenario(scenario.name)),
        Cell(words.listed(scenario.phases or ()) or words("phases.none")),
        Cell(str(len(pages))),
        Cell(_households(pages)),
        *(Cell(cell_text(column_name(f), effects[f])) for f in laid),
        Cell(cell_text("area_m2", added)),
        Cell(str(counted(review, scenario.name, YES))),
        Cell(str(counted(review, scenario.name, NO))),
        *(Cell(cell_text(column_name(f), effects[f])) for f in ("runoff", "ponding")),
    ]


def _permeable_m2(review: Review) -> dict[str, float]:
    """Permeable paving of all communities by scenario, in m2, over those known in every scenario."""
    sponge = review.tables.get("sponge", pd.DataFrame())
    if not {"community_id", "scenario", "storm_id", "permeable_m2"} <= set(sponge.columns):
        return {}
    own = sponge[sponge["storm_id"] == review.headline_storm]
    areas = own.pivot_table(index="community_id", columns="scenario", values="permeable_m2", aggfunc="first")
    areas = areas.dropna(axis=1, how="all").dropna()
    return {str(s): float(areas[s].sum()) for s in areas}


def _by_phase(
    review: Review, shown: list[Scenario], done: dict[str, list[CommunityPage]], words: Wording
) -> Table:
    """For the communities of each phase: their figures before their phase's works and after them."""
    rows = []
    phases: set[str] = set()
    counted_ids: set[str] = {p.community_id for p in done[shown[0].name]}
    for earlier, scenario in pairwise(shown):
        phases |= set(earlier.phases or ())
        new = tuple(p for p in scenario.phases or () if p not in phases)
        pages = [p for p in done[scenario.name] if p.community_id not in counted_ids]
        counted_ids |= {p.community_id for p in pages}
        if not pages:
            continue
        ids = [p.community_id for p in pages]
        cells = [Cell(words.listed(new)), Cell(str(len(pages))), Cell(_households(pages))]
        separated = [counted(review, s.name, YES, ids) for s in (earlier, scenario)]
        cells.append(Cell(" → ".join(str(n) for n in separated)))
        for figure in ("runoff", "ponding"):
            values = by_scenario(review, figure).loc[ids, [earlier.name, scenario.name]]
            values = values.apply(pd.to_numeric, errors="coerce").dropna()
            name = column_name(figure)
            written = [cell_text(name, float(values[s.name].sum())) for s in (earlier, scenario)]
            cells.append(Cell(" → ".join(written) if len(values) else ""))
        rows.append(cells)
    headings = [
        Heading(words("facts.phase")),
        Heading(words("page.communities"), True),
        Heading(words.name("column", "households"), True),
        Heading(words("phases.separated"), True),
        *(Heading(begun(titled(f, words)), True) for f in ("runoff", "ponding")),
    ]
    return Table(headings, rows)
