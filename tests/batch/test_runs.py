"""Runs of a project: one that fails does so alone; stored results count only for the very same input."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import WholeRun

from spongecalc.batch.result_file import INPUT, REPORT, packed, result_path
from spongecalc.batch.run import Run
from spongecalc.batch.runs import Again, due_runs, execute, stored_results
from spongecalc.steps import pipeline
from spongecalc.swmm.run_result import RunResult


@pytest.fixture
def runs(whole_run: WholeRun, tmp_path: Path) -> list[Run]:
    """Three dry-weather runs of the small project, in folders of their own."""
    chosen = [r for r in pipeline.plan(whole_run.built) if r.scenario == "after" and r.event.storm_id == "dry"]
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
    # It would take as long again: it is due when the limit changes, or when the failed ones are asked for.
    assert stored_results(runs)[1] == ()
    assert due_runs(runs, "failed") == {runs[1].run_id: "failed"}
    longer = settings.model_copy(update={"time_limit_s": 2.0})
    assert list(due_runs([replace(runs[1], event=replace(runs[1].event, settings=longer))])) == [runs[1].run_id]


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


def test_only_what_is_missing_is_run(runs: list[Run]) -> None:
    made: list[str] = []

    def again(how: Again = "nothing") -> list[str]:
        made.clear()
        execute(runs, processes=2, on_event=lambda e: made.append(e.run_id), again=how)
        return sorted(made)

    ids = sorted(r.run_id for r in runs)
    assert again() == ids
    assert again() == []
    runs[1] = replace(runs[1], text=runs[1].text + "; another line\n")
    assert due_runs(runs) == {runs[1].run_id: "changed"}
    assert again() == [runs[1].run_id]
    assert again("failed") == []
    assert again("all") == ids


def another_scenario(run: Run, folder: Path) -> Run:
    """The run of a model that is the same in another scenario but for its title."""
    text = run.text.replace(f"spongecalc {run.model} after", f"spongecalc {run.model} later", 1)
    assert text != run.text
    return replace(run, scenario="later", folder=folder, text=text)


def test_of_two_scenarios_with_the_same_model_one_is_run(runs: list[Run], tmp_path: Path) -> None:
    later = another_scenario(runs[0], tmp_path / "later")
    assert later.key == runs[0].key
    assert later.sha256 != runs[0].sha256
    made: list[tuple[str, float]] = []
    results = execute(
        [runs[0], later, runs[1]], processes=1, on_event=lambda e: made.append((e.run_id, e.seconds))
    )
    assert [r.status for r in results.values()] == ["done"] * 3
    assert {run_id for run_id, _ in made} == {r.run_id for r in (runs[0], later, runs[1])}
    assert [run_id for run_id, seconds in made if seconds == 0.0] == [later.run_id]
    first, second = results[runs[0].run_id], results[later.run_id]
    assert first.totals_m3 == second.totals_m3
    assert (later.folder / INPUT).read_text(encoding="utf-8") == later.text
    report = (later.folder / REPORT).read_text(encoding="utf-8")
    assert "spongecalc A later" in report
    assert "spongecalc A after" not in report
    assert due_runs([runs[0], later, runs[1]]) == {}


def test_a_scenario_that_is_added_takes_what_another_one_has(runs: list[Run], tmp_path: Path) -> None:
    execute(runs[:1], processes=1)
    later = another_scenario(runs[0], tmp_path / "later")
    seconds: list[float] = []
    results = execute([runs[0], later], processes=1, on_event=lambda e: seconds.append(e.seconds))
    assert seconds == [0.0]
    assert results[later.run_id].status == "done"
    # another input is another run
    other = replace(later, text=later.text.replace("ROUTING_STEP         10.00", "ROUTING_STEP         9.00"))
    assert other.key != later.key


def test_going_back_to_an_earlier_input_costs_nothing_and_shows_its_files(runs: list[Run]) -> None:
    first = runs[0]
    second = replace(first, text=first.text.replace("ROUTING_STEP         10.00", "ROUTING_STEP         5.00"))
    assert second.text != first.text
    for run in (first, second):
        execute([run], processes=1)
    report = (first.folder / REPORT).read_text(encoding="utf-8")
    assert due_runs([first]) == {}
    made: list[str] = []
    execute([first], processes=1, on_event=lambda e: made.append(e.run_id))
    assert made == []
    assert (first.folder / INPUT).read_text(encoding="utf-8") == first.text
    assert (first.folder / REPORT).read_text(encoding="utf-8") != report


def test_files_that_a_model_names_are_part_of_what_determines_it(runs: list[Run], tmp_path: Path) -> None:
    rain = tmp_path / "rain.dat"
    rain.write_text("one", encoding="utf-8")
    run = replace(runs[0], files=(("rain.dat", rain),))
    assert run.key != runs[0].key
    rain.write_text("two", encoding="utf-8")
    assert replace(run).key != run.key


def test_a_run_whose_worker_is_killed_begins_again(runs: list[Run]) -> None:
    killed: list[int] = []

    class Killer(threading.Thread):
        def run(self) -> None:
            while not killed:
                for child in multiprocessing.active_children():
                    if scratch_of(child.pid or 0):
                        os.kill(child.pid or 0, signal.SIGKILL)
                        killed.append(child.pid or 0)
                        return

    killer = Killer(daemon=True)
    killer.start()
    results = execute(runs, processes=2)
    killer.join(10)
    assert killed
    assert [r.status for r in results.values()] == ["done"] * 3


def scratch_of(pid: int) -> bool:
    """Whether a worker has its report open: it is in the engine."""
    try:
        return any("spongecalc-run" in str(p.readlink()) for p in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


@pytest.mark.parametrize(
    "damage", ["another input", "no result", "cut", "a flipped bit", "of another key", "no gzip"]
)
def test_results_of_another_input_are_due_again(runs: list[Run], damage: str) -> None:
    run = runs[0]
    execute([run], processes=1, on_done=lambda _: None)
    assert stored_results([run])[1] == ()
    result = result_path(run.folder, run.key)
    if damage == "another input":
        run = replace(run, text=run.text + "; one more line\n")
    elif damage == "no result":
        result.unlink()
    elif damage == "cut":
        result.write_bytes(result.read_bytes()[:200])
    elif damage == "a flipped bit":
        content = bytearray(result.read_bytes())
        content[len(content) // 2] ^= 1
        result.write_bytes(content)
    elif damage == "of another key":
        result.write_bytes(packed(RunResult("done"), "", "0" * 64))
    else:
        result.write_text("no gzip", encoding="utf-8")
    results, due = stored_results([run])
    assert (list(results), due) == ([], (run.run_id,))
