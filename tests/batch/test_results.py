"""Results are read when they are looked at, and held as long as they leave room in memory."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spongecalc.batch import results
from spongecalc.batch.results import Results, size_mb
from spongecalc.swmm.run_result import RunResult, series_frame


def result(number: int, columns: int) -> RunResult:
    values = {f"depth_m:N{n}": np.zeros(1250) for n in range(columns)}
    return RunResult("done", (), seconds=float(number), series=series_frame(range(1250), values))


@pytest.mark.parametrize(("count", "read_again"), [(4, 0), (5, 4)])
def test_results_are_held_as_far_as_they_leave_room(
    count: int, read_again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each takes 1.1 MB, a hundred series over 1,250 minutes.
    monkeypatch.setattr(results, "HELD_MB", 4.6)
    read: list[str] = []

    def of_disk(_: Path, key: str) -> tuple[RunResult, str]:
        read.append(key)
        return result(int(key), 100), ""

    monkeypatch.setattr(results, "read_result", of_disk)
    runs = [SimpleNamespace(run_id=f"A/after/{n}", folder=Path(), key=str(n)) for n in range(count)]
    found = Results(runs, {}, [r.run_id for r in runs])  # type: ignore[arg-type]
    assert [found[r.run_id].seconds for r in runs] == list(range(count))
    assert read == [r.key for r in runs]
    # The last one is at hand in any case.
    assert found[runs[-1].run_id].seconds == count - 1
    assert len(read) == count
    # Going through all of them again finds all, or of more of them none that is held.
    again = [found[r.run_id].seconds for r in runs[:-1]]
    assert again == list(range(count - 1))
    assert len(read) - count == read_again


def test_one_result_is_at_hand_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "HELD_MB", 0.5)
    read: list[str] = []

    def of_disk(_: Path, key: str) -> tuple[RunResult, str]:
        read.append(key)
        return result(1, 100), ""

    monkeypatch.setattr(results, "read_result", of_disk)
    runs = [SimpleNamespace(run_id=f"A/after/{n}", folder=Path(), key=str(n)) for n in range(2)]
    found = Results(runs, {}, [r.run_id for r in runs])  # type: ignore[arg-type]
    for _ in range(2):
        assert found["A/after/0"].seconds == found["A/after/0"].seconds
    assert read == ["0"]
    assert found["A/after/1"].status == found["A/after/0"].status == "done"
    assert read == ["0", "1", "0"]


def test_the_size_of_a_result_is_that_of_its_figures() -> None:
    assert size_mb(result(1, 100)) == pytest.approx(1250 * 100 * 8 / 1e6, rel=0.2)
    assert size_mb(result(1, 400)) == pytest.approx(4 * size_mb(result(1, 100)), rel=0.2)
