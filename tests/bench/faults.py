"""Two hundred rounds of misfortune with a small project, and what came of them: ``python -m tests.bench.faults``.

Half of the rounds befall ``spongecalc run`` from nothing, half ``spongecalc all`` on runs already made. A quarter
as many more, full disks and kills, befall ``export``, ``sweep``, ``store`` and ``roundtrip``. Ends with 1 where
there was a traceback, a difference, or an end without its one message.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fault_rounds import KINDS_OF_OTHERS, OTHERS, play_rounds, play_rounds_of_others

ROUNDS, SEED = 200, 20261130


def main(rounds: int = ROUNDS) -> int:
    """Play the rounds and print the figures."""
    bad: list[str] = []
    with TemporaryDirectory(prefix="spongecalc-faults-") as folder:
        of_others = max(1, rounds // (4 * len(OTHERS) * len(KINDS_OF_OTHERS)))
        for name, play in (
            ("run and all", lambda place: play_rounds(place, rounds, SEED, 2)),
            (", ".join(OTHERS), lambda place: play_rounds_of_others(place, of_others, SEED)),
        ):
            tally, mounted = play(Path(folder) / name)
            print("\n".join((name, *tally.lines())))
            if not mounted:
                print("  no disk could be mounted: a limit on the size of files stood in for a full one")
            bad += [*tally.tracebacks, *tally.differences, *tally.unsaid]
    print("\n".join(line[:300] for line in bad[:40]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:2])))
