"""The process that reads damaged files: with a limit of memory, so that no library takes the tests' own with it.

It takes lines of JSON (``form``, ``folder``, ``whole``) and gives one line each: the fate, and its words.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.mutations.answer import of_findings
from tests.mutations.forms import FORMS
from tests.mutations.rounds import LIMIT_BYTES
from tests.small_project import write_small_project


def held_bytes(name: str, pid: str = "self") -> int:
    """A size of a process, as the system gives it: "VmSize", "VmHWM"; 0 of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def most_held_bytes() -> int:
    """The most that this process has held with those that it started: one that has ended, or those still there.

    A process that is started begins as a copy of this one, and counts as large for ever: of those that have ended
    only what is more than that is their own.
    """
    own, ended = held_bytes("VmHWM"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return own + max(ended if ended > own else 0, _beside_bytes())


def _beside_bytes() -> int:
    """The most that the processes that it started, and that are still there, have held."""
    pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return sum(held_bytes("VmHWM", pid) for pid in pids)


def told(form: str, folder: Path, *, whole: bool) -> dict[str, object]:
    """The fate of a file: "read", "refused", "fault" (a refusal for a fault of ours), "wordless", "traceback"."""
    try:
        if form == "check":
            checked = pipeline.check(load_project(folder))
            answer = of_findings(checked.findings, [], [])
        else:
            answer = FORMS[form].answer(folder, whole=whole)
    except Exception:
        return {"fate": "traceback", "words": traceback.format_exc()[-3000:]}
    fate = "refused" if answer.is_refused else "read"
    words = answer.rule
    if answer.wordless:
        fate, words = "wordless", "; ".join(answer.wordless)
    if answer.faults:
        fate, words = "fault", "; ".join(answer.faults)
    return {"fate": fate, "words": words}


# A form for each library: what they load on first use is no cost of a damaged file.
ONE_OF_EACH = ("gpkg", "survey.xlsx", "dxf", "geotiff", "landxml", "netcdf", "netcdf-4", "storm", "project")


def ready() -> None:
    """Read a sound file with each library, and check a sound project."""
    with tempfile.TemporaryDirectory() as name:
        for form in ONE_OF_EACH:
            folder = Path(name) / form
            folder.mkdir()
            FORMS[form].write(folder)
            FORMS[form].answer(folder, whole=form == "gpkg")
        pipeline.check(load_project(write_small_project(Path(name) / "checked").folder))


def main() -> None:
    """Answer line by line until there are no more."""
    warnings.simplefilter("ignore")
    # What a library prints is not an answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    ready()
    limit = held_bytes("VmSize") + LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = most_held_bytes()
    print(json.dumps({"ready": os.getpid()}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = told(asked["form"], Path(asked["folder"]), whole=asked["whole"])
        print(json.dumps({**answer, "more_bytes": most_held_bytes() - before}), file=out, flush=True)


if __name__ == "__main__":
    main()
