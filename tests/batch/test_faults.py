"""Fifty rounds of bad luck at random moments: in the end every result is that of an undisturbed run, bit for bit.

In each round one of five things happens to a batch in a process of its own: one of its workers is killed, it
is killed itself, its disk fills up, a stored result is damaged, a second batch works on the same runs. Then
the batch is called again, undisturbed, and must make what is missing and nothing else.

The small disk is a file system of its own in memory where the tests may mount one (root), which fills up as
any disk does. Where they may not, a limit on the size of files that the calling process may write stands in
for it: storing a result fails as well, though with another error.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import REPOSITORY

from spongecalc.batch.result_file import result_path
from spongecalc.batch.run import Run
from spongecalc.batch.runs import due_runs, execute
from spongecalc.project.settings import SimulationSettings
from spongecalc.swmm.event import STORM_START, Event
from spongecalc.swmm.run_result import SeriesRequest

MODEL = (REPOSITORY / "tests" / "swmm" / "models" / "courtyard_lps.inp").read_text(encoding="utf-8")
ROUNDS, RUNS = 50, 10
FAULTS = ("kill a worker", "kill the parent", "fill the disk", "damage a result", "two at once")
SMALL_DISK_BYTES = 3_000_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def tiny_runs(folder: Path) -> list[Run]:
    """Runs of a few hundredths of a second, each with a result of its own."""
    settings = SimulationSettings()
    event = Event("storm", STORM_START, 3600.0, 2.0, settings)
    return [
        Run(
            f"M{n}",
            "after",
            (f"M{n}",),
            event,
            folder / f"M{n}",
            SeriesRequest(),
            False,
            text=f"{MODEL}\n; {n}\n",
        )
        for n in range(RUNS)
    ]


def contents(runs: Sequence[Run]) -> dict[str, object]:
    """What is stored of each run, but for the seconds that it took."""
    stored = {}
    for run in runs:
        head, body, series = gzip.decompress(result_path(run.folder, run.key).read_bytes()).split(b"\n", 2)
        facts = {k: v for k, v in json.loads(head).items() if k != "seconds"}
        stored[run.run_id] = (facts, json.dumps(json.loads(body)["result"]), series)
    return stored


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[bool]:
    """A disk of a few megabytes; yields False where it could not be mounted."""
    place.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(place)]
    mounted = os.geteuid() == 0 and subprocess.run(call, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


class Batch:
    """A batch in a process of its own."""

    def __init__(self, runs: Sequence[Run], scratch: Path, *, file_limit: bool = False) -> None:
        self.file = scratch / f"runs-{time.monotonic_ns()}.pickle"
        self.file.write_bytes(pickle.dumps(list(runs)))
        words = [sys.executable, "-m", "tests.batch.batch_process", str(self.file), "2"]
        self.process = subprocess.Popen(
            [*words, "limit"] if file_limit else words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "TMPDIR": str(scratch)},
        )

    def wait_until_begun(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "begun\n"

    def workers(self) -> list[int]:
        """Processes below this one that hold one of its pipes and are no servers of others."""
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = (entry / "stat").read_text()
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
        return [w for child in parents.get(self.process.pid, []) for w in parents.get(child, [])]

    def end(self) -> str:
        output, errors = self.process.communicate(timeout=60)
        self.file.unlink(missing_ok=True)
        assert "Traceback" not in errors, errors
        return output


def disturb(fault: str, runs: Sequence[Run], scratch: Path, luck: random.Random, disk: Path | None) -> None:
    """One batch with one misfortune at a random moment."""
    if fault == "damage a result":
        chosen = runs[luck.randrange(RUNS)]
        path = result_path(chosen.folder, chosen.key)
        content = bytearray(path.read_bytes() if path.exists() else b"nothing")
        at = luck.randrange(12, max(13, len(content)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(content[:at]) + (b"\xff\x00" if luck.random() < 0.5 else b""))
    batch = Batch(runs, scratch, file_limit=fault == "fill the disk" and disk is None)
    batch.wait_until_begun()
    moment_s = luck.uniform(0.0, 0.6)
    if fault == "kill a worker":
        time.sleep(moment_s)
        for pid in batch.workers()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    elif fault == "kill the parent":
        time.sleep(moment_s)
        batch.process.kill()
    elif fault == "fill the disk" and disk is not None:
        time.sleep(moment_s)
        with contextlib.suppress(OSError), (disk / "filler").open("wb") as filler:
            while True:
                filler.write(b"\0" * 65536)
                filler.flush()
    elif fault == "two at once":
        Batch(runs, scratch).end()
    batch.end()
    if disk is not None:
        (disk / "filler").unlink(missing_ok=True)


def test_after_fifty_rounds_of_faults_every_result_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    luck = random.Random(20261125)
    reference = tiny_runs(tmp_path / "reference")
    execute(reference, processes=2)
    wanted = contents(reference)
    with small_disk(tmp_path / "disk") as mounted:
        disk = tmp_path / "disk"
        scratch = disk / "scratch"
        scratch.mkdir()
        runs = tiny_runs(disk / "runs")
        for number in range(ROUNDS):
            fault = FAULTS[number % len(FAULTS)]
            for run in luck.sample(runs, luck.randint(3, RUNS)):  # something to do in every round
                shutil.rmtree(run.folder, ignore_errors=True)
            disturb(fault, runs, scratch, luck, disk if mounted else None)
            missing = due_runs(runs)
            made: list[str] = []
            results = execute(runs, processes=2, on_event=lambda e, made=made: made.append(e.run_id))
            assert sorted(made) == sorted(missing), (number, fault)
            assert {r.status for r in results.values()} == {"done"}, (number, fault)
            assert contents(runs) == wanted, (number, fault)


def test_a_model_that_fails_hangs_or_writes_gigabytes_is_ended_and_named(tmp_path: Path) -> None:
    good, hangs, large, bad = tiny_runs(tmp_path)[:4]
    limits = Event("storm", STORM_START, 3600.0, 2.0, SimulationSettings(time_limit_s=1.0, file_limit_mb=1000.0))
    endless = MODEL.replace("END_DATE 06/01/2026", "END_DATE 06/01/2126")
    much = endless.replace("REPORT_STEP 00:01:00", "REPORT_STEP 00:00:02").replace(
        "[REPORT]", "[REPORT]\nNODES ALL\nLINKS ALL"
    )
    assert len({MODEL, endless, much}) == 3
    bad = replace(bad, text=MODEL.replace("[OUTFALLS]", "[OUTFALLS]\nO9 nonsense"))
    hangs = replace(hangs, text=endless, event=limits)
    large = replace(large, text=much, event=replace(limits, settings=SimulationSettings(file_limit_mb=3.0)))
    results = execute([hangs, large, bad, good], processes=2)
    assert {i: (r.status, r.messages[0].key if r.messages else "") for i, r in results.items()} == {
        hangs.run_id: ("failed", "engine.run.time_limit_below_size"),
        large.run_id: ("failed", "engine.run.size_limit"),
        bad.run_id: ("failed", "engine.error.203"),
        good.run_id: ("done", ""),
    }
    assert due_runs([hangs, large, bad, good]) == {}
    again = due_runs([hangs, large, bad, good], "failed")
    assert again == dict.fromkeys([hangs.run_id, large.run_id, bad.run_id], "failed")
