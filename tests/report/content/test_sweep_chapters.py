"""The chapter of sweeps: what moves, beside the base; no figure of a failed run, or of other layers."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.reading import captioned_of, paragraphs_of
from tests.report.synthetic_review import synthetic_review

from spongecalc.assess.swept import Swept
from spongecalc.report.content.sweep_chapters import MOST_ROWS, sweeps_chapter
from spongecalc.report.content.wording import Wording

KEY = "rise.rain_outfall_level"


def rows(count=1):
    one = {
        "communities": "A01;A02",
        "scenario": "after",
        "storm_id": "P3-120",
        "runoff_m3": 10.0,
        "outflow_m3": 9.0,
        "backflow_m3": 0.0,
        "flooding_m3": 0.0,
        "ponded_m3": 0.5,
        "flooded_nodes": 2.0,
        "surcharged_pipes": 3.0,
        "outfalls_above_rim": 0.0,
        "routing_error_percent": 0.1,
    }
    failed = {
        k: None if k.endswith(("_m3", "_nodes", "_pipes", "_rim", "_percent")) else v for k, v in one.items()
    }
    base = {"set": "base", KEY: None, "status": "done", **one}
    high = {"set": "S001", KEY: 0.5, "status": "done", **one, "ponded_m3": 4.25}
    lost = {"set": "S002", KEY: 0.9, "status": "failed", **failed}
    return pd.DataFrame([base, high, lost] * count)


def chapter(*swept, lang="en"):
    review = replace(synthetic_review(), swept=swept)
    return sweeps_chapter(review, Wording.of(review, lang))


def test_a_project_without_a_sweep_in_its_report_has_no_chapter():
    assert chapter() is None


@pytest.mark.parametrize(("lang", "base", "failed"), [("zh", "基准", "失败"), ("en", "base", "failed")])
def test_every_set_stands_beside_the_base(lang, base, failed):
    ((caption, table),) = captioned_of(chapter(Swept("river", (KEY,), rows()), lang=lang))
    assert "river" in caption
    cells = [[c.text for c in row] for row in table.rows]
    assert [row[0] for row in cells] == [base, "0.5", "0.9"]
    assert [row[1] for row in cells] == ["A01, A02"] * 3
    assert [row[-5] for row in cells] == ["0.50", "4.25", failed]
    assert len(table.headings) == len(cells[0])
    assert KEY not in " ".join(h.text for h in table.headings)


def test_the_sets_of_a_community_stand_one_below_the_other():
    other = rows().assign(communities="A03")
    mixed = pd.concat([rows(), other]).iloc[[0, 3, 1, 4, 2, 5]]
    ((_, table),) = captioned_of(chapter(Swept("river", (KEY,), mixed)))
    cells = [[c.text for c in row] for row in table.rows]
    assert [row[1] for row in cells] == ["A01, A02"] * 3 + ["A03"] * 3
    assert [row[0] for row in cells] == ["base", "0.5", "0.9"] * 2


def test_what_is_due_or_too_long_is_said():
    told = chapter(Swept("old", (KEY,), None), Swept("long", (KEY,), rows(MOST_ROWS)))
    assert not captioned_of(told)
    said = " ".join(paragraphs_of(told))
    assert "spongecalc sweep old" in said and "results/sweeps/long.csv" in said


def swept(*ponded_m3):
    """The base and its sets of two communities, with so many cubic metres of ponding; one set failed."""
    table = rows(2)
    table.loc[3:, "communities"] = "A03"
    done = table["status"] == "done"
    table.loc[done, "ponded_m3"] = ponded_m3
    return Swept("river", (KEY,), table)


@pytest.mark.parametrize(
    ("ponded_m3", "lang", "said"),
    [
        # Base and set of A01+A02, then of A03: by 0.25 less, and by 3.5 more.
        ((1.0, 0.75, 2.0, 5.5), "en", ["larger in 1 and smaller in 1 of 2 runs", "A03", "2.00 → 5.50 m³", "0.5"]),
        ((1.0, 0.75, 2.0, 5.5), "zh", ["2 次计算中 1 次增大，1 次减小", "A03", "2.00 → 5.50 m³"]),
        ((1.0, 1.004, 2.0, 2.0), "en", ["larger in 0 and smaller in 0 of 2 runs"]),
    ],
)
def test_what_a_sweep_shows_is_said(ponded_m3, lang, said):
    told = " ".join(paragraphs_of(chapter(swept(*ponded_m3), lang=lang)))
    assert all(part in told for part in said), told
    assert ("→" in told) == (len(said) > 1)


def test_a_sweep_without_its_base_says_so():
    table = rows().iloc[1:]
    told = " ".join(paragraphs_of(chapter(Swept("river", (KEY,), table))))
    assert "no run of the base" in told
