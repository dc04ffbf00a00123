"""What a batch says while it works: runs and communities done, rate, time left, failures."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.batch.test_faults import tiny_runs

from spongecalc.batch import watch as watch_module
from spongecalc.batch.run import Run
from spongecalc.batch.runs import execute
from spongecalc.batch.unchanged import STATE
from spongecalc.batch.watch import KEPT_LOGS, Watch, batch_watch


def test_communities_are_done_with_the_last_of_their_runs(tmp_path: Path) -> None:
    first, second, third, fourth = tiny_runs(tmp_path)[:4]
    # One community of two runs, one of a kept run and a failing one, one that is kept whole.
    runs: list[Run] = [
        replace(first, communities=("A",)),
        replace(second, communities=("A",)),
        replace(third, communities=("B",)),
        replace(fourth, communities=("B",), text="not a model\n"),
        replace(fourth, model="kept", communities=("C",), folder=tmp_path / "kept"),
    ]
    execute([runs[2], runs[4]], processes=1)
    told: list[tuple[str, int, int, str]] = []
    events = io.StringIO()
    watch = Watch(
        runs, lambda step, done, total, note="": told.append((step, done, total, note)), None, events, "en"
    )
    execute(
        runs,
        processes=1,
        on_event=watch.event,
        on_due=watch.due,
        on_done=lambda done: watch.progress("run", done, len(runs)),
    )
    facts = [json.loads(line) for line in events.getvalue().splitlines()]
    assert [f["runs_done"] for f in facts] == [3, 4, 5]
    assert {f["runs"] for f in facts} == {5}
    assert {f["communities"] for f in facts} == {3}
    done = [f["communities_done"] for f in facts]
    assert done == sorted(done)
    assert done[0] in (1, 2)  # C is done before the first run; B with its only one
    assert done[-1] == 3
    assert facts[-1]["failed"] == watch.failed == 1
    assert facts[-1]["left_s"] == 0
    assert told[-1][:3] == ("run", 5, 5)
    assert "communities 3/3" in told[-1][3]
    assert "1 failed" in told[-1][3]


@pytest.mark.parametrize("year", [2024, 2028])
def test_logs_are_kept_by_their_order_and_not_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    folder = tmp_path / "results" / STATE / "logs"
    folder.mkdir(parents=True)
    for n in range(KEPT_LOGS):  # of an earlier version, which had no numbers
        (folder / f"2026{n % 12 + 1:02d}{n + 1:02d}T120000.000000.jsonl").write_text("{}")
    (folder / "notes.jsonl").write_text("mine")
    project = SimpleNamespace(folder=tmp_path, settings=SimpleNamespace(results="results"))

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(year, 1, 1, tzinfo=tz)

    monkeypatch.setattr(watch_module, "datetime", Frozen)
    for n in range(1, KEPT_LOGS + 3):
        with batch_watch(project, [], lambda *_: None, None, "en"):  # type: ignore[arg-type]
            pass
        newest = [p for p in folder.glob("*.jsonl") if p.name.startswith(f"{n:06d}-")]
        assert len(newest) == 1
        assert '"end"' in newest[0].read_text()
        assert len(list(folder.glob("*.jsonl"))) == KEPT_LOGS + 1
    assert (folder / "notes.jsonl").read_text() == "mine"
