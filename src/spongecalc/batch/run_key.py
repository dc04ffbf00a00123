"""What determines a run, as one digest: two runs of one key have one result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

# swmm-toolkit: pyswmm tells the engine's version too, but takes 20 ms and more to import, and a call that finds
# nothing to run needs nothing else of it.
from swmm.toolkit import solver

from spongecalc import swmm

if TYPE_CHECKING:
    from spongecalc.batch.runs import Run

# The part of this package that turns the engine's results into ours: a change in it is a change of results.
READERS = (
    "engine",
    "error_lines",
    "input_file",
    "open_model",
    "output_file",
    "report_file",
    "run_result",
    "statistics",
    "units",
)


def run_key(run: Run) -> str:
    """Digest of everything that a run's result follows from.

    The input file with the storm and the options in it, files that it names, what is asked for (mark, series,
    binary results), the versions of the engine and of pyswmm, and the code that reads results.
    """
    asked = {
        "input": run.sha256,
        "files": [(name, _file_digest(path)) for name, path in run.files],
        "mark_s": run.event.mark_s,
        "series": asdict(run.series),
        "keep_out": run.keep_out,
        "engine": engine_version(),
        "pyswmm": metadata.version("pyswmm"),
        "readers": _readers_digest(),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Version of the SWMM engine on this machine."""
    return str(solver.swmm_version_info())


@lru_cache(maxsize=1)
def _readers_digest() -> str:
    folder = Path(swmm.__file__).parent
    digest = hashlib.sha256()
    for name in READERS:
        digest.update((folder / f"{name}.py").read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
