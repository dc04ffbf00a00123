"""``make bench``: two thousand rounds of one to five mixed defects over a part of the example's layers.

Printed are the kinds, how many defects were planted, and what must not be: tracebacks, communities touched that
had no defect, defects that changed a model or the bill and that no finding names at their feature ("silent", by
kind), sentences with words of the program, ledgers of intake that do not close. All are 0, else it fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.defects.rounds import KINDS, Rounds, Tally, draws

SEED = 2026
# Rounds between two signs of life.
EVERY = 100


def some_rounds(count: int, seed: int) -> Tally:
    """What came of some rounds, in a folder of their own; what must not be is told as soon as it is seen."""
    with tempfile.TemporaryDirectory() as name:
        rounds = Rounds(Path(name) / "project")
        told = 0
        for number, defects in enumerate(draws(rounds.folder, count, seed), start=1):
            rounds.run(defects)
            failures = rounds.tally.failures()
            if len(failures) > told or not number % EVERY:
                print(
                    f"seed {seed}, round {number}: {len(failures)}", *failures[told:], file=sys.stderr, flush=True
                )
                told = len(failures)
        return rounds.tally


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    began = time.perf_counter()
    shares = [wanted.rounds // wanted.jobs + (n < wanted.rounds % wanted.jobs) for n in range(wanted.jobs)]
    with ProcessPoolExecutor(wanted.jobs) as pool:
        tallies = list(pool.map(some_rounds, shares, range(wanted.seed, wanted.seed + wanted.jobs)))
    planted: Counter[str] = sum((t.planted for t in tallies), Counter())
    rounds = sum(t.rounds for t in tallies)
    print(f"{rounds} rounds in {time.perf_counter() - began:.0f} s, {sum(planted.values())} defects")
    print(f"kinds: {len(KINDS)}, planted: {len(planted)}")
    failed = 0
    for name in ("tracebacks", "touched", "silent", "words", "open_intake"):
        told = [text for t in tallies for text in getattr(t, name)]
        failed += len(told)
        print(f"{name}: {len(told)}")
        for text in told:
            print(f"    {text}")
    silent = Counter(text.split(" at ")[0] for t in tallies for text in t.silent)
    for kind, count in silent.most_common():
        print(f"silent {count:>4}  {kind}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
