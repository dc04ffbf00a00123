"""Time that a run is given: by its size where the project does not say, and what is told of one that overran."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import WholeRun

from spongecalc.batch.pool import Outcome
from spongecalc.batch.reference_runs import reference_run
from spongecalc.batch.run import Run
from spongecalc.batch.runs import _overran
from spongecalc.batch.time_limit import LEAST_S, S_PER_ELEMENT_STEP, default_time_limit_s, elements_of
from spongecalc.language import text
from spongecalc.project.settings import SimulationSettings


@pytest.fixture
def run(whole_run: WholeRun) -> Run:
    return next(r for r in whole_run.built.runs if r.event.storm_id != "dry")


def grown(run: Run, rows: int) -> Run:
    """The run with so many junctions more."""
    more = "".join(f"MORE_{n}  99.000  1.000  0  0  0.0\n" for n in range(rows))
    return replace(run, text=run.text.replace("[JUNCTIONS]\n", f"[JUNCTIONS]\n{more}"))


def test_elements_are_those_of_the_table_of_elements(whole_run: WholeRun, run: Run) -> None:
    model = next(m for m in whole_run.built.models if (m.name, m.scenario) == (run.model, run.scenario))
    assert elements_of(run.text) == run.elements == len(model.elements)


def test_the_limit_grows_with_elements_times_steps(run: Run) -> None:
    assert SimulationSettings().time_limit_s is None
    assert run.time_limit_s == LEAST_S
    large = grown(run, 100_000)
    assert large.elements == run.elements + 100_000
    assert large.time_limit_s == round(S_PER_ELEMENT_STEP * large.elements * large.steps) > 3 * LEAST_S
    assert default_time_limit_s(200_000, large.steps) == pytest.approx(2 * large.time_limit_s, rel=0.01)
    # As many steps more as the reference scheme's are shorter.
    assert reference_run(large).time_limit_s == pytest.approx(20 * large.time_limit_s, rel=0.01)


def test_the_projects_own_limit_is_taken(run: Run) -> None:
    settings = run.event.settings.model_copy(update={"time_limit_s": 7.0})
    large = grown(replace(run, event=replace(run.event, settings=settings)), 100_000)
    assert large.time_limit_s == 7.0
    assert reference_run(large).time_limit_s == 140.0


@pytest.mark.parametrize(
    ("rows", "limit_s", "key"),
    [(100_000, None, "large"), (100_000, 7.0, "below_size"), (0, 7.0, "below_size"), (0, None, "small")],
)
def test_what_is_told_fits_the_cause(run: Run, rows: int, limit_s: float | None, key: str) -> None:
    settings = run.event.settings.model_copy(update={"time_limit_s": limit_s})
    ended = grown(replace(run, event=replace(run.event, settings=settings)), rows)
    outcome = Outcome(ended.run_id, "failed", reason="time_limit", detail=f"{ended.time_limit_s:g}", seconds=9.0)
    (message,) = _overran(ended, outcome).messages
    assert message.key == f"engine.run.time_limit_{key}"
    for language in ("zh", "en"):
        said = text(f"{message.key}.meaning", language, **dict(message.values))
        assert str(ended.elements) in said
        action = text(f"{message.key}.action", language, **dict(message.values))
        assert "START_DATE" not in action
        assert "simulation.time_limit" in action
