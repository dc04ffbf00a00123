"""Runs of a project: one that fails does so alone; stored results count only for the very same input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import WholeRun

from spongecalc import steps
from spongecalc.batch.runs import DIGEST, RESULT, Run, execute, stored_results


@pytest.fixture
def runs(whole_run: WholeRun, tmp_path: Path) -> list[Run]:
    """Three dry-weather runs of the small project, in folders of their own."""
    chosen = [r for r in steps.plan(whole_run.built) if r.scenario == "after" and r.event.storm_id == "dry"]
    return [replace(r, folder=tmp_path / r.model) for r in chosen]


def states(runs: Sequence[Run]) -> tuple[list[str], list[int]]:
    counted: list[int] = []
    results = execute(runs, processes=2, on_done=counted.append)
    assert list(results) == [r.run_id for r in runs]
    return [r.status for r in results.values()], counted


def test_a_folder_that_cannot_be_written_fails_its_run_alone(runs: list[Run]) -> None:
    runs[1].folder.write_text("a file where a folder should be", encoding="utf-8")
    assert states(runs) == (["done", "failed", "done"], [1, 2, 3])
    results, due = stored_results(runs)
    assert list(results) == [runs[0].run_id, runs[2].run_id]
    assert due == (runs[1].run_id,)


def test_a_run_past_its_time_limit_fails_alone(runs: list[Run]) -> None:
    settings = runs[1].event.settings.model_copy(update={"time_limit_s": 1.0})
    days = runs[1].text.replace("END_DATE             06/0", "END_DATE             12/0")
    assert days != runs[1].text
    slow = replace(runs[1], text=days.replace("ROUTING_STEP         10.00", "ROUTING_STEP         0.50"))
    runs[1] = replace(slow, event=replace(runs[1].event, settings=settings))
    results = execute(runs, processes=2, on_done=lambda _: None)
    assert [r.status for r in results.values()] == ["done", "failed", "done"]
    assert "time_limit" in results[runs[1].run_id].messages[0].key
    assert stored_results(runs)[1] == (runs[1].run_id,)


def test_an_input_that_the_engine_refuses_fails_alone(runs: list[Run]) -> None:
    runs[1] = replace(runs[1], text=runs[1].text.replace("[OUTFALLS]", "[OUTFALS]"))
    assert states(runs)[0] == ["done", "failed", "done"]


def test_stored_results_are_those_of_the_run(runs: list[Run]) -> None:
    fresh = execute(runs, processes=2, on_done=lambda _: None)
    stored, due = stored_results(runs)
    assert due == ()
    assert list(stored) == list(fresh)
    for run_id, result in fresh.items():
        assert stored[run_id].status == "done"
        assert stored[run_id].outfalls.equals(result.outfalls)


@pytest.mark.parametrize(
    "damage", ["another input", "no digest", "another digest", "no result", "cut", "no table"]
)
def test_results_of_another_input_are_due_again(runs: list[Run], damage: str) -> None:
    run = runs[0]
    execute([run], processes=1, on_done=lambda _: None)
    assert stored_results([run])[1] == ()
    result = run.folder / RESULT
    if damage == "another input":
        run = replace(run, text=run.text + "; one more line\n")
    elif damage == "no digest":
        (run.folder / DIGEST).unlink()
    elif damage == "another digest":
        (run.folder / DIGEST).write_text("0" * 64, encoding="ascii")
    elif damage == "no result":
        result.unlink()
    elif damage == "cut":
        result.write_bytes(result.read_bytes()[:200])
    else:
        result.write_text(json.dumps([1, 2]), encoding="utf-8")
    assert stored_results([run]) == ({}, (run.run_id,))
