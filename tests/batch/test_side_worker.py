import os
import signal
from pathlib import Path

import pytest

from spongecalc.batch.side_worker import SideWorker


def _process_of(number: int) -> tuple[int, int]:
    return os.getpid(), number


def _refuse(word: str) -> None:
    raise LookupError(word)


def _die_elsewhere(home: int, mark: str) -> int:
    """End any process but the one called ``home``."""
    with Path(mark).open("a", encoding="ascii") as tries:
        tries.write(f"{os.getpid()}\n")
    if os.getpid() != home:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_work_is_done_in_another_process_in_its_order():
    with SideWorker(2) as beside:
        beside.hold("spongecalc.report.number_format")
        results = [beside.begin(_process_of, n) for n in range(3)]
        found = [result() for result in results]
    assert [number for _, number in found] == [0, 1, 2]
    processes = {process for process, _ in found}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_without_a_second_process_work_is_done_here():
    with SideWorker(1) as beside:
        beside.hold("spongecalc.report.number_format")
        assert beside.begin(_process_of, 7)() == (os.getpid(), 7)


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_job_raises_is_raised_to_the_caller(processes: int):
    with SideWorker(processes) as beside, pytest.raises(LookupError, match="no such font"):
        beside.begin(_refuse, "no such font")()


def test_a_job_whose_worker_dies_is_done_here(tmp_path: Path):
    mark = tmp_path / "tries.txt"
    with SideWorker(2) as beside:
        assert beside.begin(_die_elsewhere, os.getpid(), str(mark))() == os.getpid()
        assert len(mark.read_text(encoding="ascii").split()) == 2
        # The worker that died has a successor.
        assert beside.begin(_process_of, 1)()[0] != os.getpid()


def test_leaving_by_an_error_ends_the_worker_at_once():
    with pytest.raises(ZeroDivisionError), SideWorker(2) as beside:
        worker = beside.begin(_process_of, 0)()[0]
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
