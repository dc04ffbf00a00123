"""Field measurements on the page: the balance, the model beside the sensors, where a misconnection may be."""

from __future__ import annotations

from spongecalc.assess.review import CommunityPage, Review
from spongecalc.evidence.findings_of_search import where_sentences
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.inner_chapter import inner_chapter
from spongecalc.report.content.table import Table, frame_table
from spongecalc.report.content.wording import Wording

COMPARISON = (
    "sensor_id",
    "place",
    "measurand",
    "unit",
    "measured",
    "measured_error",
    "modelled",
    "difference_in_errors",
    "agrees",
    "dry_readings",
)
BALANCE = (
    "node_id",
    "system",
    "above",
    "flow_m3_d",
    "sewage_m3_d",
    "sewage_error_m3_d",
    "sewage_gain_m3_d",
    "sewage_gain_error_m3_d",
    "answer",
)
LOCATION = ("network", "rank", "reach", "probability_percent", "sewage_m3_d", "sensors", "nodes")


def county_evidence(review: Review, words: Wording) -> Chapter | None:
    """The places that the measurements point to, and how far the model agrees; None without measurements."""
    sensors = review.tables.get("evidence_sensors")
    if sensors is None:
        return None
    lang = words.lang
    comparison = review.tables["evidence_comparison"]
    agree, differ = (int((comparison["agrees"] == a).sum()) for a in ("yes", "no"))
    compared = words("evidence.text_comparison", agree=agree, differ=differ)
    paragraphs = [
        words("evidence.text_dry", sensors=len(sensors), how=_how(review, words)),
        compared if agree + differ else words("evidence.text_compared_none"),
        words("evidence.text_location"),
    ]
    location = review.tables["evidence_location"]
    paragraphs.extend(where_sentences(location, lang))
    tables = []
    if len(location):
        tables.append((words("evidence.evidence_location"), frame_table(location, LOCATION, words)))
    return inner_chapter(words, "evidence", words("evidence.heading"), tuple(paragraphs), tuple(tables))


def community_evidence(page: CommunityPage, review: Review, words: Wording) -> Chapter | None:
    """A community's sensors beside the model, and the balance of its sites; None where it has no sensor."""
    sensors = review.tables.get("evidence_sensors")
    if sensors is None:
        return None
    own = sensors[sensors["community_id"] == page.community_id]
    if own.empty:
        return None
    comparison = review.tables["evidence_comparison"]
    compared = comparison[comparison["sensor_id"].isin(own["sensor_id"])].merge(
        own[["sensor_id", "dry_readings"]], on="sensor_id", how="left"
    )
    tables: list[tuple[str, Table]] = [
        (words("evidence.evidence_comparison"), frame_table(compared, COMPARISON, words))
    ]
    balance = review.tables["evidence_balance"]
    sites = balance[balance["community_id"] == page.community_id]
    paragraphs: list[str] = []
    if len(sites):
        paragraphs.append(words("evidence.text_balance"))
        tables.append((words("evidence.evidence_balance"), frame_table(sites, BALANCE, words)))
    return inner_chapter(words, "evidence", words("evidence.heading"), tuple(paragraphs), tuple(tables))


def _how(review: Review, words: Wording) -> str:
    """The way in which dry weather was told from wet."""
    for key, params in review.notes:
        if key == "note_dry_weather_of_rain":
            return words("evidence.how_rain", **params)
    return words("evidence.how_all")
