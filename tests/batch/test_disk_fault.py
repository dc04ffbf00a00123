"""A failure of the disk is the disk's: nothing that came of it is kept as the model's own."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.batch.test_faults import tiny_runs
from tests.disks import fill_up, small_disk
from tests.killed_job import refused_by_the_system

from spongecalc.batch.disk_fault import disk_fault, refuse_faults, refuse_little_room
from spongecalc.batch.engine_task import EngineTask, run_task
from spongecalc.batch.pool import Job, Outcome
from spongecalc.batch.run import Run
from spongecalc.batch.runs import _Jobs, due_runs, execute
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest


def of_system(detail: str) -> Outcome:
    return Outcome("a", "failed", reason="system", detail=detail)


def test_the_disks_errors_are_known_from_others(tmp_path: Path) -> None:
    fault = disk_fault(of_system("OSError: [Errno 28] No space left on device: '/tmp/a b/model.inp'"))
    assert fault is not None
    assert (fault.errno, fault.strerror, fault.filename) == (28, "No space left on device", "/tmp/a b/model.inp")
    assert disk_fault(Outcome("a", "failed", reason="raised", detail="ValueError: 3")) is None
    assert disk_fault(Outcome("a", "failed", reason="killed", detail="-9")) is None
    refuse_faults([Outcome("a", "done"), Outcome("a", "failed", reason="raised", detail="KeyError: 'x'")])
    with pytest.raises(OSError):
        refuse_faults([Outcome("a", "done"), of_system("OSError: [Errno 5] Input/output error")])
    # Of a folder that workers write in, and of one that they read.
    within, beside = (
        of_system(f"FileNotFoundError: [Errno 2] No such file or directory: '{tmp_path / f / 'a'}'")
        for f in ("runs", "rain")
    )
    fault = disk_fault(within, tmp_path / "runs")
    assert fault is not None
    assert (fault.errno, fault.filename) == (2, str(tmp_path / "runs" / "a"))
    assert disk_fault(beside, tmp_path / "runs") is None
    fault = disk_fault(of_system("OSError: [Errno 28] No space left on device"), tmp_path / "runs")
    assert fault is not None
    assert fault.filename == str(tmp_path / "runs")
    assert disk_fault(within) is None


@pytest.mark.parametrize("number", [errno.ENOMEM, errno.EMFILE, errno.EAGAIN, errno.ENOENT])
def test_what_the_system_was_short_of_costs_one_run_and_is_due_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    runs = tiny_runs(tmp_path)[:4]
    job_of = _Jobs._job

    def one_refused(self: _Jobs, run: Run) -> Job:
        job = job_of(self, run)
        if run.run_id != runs[1].run_id:
            return job
        return replace(job, function=refused_by_the_system, args=(number, "/rain/of a worker"))

    with monkeypatch.context() as patched:
        patched.setattr(_Jobs, "_job", one_refused)
        results = execute(runs, processes=2)
    assert {r.run_id: results[r.run_id].status for r in runs} == {
        r.run_id: "failed" if r is runs[1] else "done" for r in runs
    }
    assert results[runs[1].run_id].messages[0].key == "engine.run.of_the_system"
    assert set(due_runs(runs)) == {runs[1].run_id}
    assert {r.status for r in execute(runs, processes=2).values()} == {"done"}


def test_files_of_the_engine_that_are_cut_short_are_not_trusted(tmp_path: Path) -> None:
    refuse_little_room(tmp_path)
    with pytest.raises(OSError) as failed:
        refuse_little_room(tmp_path, whole=False)
    assert failed.value.errno == errno.EIO
    with small_disk(tmp_path / "disk", 2_000_000) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        fill_up(tmp_path / "disk")
        with pytest.raises(OSError) as failed:
            refuse_little_room(tmp_path / "disk")
        assert failed.value.errno == errno.ENOSPC
        assert failed.value.filename == str(tmp_path / "disk")


@pytest.mark.parametrize("number", ["303", "305", "307", "309"])
def test_an_engine_that_cannot_write_is_no_failure_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    run = tiny_runs(tmp_path)[0]
    monkeypatch.setattr(
        "spongecalc.swmm.engine.run_inp",
        lambda *_, **__: RunResult("failed", (Message("error", f"engine.error.{number}"),)),
    )
    with pytest.raises(OSError):
        run_task(EngineTask(run.key, run.text, (), None, SeriesRequest(), scratch=tmp_path))


def test_a_disk_that_takes_nothing_ends_the_batch_at_once(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4_000_000) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        runs = [replace(r, folder=tmp_path / "disk" / r.model) for r in tiny_runs(tmp_path)]
        filler = fill_up(tmp_path / "disk")
        told: list[str] = []
        with pytest.raises(OSError) as failed:
            execute(runs, processes=2, on_event=lambda e: told.append(e.run_id))
        assert failed.value.errno == errno.ENOSPC
        assert str(tmp_path / "disk") in str(failed.value.filename)
        assert len(told) < len(runs)
        assert set(due_runs(runs)) == {r.run_id for r in runs}
        filler.unlink()
        assert {r.status for r in execute(runs, processes=2).values()} == {"done"}


@pytest.mark.parametrize("room", [True, False])
def test_results_that_a_full_disk_cut_short_are_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    """They end in the midst of a date, "year 0 is out of range", which the worker took for a fault of ours."""
    run = tiny_runs(tmp_path)[0]

    def of_half_a_file(*_: object, **__: object) -> RunResult:
        raise ValueError("year 0 is out of range")

    monkeypatch.setattr("spongecalc.swmm.engine.run_inp", of_half_a_file)
    if not room:
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(ValueError if room else OSError) as failed:
        run_task(EngineTask(run.key, run.text, (), None, SeriesRequest(), scratch=tmp_path))
    assert room or failed.value.errno == errno.ENOSPC
