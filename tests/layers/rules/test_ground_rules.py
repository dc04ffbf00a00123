"""Which of two surfaces on the same ground counts in a scenario: never by ids, nor by the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from shapely import Geometry, box
from tests.planting import X, Y, add, both, edit, shape
from tests.small_project import Change, Frames, SmallProject, write_small_project

from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked

# A part of the lawn of square C, west of nothing else: 10 x 5 m on C-G.
BED = box(X + 28, Y + 20, X + 38, Y + 25)
RULES = {"surface.overlap", "surface.same_ground", "surface.replaced", "surface.laid_over"}


def bed(geometry: Geometry = BED, **values: object) -> Change:
    given = {"surface_id": "C-B", "cover": "asphalt", "status": "existing", "geometry": geometry}
    return add("surfaces", "C-G", **{**given, **values})


def dated(**days: str) -> Change:
    """A change that fills in the days of some surfaces by id."""

    def change(frames: Frames) -> None:
        surfaces = frames["surfaces"]
        surfaces["laid"] = surfaces["surface_id"].map({k.replace("_", "-"): v for k, v in days.items()})

    return change


def checked(project: SmallProject) -> Checked:
    return pipeline.check(load_project(project.folder))


def of_rules(result: Checked) -> list[Finding]:
    return [f for f in result.findings if f.rule in RULES]


def said(result: Checked) -> list[tuple[str, str, str, str]]:
    return [(f.rule, f.feature.feature_id, f.found["other"], f.found["area"]) for f in of_rules(result)]


def covers_m2(result: Checked, community: str) -> dict[str, Mapping[str, float]]:
    """Square metres of each cover in each scenario's model of a community."""
    found: dict[str, dict[str, float]] = {}
    for model in pipeline.build(result).models:
        if model.name == community:
            own = found.setdefault(model.scenario, {})
            for area in model.areas:
                for cover, m2 in area.covers_m2.items():
                    own[cover] = own.get(cover, 0.0) + m2
    return {s: {c: round(m2, 2) for c, m2 in own.items()} for s, own in found.items()}


def test_what_is_proposed_replaces_what_exists(small_project: Callable[..., SmallProject]) -> None:
    """800 m2 of lawn before (40 x 25 less a house of 200), 50 of them asphalt after."""
    result = checked(small_project(second=bed(status="proposed")))
    assert said(result) == [("surface.replaced", "C-G", "C-B", "50.0")]
    covers = covers_m2(result, "C")
    assert covers["before"] == {"roof": 200.0, "concrete": 600.0, "green": 800.0}
    assert covers["after"] == {"roof": 200.0, "permeable_concrete": 600.0, "green": 750.0, "asphalt": 50.0}


@pytest.mark.parametrize(
    ("lawn", "bed_day"), [("2009-05-01", "2015"), ("2009", "2010-01-01"), ("2009-05", "2009-06")]
)
def test_the_newer_replaces_the_older_however_large(
    small_project: Callable[..., SmallProject], lawn: str, bed_day: str
) -> None:
    result = checked(small_project(second=both(bed(), dated(C_G=lawn, C_B=bed_day))))
    assert said(result) == [("surface.laid_over", "C-G", "C-B", "50.0")]
    assert covers_m2(result, "C")["before"] == {"roof": 200.0, "concrete": 600.0, "green": 750.0, "asphalt": 50.0}


def test_a_newer_lawn_lies_on_the_older_bed(small_project: Callable[..., SmallProject]) -> None:
    result = checked(small_project(second=both(bed(), dated(C_G="2015", C_B="2009"))))
    assert said(result) == [("surface.laid_over", "C-B", "C-G", "50.0")]
    assert covers_m2(result, "C")["before"] == {"roof": 200.0, "concrete": 600.0, "green": 800.0}


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"C_G": "2009"},
        {"C_B": "2009"},
        {"C_G": "2009", "C_B": "2009-05-01"},
        {"C_G": "2009-05", "C_B": "2009-05"},
    ],
)
def test_where_nothing_decides_it_is_an_error_of_that_community_alone(
    small_project: Callable[..., SmallProject], days: dict[str, str]
) -> None:
    """No day, one day, a day within the year of the other: nobody can say which is newer."""
    result = checked(small_project(second=both(bed(), dated(**days))))
    (finding,) = of_rules(result)
    assert (finding.rule, finding.severity) == ("surface.same_ground", "error")
    for language in ("en", "zh"):
        assert "50.0 m2" in finding.message(language)
        assert {finding.feature.feature_id, finding.found["other"]} == {"C-G", "C-B"}
    assert result.excluded == {"C"}


def test_two_proposed_surfaces_are_told_by_their_days(small_project: Callable[..., SmallProject]) -> None:
    lane = bed(box(X, Y, X + 10, Y + 15), status="proposed")
    assert said(checked(small_project(second=lane)))[0][0] == "surface.same_ground"


def test_two_proposed_surfaces_with_days(small_project: Callable[..., SmallProject]) -> None:
    lane = both(
        bed(box(X, Y, X + 10, Y + 15), status="proposed"), dated(**{"C_B": "2024-03-02", "C_L1": "2024-03-01"})
    )
    assert said(checked(small_project(second=lane))) == [("surface.laid_over", "C-L1", "C-B", "150.0")]


@pytest.mark.parametrize(
    ("over_m", "rule"), [(0.02, ""), (0.06, "surface.overlap"), (0.12, "surface.same_ground")]
)
def test_a_strip_along_the_edge_is_no_error(
    small_project: Callable[..., SmallProject], over_m: float, rule: str
) -> None:
    """The lane before drawn over the lawn by some centimetres along 40 m: 0.8, 2.4 and 4.8 m2."""
    lane = shape("surfaces", "C-L0", box(X, Y, X + 40, Y + 15 + over_m))
    result = checked(small_project(second=lane))
    assert [f[0] for f in said(result)] == ([rule] if rule else [])
    if rule != "surface.same_ground":
        # The lane is the smaller of the two and has the strip.
        assert covers_m2(result, "C")["before"]["concrete"] == pytest.approx(600 + 40 * over_m, abs=0.01)


def turned_round(frames: Frames) -> None:
    """Rows from the last to the first, and ids that sort the other way."""
    surfaces = frames["surfaces"].iloc[::-1].reset_index(drop=True)
    names = sorted(surfaces["surface_id"])
    other = dict(zip(names, reversed(names), strict=True))
    frames["surfaces"] = surfaces.assign(surface_id=surfaces["surface_id"].map(other))


@pytest.mark.parametrize(
    "change",
    [
        bed(status="proposed"),
        both(bed(), dated(C_G="2009", C_B="2015")),
        shape("surfaces", "C-L0", box(X, Y, X + 40, Y + 15.06)),
    ],
)
def test_ids_and_rows_decide_nothing(tmp_path: Path, change: Change) -> None:
    plain = checked(write_small_project(tmp_path / "plain", second=change))
    other = checked(write_small_project(tmp_path / "other", second=both(change, turned_round)))
    assert covers_m2(plain, "C") == covers_m2(other, "C")
    assert sorted((f.rule, f.found["area"]) for f in of_rules(plain)) == sorted(
        (f.rule, f.found["area"]) for f in of_rules(other)
    )
    texts = [
        {(m.name, m.scenario): m.text(b.events[0]) for m in b.models}
        for b in (pipeline.build(plain), pipeline.build(other))
    ]
    assert texts[0] == texts[1]


def test_ground_of_two_communities_is_no_overlap(small_project: Callable[..., SmallProject]) -> None:
    """A lawn of B that names B and reaches into C lies on nothing of B's."""
    change = both(
        bed(box(X - 5, Y + 20, X + 10, Y + 25), surface_id="B-X", community_id="B", status="proposed"),
        edit("surfaces", "C-G", cover="green"),
    )
    rules = said(checked(small_project(second=change)))
    assert [(rule, feature) for rule, feature, _, _ in rules] == [("surface.replaced", "B-G")]
