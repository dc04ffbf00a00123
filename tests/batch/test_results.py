"""Results are read when they are looked at, and held as long as there are few."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from spongecalc.batch import results
from spongecalc.batch.results import Results
from spongecalc.swmm.run_result import RunResult


@pytest.mark.parametrize(("count", "read_again"), [(4, 0), (5, 4)])
def test_of_many_results_only_the_latest_are_held(
    count: int, read_again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "HELD", 4)
    monkeypatch.setattr(results, "HELD_OF_MORE", 2)
    read: list[str] = []

    def of_disk(_: Path, key: str) -> tuple[RunResult, str]:
        read.append(key)
        return RunResult("done", (), seconds=float(key)), ""

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
