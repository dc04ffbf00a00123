"""``make bench-against REF=<commit>``: what the example's batch costs beside another state of this repository.

The batch (all runs of the worked example, `spongecalc run --force`) is run in turn with the sources of the other
state and with those here, each in a copy of the project of its own. Given is the processor time of the command
and of every process that it started, which other programs on the machine disturb least; the order changes from
one repetition to the next. Linux only: workers outlive their command, and are waited for as orphans.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PROJECT = ("gis", "spongecalc.toml", "swmm_models")
_ORPHANS_COME_HERE = 36  # PR_SET_CHILD_SUBREAPER of Linux


def sources_of(ref: str, folder: Path) -> Path:
    """The package's sources at a commit, put into a folder."""
    archive = folder / "sources.tar"
    subprocess.run(["git", "archive", "-o", archive, ref, "src"], cwd=REPOSITORY, check=True)
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "src"


def project_copy(folder: Path) -> Path:
    """The example's project in a folder of its own."""
    folder.mkdir()
    for name in PROJECT:
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return folder


def batch_cpu_s(sources: Path, project: Path, jobs: int, communities: Sequence[str]) -> float:
    """Processor time [s] of one batch with all of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "spongecalc", "run", str(project), "--force", "--jobs", str(jobs)]
    for community in communities:
        command += ["--community", community]
    subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(sources)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ref", help="commit or tag, or a folder with sources")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--community", action="append", default=[], help="only these, for a quick look")
    wanted = parser.parse_args()
    ctypes.CDLL(None).prctl(_ORPHANS_COME_HERE, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        other = Path(wanted.ref).resolve() if Path(wanted.ref).is_dir() else sources_of(wanted.ref, folder)
        sides = {wanted.ref: other, "here": REPOSITORY / "src"}
        projects = {side: project_copy(folder / f"project_{n}") for n, side in enumerate(sides)}
        spent: dict[str, list[float]] = {side: [] for side in sides}
        for repeat in range(-1, wanted.repeats):  # the first one warms the disk's cache and compiles
            for side in list(sides)[:: 1 if repeat % 2 else -1]:
                seconds = batch_cpu_s(sides[side], projects[side], wanted.jobs, wanted.community)
                if repeat >= 0:
                    spent[side].append(seconds)
        print(f"processor time of the example's batch, {wanted.repeats} times in turn, {wanted.jobs} processes")
        for side, seconds_of in spent.items():
            each = " ".join(f"{s:.2f}" for s in seconds_of)
            least, middle = min(seconds_of), statistics.median(seconds_of)
            print(f"{side:<24} min {least:6.2f} s  median {middle:6.2f} s  ({each})")
        base, here = spent.values()
        print(
            f"here / {wanted.ref}: min {min(here) / min(base):.3f}  "
            f"median {statistics.median(here) / statistics.median(base):.3f}  "
            f"median of pairs {statistics.median(h / b for h, b in zip(here, base, strict=True)):.3f}"
        )


if __name__ == "__main__":
    main()
