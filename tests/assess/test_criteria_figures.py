"""What the criteria need of a community, from tables typed here."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.report.one_verdict import assert_one_verdict

from spongecalc.assess.criteria_figures import criteria_figures, waterlogging_period_a, waterlogging_storm
from spongecalc.design.check import Check, Limit, Subject
from spongecalc.design.force import FORCES, forces
from spongecalc.language import catalogue
from spongecalc.layers.feature import Feature
from spongecalc.layers.finding import Finding

AT = Subject(Feature("communities", "A", "A"))
LIMIT = Limit(10.0, "l/s", "GB 50014-2021 4.1.6", "printed")


def peak(name, storm, verdict):
    return Check(name, AT, verdict, storm, 1.0, LIMIT, 0.0)


def sites(*rows):
    return pd.DataFrame(rows, columns=["storm_id", "scenario", "max_depth_m", "within_limits"])


def checks(*rows):
    table = pd.DataFrame(rows, columns=["check", "verdict", "status", "reason", "excess"])
    return table.assign(feature_id=[f"F{n}" for n in range(1, len(rows) + 1)])


def outfalls(*rows):
    columns = ["storm_id", "scenario", "receives", "peak_l_s", "discharge_verdict"]
    judged = ["outfalls_judged", "outfalls_allowed", "outfalls_over", "outfalls_to_confirm"]
    return pd.DataFrame(rows, columns=[*columns, *judged])


@pytest.fixture(scope="module")
def settings(whole_run):
    return whole_run.built.checked.project.settings


@pytest.fixture(scope="module")
def storms(whole_run, settings):
    """The headline storm, one that is too frequent, the waterlogging storm, and a rarer one."""
    (headline,) = [s for s in whole_run.built.storms if s.storm_id == settings.headline_storm]
    return [
        headline,
        replace(headline, storm_id="P19-120", return_period_a=19.0),
        replace(headline, storm_id="P50-120", return_period_a=50.0),
        replace(headline, storm_id="P20-120", return_period_a=20.0),
    ]


@pytest.fixture(scope="module")
def figures(storms, settings):
    def of(ponding=None, design=None, peaks=(), findings=(), modelled=True, known=None, leaving=None):
        tables = {
            "ponding": sites() if ponding is None else ponding,
            "design_checks": checks() if design is None else design,
            "outfall_peaks": outfalls() if leaving is None else leaving,
        }
        return criteria_figures(known or storms, settings, tables, peaks, findings, modelled=modelled)

    return of


def test_the_waterlogging_storm_is_the_least_that_is_rare_enough(storms, settings, figures):
    # GB 50014-2021, table 4.1.4: medium and small cities 20 to 30 a, large ones 30 to 50 a.
    assert waterlogging_period_a(settings) == 20.0
    assert waterlogging_storm(storms, settings).storm_id == "P20-120"
    large = settings.model_copy(update={"design": settings.design.model_copy(update={"city": "large city"})})
    assert waterlogging_period_a(large) == 30.0
    assert waterlogging_storm(storms, large).storm_id == "P50-120"
    assert waterlogging_storm(storms[:2], settings) is None
    none = figures(known=storms[:2])
    assert (none["waterlogging_storm_id"], none["waterlogging_required_a"]) == ("", 20.0)
    assert pd.isna(none["waterlogging_sites"])


def test_peaks_that_rise_are_those_of_the_two_storms_judged(figures, settings):
    headline = settings.headline_storm
    held = [peak("ground_peak", s, "pass") for s in (headline, "P20-120")]
    assert figures(peaks=held)["ground_peak_rises"] == "none"
    # One of another storm decides nothing.
    assert figures(peaks=[*held, peak("ground_peak", "P50-120", "fail")])["ground_peak_rises"] == "none"
    rises = [held[0], peak("ground_peak", "P20-120", "fail")]
    assert figures(peaks=rises)["ground_peak_rises"] == "P20-120"
    both = [peak("ground_peak", s, "fail") for s in ("P20-120", headline)]
    assert figures(peaks=both)["ground_peak_rises"] == f"{headline}, P20-120"
    assert figures(peaks=both[:1])["ground_peak_rises"] == ""
    open_one = [held[0], peak("ground_peak", "P20-120", "not_checkable")]
    assert figures(peaks=open_one)["ground_peak_rises"] == ""


def test_what_leaves_is_judged_under_the_two_storms(figures, settings):
    headline = settings.headline_storm

    def found(*rows):
        given = figures(leaving=outfalls(*rows))
        return [given[c] for c in ("outfall_peak_rises", "outfalls_over", "outfalls_to_confirm")]

    before = [(s, "before", "all", 10.0, "", None, None, None, None) for s in (headline, "P20-120")]

    def after(storm, l_s, verdict, over="none", to_confirm="none"):
        return (storm, "after", "all", l_s, verdict, 2, 1, over, to_confirm)

    held = [after(s, 10.004, "pass") for s in (headline, "P20-120")]
    assert found(*before, *held) == ["none", "none", "none"]
    # One of another storm, or of one receiver alone, decides nothing.
    beside = [after("P50-120", 99.0, "fail", "Y1 99.00 > 9.00"), (headline, "after", "river", 9.0, *held[0][4:])]
    assert found(*before, *held, *beside) == ["none", "none", "none"]
    over = after("P20-120", 12.0, "fail", "Y1 8.00 > 7.00", "Y2 1.00 → 4.00")
    assert found(*before, held[0], over) == [
        "P20-120",
        "P20-120: Y1 8.00 > 7.00 l/s",
        "P20-120: Y2 1.00 → 4.00 l/s",
    ]
    both = [after(s, 12.0, "conditional", to_confirm="Y2 1.00 → 4.00") for s in (headline, "P20-120")]
    said = f"{headline}: Y2 1.00 → 4.00 l/s; P20-120: Y2 1.00 → 4.00 l/s"
    assert found(*before, *both) == [f"{headline}, P20-120", "none", said]
    # Too much under one storm is too much, whatever the other would say; nothing passes for want of a run.
    assert found(*before, over) == ["", "P20-120: Y1 8.00 > 7.00 l/s", "P20-120: Y2 1.00 → 4.00 l/s"]
    assert found(*before, held[0]) == ["", "", ""]
    assert found(*before, held[0], after("P20-120", 9.0, "undecided")) == ["none", "", ""]
    # What receivers accept needs no run before the works.
    assert found(*held) == ["", "none", "none"]
    assert found() == ["", "", ""]
    assert [figures(leaving=outfalls(*held))[c] for c in ("outfalls_judged", "outfalls_allowed")] == [2, 1]


def test_waterlogging_counts_what_stands_after_under_its_storm(figures, settings):
    headline = settings.headline_storm
    found = figures(
        sites(
            ("P20-120", "after", 0.10, "yes"),
            ("P20-120", "after", 0.10, "no"),
            ("P20-120", "after", 0.151, ""),  # too deep, whatever else is not known
            ("P20-120", "after", 0.15, ""),
            ("P20-120", "after", float("nan"), ""),
            ("P20-120", "before", 0.9, "no"),
            (headline, "after", 0.9, "no"),
        )
    )
    assert [found[f"waterlogging_{p}"] for p in ("sites", "over", "open")] == [5, 2, 2]
    assert [figures()[f"waterlogging_{p}"] for p in ("sites", "over", "open")] == [0, 0, 0]
    assert pd.isna(figures(modelled=False)["waterlogging_sites"])


def test_failed_checks_count_by_the_force_of_their_limit(figures):
    found = figures(
        design=checks(
            ("min_velocity", "fail", "proposed", "", 0.1),  # shall
            ("min_velocity", "fail", "existing", "", 0.1),  # not of the works
            ("min_cover", "fail", "proposed", "", 0.1),  # should
            ("min_cover", "pass", "proposed", "", -0.1),
            ("lead_length", "fail", "proposed", "", 2.0),
            # A limit that nobody has read fails nobody; what would break it is counted apart.
            ("horizontal_clearance", "not_checkable", "proposed", "limit_not_read", 0.2),
            ("horizontal_clearance", "not_checkable", "proposed", "limit_not_read", 0.0),
            ("horizontal_clearance", "not_checkable", "", "none_in_layers", float("nan")),
            ("max_fullness", "not_checkable", "proposed", "no_flow", float("nan")),
            ("min_slope", "not_checkable", "proposed", "velocity_governs", float("nan")),
            ("soffit_alignment", "fail", "proposed", "", 1.0),
            ("receiver_capacity", "fail", "", "", 1.0),  # a criterion of its own
        )
    )
    assert {n: v for n, v in found.items() if n.startswith("design_")} == {
        "design_failed_mandatory": 0,
        "design_failed_limit": 2,
        "design_failed_advice": 2,
        "design_unconfirmed": 1,
        "design_open": 1,
        "design_failing": "F1, F11, F3, F5, F6",
    }
    nothing = figures(
        design=checks(("every_check", "not_checkable", "", "data_error", float("nan"))), modelled=False
    )
    assert pd.isna(nothing["design_failed_limit"])


def test_the_first_six_features_that_fail_are_named_and_the_others_counted(figures):
    failing = [("min_cover", "fail", "proposed", "", 0.1)] * 8
    assert figures(design=checks(*failing))["design_failing"] == "F1, F2, F3, F4, F5, F6 +2"
    assert figures(design=checks(("min_cover", "pass", "proposed", "", -0.1)))["design_failing"] == "none"
    twice = checks(*failing[:2]).assign(feature_id="F1")
    assert figures(design=twice)["design_failing"] == "F1"


def test_warnings_of_another_scenario_do_not_count(figures):
    def short(scenario):
        return Finding("inlet.short", Feature("nodes", "N", "A"), {"scenario": scenario})

    assert figures(findings=[short("before")])["verdict_warnings"] == 0
    assert figures(findings=[short("before"), short("after")])["verdict_warnings"] == 1
    assert figures(findings=[Finding("pipe.shrinks", Feature("pipes", "P", "A"))])["verdict_warnings"] == 1


def test_every_check_has_a_force_but_those_of_peaks():
    words = {k.rpartition(".")[2] for k in catalogue("report", "en") if k.startswith("report.value.check.")}
    # Of pressure pipes it is said only that no check of gravity sewers holds for them.
    assert set(forces()) == words - {"every_check", "ground_peak", "receiver_capacity", "pressure_flow"}
    assert set(forces().values()) <= set(FORCES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_is_the_same_wherever_it_stands(whole_run, lang):
    assert_one_verdict(whole_run.review, whole_run.review.tables["communities"], lang)
