"""``make bench``: five thousand damaged files of every form of input, read in processes of their own.

Printed by form: files, those refused with a message, those read, and what must not be: tracebacks, faults of our
own code, refusals without words, hangs over 10 s, ends of the reading process; the most memory that reading took,
and the requests that a listener on loopback saw. All of these are 0 and the memory below 1.5 GB, else it fails.
Then ``check`` on a small project, a source of which is damaged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.listener import listening
from tests.mutations.damage import SEED
from tests.mutations.forms import FORMS
from tests.mutations.rounds import Reader, Tally, checked_rounds, rounds


def tally_of(form: str, files: int, checked: int, seed: int, proxy: str) -> Tally:
    """What came of one form's files, or of ``check``."""
    with (
        tempfile.TemporaryDirectory() as name,
        Reader(dict.fromkeys(("http_proxy", "https_proxy", "GDAL_HTTP_PROXY"), proxy)) as reader,
    ):
        if form == "check":
            return checked_rounds(Path(name), checked, reader, seed)
        return rounds(form, Path(name) / "files", files, reader, seed=seed)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000, help="of each form")
    parser.add_argument("--checked", type=int, default=50, help="projects of each form of layers")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("forms", nargs="*", default=[*FORMS, "check"])
    wanted = parser.parse_args()
    began = time.perf_counter()
    tallies: list[Tally] = []
    with listening() as listener, ThreadPoolExecutor(wanted.jobs) as pool:
        waiting = [
            pool.submit(tally_of, form, wanted.files, wanted.checked, wanted.seed, listener.url)
            for form in wanted.forms
        ]
        for one in waiting:
            tally = one.result()
            tallies.append(tally)
            print(tally.row(), flush=True)
            print(*tally.told, sep="\n", end="\n" if tally.told else "", file=sys.stderr, flush=True)
        asked = len(listener.asked)
    files, refused = sum(t.files for t in tallies), sum(t.fates["refused"] for t in tallies)
    most_mb = max(t.more_bytes for t in tallies) / 1e6
    failed = sum(len(t.told) for t in tallies)
    ends = f"{refused} refused with message, {failed} that must not be"
    took_s = time.perf_counter() - began
    print(f"{files} files in {took_s:.0f} s, {ends}, at most +{most_mb:.0f} MB, requests {asked}")
    if failed or asked or most_mb > 1500:
        sys.exit(1)


if __name__ == "__main__":
    main()
