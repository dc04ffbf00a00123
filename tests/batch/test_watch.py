"""What a batch says while it works: runs and communities done, rate, time left, failures."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from tests.batch.test_faults import tiny_runs

from spongecalc.batch.run import Run
from spongecalc.batch.runs import execute
from spongecalc.batch.watch import Watch


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
