"""Counties of growing size from layers to communities.csv: wall time, memory, growth; and nothing due after it.

    python -m tests.bench.scale 100 1000

For each size a county of the worked example's kind is generated (22 communities again and again, not two
models alike), taken through ``spongecalc run`` and ``assess`` (two scenarios, three storms, dry weather), and
called once more. Memory is that of all processes together: the sum of their proportional shares, read from /proc
twice a second (Linux).
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
from tests.bench.processes import cpu_s, memory_mb, tree

EVERY_S = 0.5


def watched(command: Sequence[str]) -> tuple[float, float, float, int]:
    """Wall time and processor time in s, peak memory in MiB and exit code of a command."""
    began = time.monotonic()
    peak, spent = 0.0, {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            alive = tree(process.pid)
            peak = max(peak, memory_mb(alive))
            spent |= {number: cpu_s({number}) for number in alive}
            time.sleep(EVERY_S)
    return time.monotonic() - began, sum(spent.values()), peak, process.returncode


def measure(folder: Path, communities: int) -> tuple[float, float]:
    """Take a county from layers to communities.csv, then call again; wall and processor time in s.

    Two commands, run and assess, since the report of a county is another question.
    """
    if not (folder / "spongecalc.toml").is_file():
        write_county(folder, communities)
    calls = [[sys.executable, "-m", "spongecalc", step, str(folder), "--quiet"] for step in ("run", "assess")]
    first = [watched(call) for call in calls]
    again = [watched(call) for call in calls]
    rows = len(pd.read_csv(folder / "results" / "communities.csv"))
    runs = pd.read_csv(folder / "results" / "runs.csv")
    wall_s, spent_s = (sum(one[i] for one in first) for i in (0, 1))
    print(
        f"{communities} communities: {rows} rows of communities.csv with TOTAL, {len(runs)} runs "
        f"({(runs['status'] == 'done').sum()} done), exit codes {first[0][3]}, {first[1][3]}: {wall_s:.1f} s "
        f"({first[0][0]:.1f} run, {first[1][0]:.1f} assess), {spent_s:.1f} s of processor time, at most "
        f"{max(one[2] for one in first):.0f} MiB; nothing due: {again[0][0]:.2f} s and {again[1][0]:.2f} s",
        flush=True,
    )
    return wall_s, spent_s


def main() -> None:
    """Measure counties and print how time grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--folder", type=Path, help="keep the counties here; one that is there is used as it is")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = given.folder or Path(name)
        measured = [(size, measure(place / f"c{size}", size)) for size in given.sizes]
    for (small, first), (large, last) in itertools.pairwise(measured):
        wall, spent = ((b / large) / (a / small) for a, b in zip(first, last, strict=True))
        print(f"from {small} to {large}: {wall:.2f} x linear in wall time, {spent:.2f} x in processor time")


if __name__ == "__main__":
    main()
