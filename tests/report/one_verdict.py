"""The verdict wherever it stands: communities.csv, each chapter, the table, page one, the conclusions."""

from __future__ import annotations

import re

import pandas as pd

from spongecalc.assess.criteria import ANSWERS, overall, reasons_listed
from spongecalc.assess.review import Review
from spongecalc.report.content.compose import compose
from spongecalc.report.content.wording import Wording


def assert_one_verdict(review: Review, table: pd.DataFrame, lang: str) -> None:
    """Fail unless every community has one verdict, with the same reasons, wherever a reader finds it.

    ``table`` is communities.csv, as it was read or as it stands in the review.
    """
    words = Wording.of(review, lang)
    table = table.set_index("community_id")
    document = compose(review, lang)
    chapters = {c.key: c for c in document.chapters}
    criteria = next(b for b in chapters["communities"].blocks if getattr(b, "name", "") == "criteria")
    badges = {r[0].over: [c.badge for c in r[1:]] for r in criteria.table.rows}
    counts = next(b for b in chapters["overview"].blocks if b.kind == "counts")
    said, reasons = [b.texts for b in chapters["conclusions"].blocks if b.kind == "items"][:2]
    answers: list[str] = []
    told: dict[str, str] = {}
    for page, key in zip(review.pages, (c.key for c in document.chapters if c.badge), strict=True):
        answer = table.loc[page.community_id, "verdict"]
        answers.append(answer)
        assert answer == overall(page.row, review.judging) == chapters[key].badge
        assert badges[page.community_id][0] == answer
        # An empty cell of a CSV is read as not a number.
        listed = table.loc[page.community_id, "verdict_reasons"]
        assert ("" if pd.isna(listed) else listed) == reasons_listed(page.row, review.judging)
        lines = next(b for b in chapters[key].blocks if b.kind == "verdicts").lines
        assert badges[page.community_id][1:] == [line.answer for line in lines]
        assert (answer == "pass") == ({line.answer for line in lines} == {"pass"})
        named = dict(reason.split("=") for reason in str(listed).split("; ")) if answer != "pass" else {}
        if "status" not in named:
            assert named == {line.question: line.answer for line in lines if line.answer != "pass"}
        if answer != "pass":
            told[key] = f"{page.community_id} {page.name}"
    assert set(table.index) - {"TOTAL"} == {p.community_id for p in review.pages}
    assert counts.counts == {a: answers.count(a) for a in ANSWERS}
    numbers = [int(n) for n in re.findall(r"\d+", said[0])]
    assert numbers == [len(answers), *(answers.count(a) for a in ANSWERS)]
    # Each that does not pass stands once on page one and once in the conclusions, with its reasons.
    assert {key for key, *_ in counts.attention} == set(told)
    assert len(counts.attention) == len(told)
    lines_told = reasons[: len(told)]
    for key, name, with_reasons in counts.attention:
        assert name == told[key]
        community = name.split(" ")[0]
        verdict = words(f"verdict.{table.loc[community, 'verdict']}")
        assert with_reasons.startswith(verdict)
        (line,) = [text for text in lines_told if text.startswith(name)]
        assert verdict in line
        for reason in str(table.loc[community, "verdict_reasons"]).split("; "):
            criterion, _, answer = reason.partition("=")
            if criterion != "status":
                named = {"criterion": words(f"criterion.{criterion}"), "answer": words(f"verdict.{answer}")}
                part = words("verdict.reason", **named, fact="")
                # The same fact stands behind it in both.
                fact = with_reasons.partition(part)[2].partition("；" if lang == "zh" else "; ")[0]
                assert fact and part + fact in line
