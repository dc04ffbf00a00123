"""A process that makes the runs pickled in a file, for tests that disturb it: RUNS PROCESSES [limit]."""

from __future__ import annotations

import pickle
import resource
import sys
from pathlib import Path

from spongecalc.batch.run import RunDone
from spongecalc.batch.runs import execute

LIMIT_BYTES = 1000


def main() -> None:
    """Make the runs; say "begun" when at work, and how each run ended."""
    runs = pickle.loads(Path(sys.argv[1]).read_bytes())

    def told(event: RunDone) -> None:
        if "limit" in sys.argv:  # after the first run nothing larger than this can be written by this process
            resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, resource.RLIM_INFINITY))
        print(event.status, event.reason, flush=True)

    print("begun", flush=True)
    try:
        execute(runs, processes=int(sys.argv[2]), on_event=told)
    except OSError as error:
        print("stopped", error.strerror, flush=True)


if __name__ == "__main__":
    main()
