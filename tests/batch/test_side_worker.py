import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from spongecalc.batch import side_worker
from spongecalc.batch.pool import Worker
from spongecalc.batch.side_worker import SideWorker


def _process_of(number: int, begun: str = "", until: str = "") -> tuple[int, int]:
    """Which process does this; it marks its beginning, and ends when ``until`` is there."""
    if begun:
        Path(begun).touch()
    while until and not Path(until).exists():
        time.sleep(0.01)
    return os.getpid(), number


def wait_for(mark: Path) -> None:
    for _ in range(6000):
        if mark.exists():
            return
        time.sleep(0.01)
    pytest.fail(f"{mark.name} never came")


def _refuse(word: str) -> None:
    raise LookupError(word)


def _die_elsewhere(home: int, mark: str) -> int:
    """End any process but the one called ``home``."""
    with Path(mark).open("a", encoding="ascii") as tries:
        tries.write(f"{os.getpid()}\n")
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_work_is_done_in_another_process_in_its_order(tmp_path: Path):
    with SideWorker(2) as beside:
        beside.hold("spongecalc.report.content.number_format")
        results = [beside.begin(_process_of, n, str(tmp_path / str(n))) for n in range(3)]
        wait_for(tmp_path / "2")
        found = [result() for result in results]
    assert [number for _, number in found] == [0, 1, 2]
    processes = {process for process, _ in found}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_what_the_worker_has_not_come_to_is_done_by_the_waiting_caller(tmp_path: Path):
    with SideWorker(2) as beside:
        first = beside.begin(_process_of, 1, str(tmp_path / "begun"), str(tmp_path / "go"))
        second = beside.begin(_process_of, 2)
        wait_for(tmp_path / "begun")
        assert second() == (os.getpid(), 2)
        (tmp_path / "go").touch()
        assert first()[0] != os.getpid()


def test_no_process_starts_before_there_is_work(monkeypatch: pytest.MonkeyPatch):
    started: list[Worker] = []

    class Counted(Worker):
        def _start(self) -> None:
            started.append(self)
            super()._start()

    monkeypatch.setattr(side_worker, "Worker", Counted)
    with SideWorker(2):
        pass
    assert not started
    with SideWorker(2) as beside:
        beside.hold("spongecalc.report.content.number_format")
        beside.begin(_process_of, 7)()
    assert len(started) == 1


def test_without_a_second_process_work_is_done_here():
    with SideWorker(1) as beside:
        beside.hold("spongecalc.report.content.number_format")
        assert beside.begin(_process_of, 7)() == (os.getpid(), 7)


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_job_raises_is_raised_to_the_caller(processes: int):
    with SideWorker(processes) as beside, pytest.raises(LookupError, match="no such font"):
        beside.begin(_refuse, "no such font")()


def test_a_job_whose_worker_dies_is_done_here(tmp_path: Path):
    mark = tmp_path / "tries.txt"
    with SideWorker(2) as beside:
        job = beside.begin(_die_elsewhere, os.getpid(), str(mark))
        wait_for(mark)
        assert job() == os.getpid()
        assert len(mark.read_text(encoding="ascii").split()) == 2
        # The worker that died has a successor.
        job = beside.begin(_process_of, 1, str(tmp_path / "begun"))
        wait_for(tmp_path / "begun")
        assert job()[0] != os.getpid()


def test_leaving_by_an_error_ends_the_worker_at_once(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), SideWorker(2) as beside:
        job = beside.begin(_process_of, 0, str(tmp_path / "begun"))
        wait_for(tmp_path / "begun")
        worker = job()[0]
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_leaving_by_an_error_closes_nothing_twice_and_starts_no_successor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """The thread that waits sees its worker die while the caller leaves: only one of them may close the pipe."""
    started: list[Worker] = []
    closed: list[int] = []
    true_close = Connection._close  # type: ignore[attr-defined]

    def slow_close(self: Connection) -> None:
        closed.append(self._handle)  # type: ignore[attr-defined]
        time.sleep(0.05)  # so that another thread that closes meanwhile is caught
        true_close(self)

    class Counted(Worker):
        def _start(self) -> None:
            started.append(self)
            super()._start()
            monkeypatch.setattr(Connection, "_close", slow_close)

    monkeypatch.setattr(side_worker, "Worker", Counted)
    with pytest.raises(ZeroDivisionError), SideWorker(2) as beside:
        beside.begin(_process_of, 0, str(tmp_path / "begun"), str(tmp_path / "never"))
        wait_for(tmp_path / "begun")
        raise ZeroDivisionError
    assert len(started) == len(closed) == 1
