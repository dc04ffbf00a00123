from dataclasses import replace

import pandas as pd
import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.document import Paragraph, TableBlock
from spongecalc.report.content.runoff_losses import runoff_losses
from spongecalc.report.content.wording import Wording


def review_with(rows: list[dict]):
    review = synthetic_review()
    return replace(review, tables={**review.tables, "sponge": pd.DataFrame(rows)})


def row(scenario: str, **figures: float) -> dict:
    review = synthetic_review()
    page = review.pages[0]
    balance = {
        "rainfall_m3": 152.99,
        "infiltration_m3": 3.76,
        "evaporation_m3": 0.0,
        "tank_held_m3": 0.0,
        "runoff_m3": 145.59,
        "runoff_coefficient": 0.952,
        "impervious_m2": 0.94 * float(page.row["area_m2"]),
    }
    return {
        "community_id": page.community_id,
        "scenario": scenario,
        "storm_id": review.headline_storm,
        **balance,
        **figures,
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_losses_and_runoff_make_up_the_rain(lang):
    after = {"infiltration_m3": 30.0, "tank_held_m3": 5.0, "runoff_m3": 100.0}
    blocks = runoff_losses(review_with([row("before"), row("after", **after)]), Wording(lang))
    (table,) = [b.table for b in blocks if isinstance(b, TableBlock)]
    figures = [[float(c.text) for c in cells[1:]] for cells in table.rows]
    rain, *parts = figures
    for column in range(4):
        assert sum(p[column] for p in parts) == pytest.approx(rain[column], abs=0.03)
    # By hand: 152.99 - 3.76 - 145.59 = 3.64 m3 stay in depressions, 2.38 % of the rain.
    assert figures[4][:2] == [3.64, 2.38]
    assert figures[4][2] == pytest.approx(17.99)
    (said,) = [b.text for b in blocks if isinstance(b, Paragraph)]
    for figure in ("0.952", "94.00", "2.46", "2.38"):
        assert figure in said


def test_nothing_is_said_without_a_result():
    assert runoff_losses(review_with([]), Wording("zh")) == []
    unknown = row("before", runoff_m3=float("nan"))
    assert runoff_losses(review_with([unknown]), Wording("zh")) == []
