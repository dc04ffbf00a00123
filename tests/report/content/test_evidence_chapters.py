"""Field measurements on the page: the place, the comparison, the balance; nothing where nothing was measured."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from tests.report.reading import captioned_of, paragraphs_of
from tests.report.synthetic_review import synthetic_review

from spongecalc.report.content.evidence_chapters import community_evidence, county_evidence
from spongecalc.report.content.wording import Wording


def tables(community: str) -> dict[str, pd.DataFrame]:
    sensor = {
        "community_id": community,
        "sensor_id": "Q1",
        "place": "R1",
        "node_id": "R1",
        "measurand": "flow_l_s",
        "unit": "l/s",
        "measured": 0.06,
        "measured_error": 0.006,
        "dry_readings": 143,
    }
    comparison = {**sensor, "modelled": 0.053, "difference_in_errors": -1.1, "agrees": "yes"}
    del comparison["dry_readings"]
    balance = {"community_id": community, "node_id": "R1", "system": "storm", "sewage_m3_d": 4.59}
    places = {
        "network": ["R2", "R2"],
        "rank": [1, 2],
        "reach": ["R1", ""],
        "probability_percent": [97.0, 3.0],
        "sewage_m3_d": [4.6, 0.5],
        "sensors": [1, 1],
        "nodes": ["R0;R1", "R2"],
    }
    return {
        "evidence_sensors": pd.DataFrame([sensor]),
        "evidence_comparison": pd.DataFrame([comparison]),
        "evidence_balance": pd.DataFrame([{**balance, "answer": "gains_sewage"}]),
        "evidence_location": pd.DataFrame(places),
    }


def test_the_place_with_how_sure_and_the_second_best_is_said() -> None:
    review = synthetic_review()
    page = review.pages[0]
    review = replace(review, tables={**review.tables, **tables(page.community_id)})
    for lang in ("zh", "en"):
        part = county_evidence(review, Wording(lang))
        assert part is not None
        said = " ".join(paragraphs_of(part))
        assert "97 %" in said
        assert "3 %" in said
        assert "R0, R1" in said
    own = community_evidence(page, review, Wording("en"))
    assert own is not None
    cells = [c.text for _, table in captioned_of(own) for row in table.rows for c in row]
    assert "flow" in cells
    assert "143" in cells
    assert "sewage enters" in cells
    assert community_evidence(review.pages[1], review, Wording("en")) is None


def test_without_sensors_there_is_no_part() -> None:
    review = synthetic_review()
    assert county_evidence(review, Wording("zh")) is None
    assert community_evidence(review.pages[0], review, Wording("zh")) is None
