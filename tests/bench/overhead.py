"""``make bench``: what surrounds the engine costs, as a ratio within one run.

The worked example's batch under twelve events, 516 runs, from models to results on disk, against the same
input files run one after the other by swmm-toolkit alone, divided by the cores. 1.00 would mean that nothing
but the engine takes time. Beside it what else people use: pyswmm plainly in a pool of processes, and
swmm-api's runner in one; neither reads a result. ``--runs N`` takes only the first N, for a quick look.

Where other programs keep the machine busy, wall times say little; so the processor time of the batch, all of its
processes together, is given against the engine's as well (Linux).

What starts processes lies in modules of its own: every process of a pool imports the module that was called,
here as in a user's program, and a benchmark's own imports would count as the batch's time, or the engine's.
"""

from __future__ import annotations

import argparse


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=None)
    wanted = parser.parse_args().runs

    from tests.bench.batch_overhead import compare  # not in the workers

    compare(wanted)


if __name__ == "__main__":
    main()
