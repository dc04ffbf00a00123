"""The engine's warnings become findings at their features, with meaning and effect, once for all runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from shapely import LineString, Point
from tests.conftest import WholeRun, take_through
from tests.planting import X, Y, both, edit, shape
from tests.small_project import SmallProject

from spongecalc.assess.engine_findings import engine_findings
from spongecalc.assess.modelled import Modelled, join_results
from spongecalc.language import LANGUAGES
from spongecalc.swmm.run_result import Message


def test_a_drop_steeper_than_its_length_is_found_at_its_pipe(small_project: Callable[..., SmallProject]) -> None:
    """A drop of 2 m in a pipe of 1.5 m: WARNING 08 in dry weather and under the storm, one finding."""
    bank = (X + 38.5, Y + 8)
    drop = both(
        shape("nodes", "C-R1", Point(bank)),
        shape("pipes", "C-PR", LineString([bank, (X + 40, Y + 8)])),
        shape("connections", "C-D1", LineString([(X + 25, Y + 25), bank])),
        edit("nodes", "C-R2", invert_m=97.0),
        edit("pipes", "C-PR", invert_down_m=97.0),
    )
    review = take_through(small_project(second=drop).folder).review
    found = review.tables["findings"]
    own = found[found["rule"] == "engine.warning"]
    assert own[["layer", "feature_id", "community_id", "severity"]].to_numpy().tolist() == [
        ["pipes", "C-PR", "C", "warning"]
    ]
    assert own["x_m"].notna().all()
    assert "WARNING 08 for C-PR in the runs P3-120, dry" in own["message"].item()
    assert "beyond belief" in own["action"].item()
    row = review.tables["communities"].set_index("community_id").loc["C"]
    assert row["warnings"] == (found["severity"] == "warning")[found["community_id"] == "C"].sum()


def test_what_the_gutters_rest_on_and_what_changes_nothing_is_no_finding(whole_run: WholeRun) -> None:
    given = {w.key for r in whole_run.results.values() for w in r.warnings}
    assert given == {"engine.warning.10", "engine.warning.02_rounding", "engine.warning.09_none"}
    rules = whole_run.review.tables["findings"]["rule"]
    assert not rules.str.startswith("engine.").any()


def one_with(whole: WholeRun, *warnings: Message) -> Modelled:
    models = join_results(whole.built.checked.systems, whole.built.models, whole.results)
    one = next(m for m in models if m.system.communities == ("C",) and m.system.scenario == "after")
    return replace(one, results={s: replace(r, warnings=warnings) for s, r in one.results.items()})


CODES = [f"{n:02}" for n in range(1, 13)]


@pytest.mark.parametrize("code", CODES)
def test_every_warning_is_a_finding_at_its_feature(whole_run: WholeRun, code: str) -> None:
    names = {"02": "C-R1", **dict.fromkeys(("03", "04", "05", "08", "10", "12"), "C-PR")}
    subject = names.get(code, "RAIN_GAGE" if code in ("01", "09") else "")
    warning = Message("warning", f"engine.warning.{code}", f"WARNING {code}: words", subject)
    (found,) = engine_findings(one_with(whole_run, warning))
    assert found.rule == ("engine.note" if code in ("01", "04", "06", "07") else "engine.warning")
    expected = {"C-R1": ("nodes", "C-R1"), "C-PR": ("pipes", "C-PR")}.get(subject, ("communities", "C"))
    assert (found.feature.layer, found.feature.feature_id) == expected
    assert found.feature.community_id == "C"
    assert found.found["runs"] == "P3-120, dry"
    for language in LANGUAGES:
        assert f"WARNING {code}" in found.message(language)
        assert "{" not in found.message(language) + found.action(language)


def test_a_deepened_manhole_names_its_depths(whole_run: WholeRun) -> None:
    values = (("stated_m", "0.400"), ("run_m", "0.600"), ("over_m", "0.200"), ("links", "C-PR"))
    warning = Message("warning", "engine.warning.02_deeper", "WARNING 02: words", "C-R1", values=values)
    (found,) = engine_findings(one_with(whole_run, warning))
    assert "0.200 m deeper to reach the top of C-PR" in found.message("en")
    assert "加深 0.200 m" in found.message("zh")
