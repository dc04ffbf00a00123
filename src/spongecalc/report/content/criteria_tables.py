"""The criteria of the verdict in tables: their limits, and what each community's answer to each of them is."""

from __future__ import annotations

from spongecalc.assess import criteria as judged
from spongecalc.assess.review import CommunityPage, Review
from spongecalc.report.content.anchors import anchors
from spongecalc.report.content.number_format import cell_text
from spongecalc.report.content.table import Cell, Heading, Table
from spongecalc.report.content.verdict_words import brief_said
from spongecalc.report.content.wording import Wording


def limit_figures(review: Review) -> dict[str, object]:
    """The figures that the sentences of limits are filled with, the same for all communities."""
    required = {p.row.get("waterlogging_required_a") for p in review.pages} - {None}
    return {
        "limit_m": judged.limit(review.targets, "length_difference_m", judged.LENGTH_TOLERANCE_M),
        "limit_m3": judged.limit(review.targets, "ponding_max_m3", judged.PONDING_MAX_M3),
        "target_percent": review.targets.get("capture_percent"),
        "required_a": min(required, key=str) if required else None,
        "storm": review.headline_storm,
    }


def criteria_table(review: Review, words: Wording) -> Table:
    """A row per community with its verdict and its answer to every criterion; the foot counts those that pass."""
    pages, keys = review.pages, anchors(review)
    headings = [
        Heading(words("column.community"), column="community"),
        Heading(words("verdict.overall"), column="verdict"),
        *(Heading(words(f"criterion.{c}"), column="verdict") for c in review.judging.asked),
    ]
    rows = []
    passed = dict.fromkeys(("", *review.judging.asked), 0)
    for rank, i in enumerate(judged.by_urgency([p.row for p in pages], review.judging)):
        page = pages[i]
        answer = judged.overall(page.row, review.judging)
        answers = {v.criterion: v.answer for v in judged.verdicts(page.row, review.judging)}
        passed[""] += answer == judged.PASS
        cells = [
            Cell(
                page.name, sort=page.community_id, link=f"#{keys[i]}", column="community", over=page.community_id
            ),
            Cell(words(f"verdict.{answer}"), sort=str(rank), badge=answer),
        ]
        for criterion in review.judging.asked:
            passed[criterion] += answers[criterion] == judged.PASS
            cells.append(Cell(words(f"verdict.{answers[criterion]}"), badge=answers[criterion]))
        rows.append(cells)
    foot = [Cell(words("verdict.passing")), *(Cell(f"{n} / {len(pages)}") for n in passed.values())]
    return Table(headings, rows, foot if rows else [])


def not_decisive_said(review: Review, words: Wording) -> list[str]:
    """Sentences on the criteria that the project takes out of the decision, each with its reason."""
    return [
        words("verdict.not_decisive", criterion=words(f"criterion.{c}"), reason=reason)
        for c, reason in review.not_decisive.items()
    ]


def reasons_said(page: CommunityPage, review: Review, words: Wording) -> str:
    """The criteria that a community does not pass, each with its answer and the fact that decides it."""
    return words.joined(
        words(
            "verdict.reason",
            criterion=words(f"criterion.{v.criterion}"),
            answer=words(f"verdict.{v.answer}"),
            fact=brief_said(v, page, review, words),
        )
        for v in judged.reasons(page.row, review.judging)
    )


def target_text(criterion: str, review: Review, words: Wording) -> str:
    """The limit of a criterion in words, with the project's target for the fall of runoff where it states one."""
    said = words.filled(f"limit.{criterion}", limit_figures(review))
    wanted = review.targets.get("runoff_reduction_percent")
    if criterion == "runoff" and wanted is not None:
        said += " " + words("document.target_runoff", percent=cell_text("_percent", wanted))
    return said
