"""Counties of growing size from layers to communities.csv: wall time, memory, growth; and nothing due after it.

    python -m tests.bench.scale 100 1000

For each size a county of the worked example's kind is generated (22 communities again and again, not two models
alike), taken through ``spongecalc all`` (two scenarios, three storms, dry weather), and called once more. Memory
is that of all processes together: the sum of their proportional shares, read from /proc twice a second (Linux).
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.bench.county import write_county

EVERY_S = 0.5


def tree(process_id: int) -> set[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = {process_id}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory_mb(process_ids: set[int]) -> float:
    """Proportional share of memory of processes, together."""
    total = 0
    for number in process_ids:
        try:
            text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def watched(command: Sequence[str]) -> tuple[float, float, int]:
    """Wall time in s, peak memory in MiB and exit code of a command."""
    began = time.monotonic()
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, memory_mb(tree(process.pid)))
            time.sleep(EVERY_S)
    return time.monotonic() - began, peak, process.returncode


def measure(folder: Path, communities: int) -> tuple[float, float]:
    """Take a county through all steps, and once more; wall times in s."""
    if not (folder / "spongecalc.toml").is_file():
        write_county(folder, communities)
    command = [sys.executable, "-m", "spongecalc", "all", str(folder), "--quiet"]
    wall_s, peak_mb, code = watched(command)
    again_s, _, _ = watched(command)
    rows = len(pd.read_csv(folder / "results" / "communities.csv"))
    runs = pd.read_csv(folder / "results" / "runs.csv")
    print(
        f"{communities} communities: {rows} rows of communities.csv with TOTAL, {len(runs)} runs "
        f"({(runs['status'] == 'done').sum()} done), exit code {code}: "
        f"{wall_s:.1f} s, {peak_mb:.0f} MiB at most; again, nothing due: {again_s:.2f} s",
        flush=True,
    )
    return wall_s, again_s


def main() -> None:
    """Measure counties and print how time grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--folder", type=Path, help="keep the counties here; one that is there is used as it is")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = given.folder or Path(name)
        walls = [(size, measure(place / f"c{size}", size)[0]) for size in given.sizes]
    for (small, first_s), (large, last_s) in itertools.pairwise(walls):
        growth = (last_s / large) / (first_s / small)
        print(f"from {small} to {large}: {growth:.2f} x linear")


if __name__ == "__main__":
    main()
