"""A failure of the disk is the disk's: nothing that came of it is kept as the model's own."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from tests.batch.test_faults import tiny_runs
from tests.disks import fill_up, small_disk

from spongecalc.batch.disk_fault import disk_fault, refuse_faults, refuse_little_room
from spongecalc.batch.engine_task import EngineTask, run_task
from spongecalc.batch.pool import Outcome
from spongecalc.batch.runs import due_runs, execute
from spongecalc.swmm.run_result import Message, RunResult, SeriesRequest


def raised(detail: str) -> Outcome:
    return Outcome("a", "failed", reason="raised", detail=detail)


def test_the_systems_errors_are_known_from_others() -> None:
    fault = disk_fault(raised("OSError: [Errno 28] No space left on device: '/tmp/a b/model.inp'"))
    assert fault is not None
    assert (fault.errno, fault.strerror, fault.filename) == (28, "No space left on device", "/tmp/a b/model.inp")
    fault = disk_fault(raised("FileNotFoundError: [Errno 2] No such file or directory"))
    assert fault is not None
    assert (fault.errno, fault.filename) == (2, None)
    assert disk_fault(raised("ValueError: 3")) is None
    assert disk_fault(Outcome("a", "failed", reason="killed", detail="-9")) is None
    refuse_faults([Outcome("a", "done"), raised("KeyError: 'x'")])
    with pytest.raises(OSError):
        refuse_faults([Outcome("a", "done"), raised("OSError: [Errno 5] Input/output error")])


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
