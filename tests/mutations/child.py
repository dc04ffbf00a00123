"""The process that reads damaged files: with a limit of memory, so that no library takes the tests' own with it.

It takes lines of JSON (``form``, ``folder``, ``whole``) and gives one line each: the fate, and its words.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from tests.mutations.answer import of_findings
from tests.mutations.forms import FORMS
from tests.mutations.rounds import LIMIT_BYTES


def held_bytes(name: str) -> int:
    """A size of this process, as the system gives it: "VmSize", "VmHWM"."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def told(form: str, folder: Path, *, whole: bool) -> dict[str, object]:
    """The fate of a file: "read", "refused", "fault" (a refusal for a fault of ours), "wordless", "traceback"."""
    began = time.process_time()
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
    return {"fate": fate, "words": words, "seconds": time.process_time() - began}


# A form for each library: what they load on first use is no cost of a damaged file.
ONE_OF_EACH = ("gpkg", "survey.xlsx", "dxf", "geotiff", "landxml", "netcdf", "netcdf-4", "storm", "project")


def ready() -> None:
    """Read a sound file with each library."""
    with tempfile.TemporaryDirectory() as name:
        for form in ONE_OF_EACH:
            folder = Path(name) / form
            folder.mkdir()
            FORMS[form].write(folder)
            FORMS[form].answer(folder, whole=form == "gpkg")


def main() -> None:
    """Answer line by line until there are no more."""
    warnings.simplefilter("ignore")
    # What a library prints is not an answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    ready()
    limit = held_bytes("VmSize") + LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = held_bytes("VmHWM")
    print(json.dumps({"ready": os.getpid()}), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = told(asked["form"], Path(asked["folder"]), whole=asked["whole"])
        print(json.dumps({**answer, "more_bytes": held_bytes("VmHWM") - before}), file=out, flush=True)


if __name__ == "__main__":
    main()
