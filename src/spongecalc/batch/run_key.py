"""The digest of all that determines a run: two runs of one key have one result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib import metadata
from pathlib import Path

# swmm-toolkit: pyswmm tells the engine's version too, but takes 20 ms and more to import, and a call that finds
# nothing to run needs nothing else of it.
from swmm.toolkit import solver

from spongecalc import swmm
from spongecalc.swmm.event import Event
from spongecalc.swmm.gutter import Gutter
from spongecalc.swmm.run_result import SeriesRequest

# The part of this package that turns the engine's results into ours: a change in it is a change of results.
READERS = (
    "backflow",
    "engine",
    "error_lines",
    "gage_rain",
    "gutter",
    "gutter_water",
    "input_file",
    "open_model",
    "output_file",
    "report_file",
    "run_result",
    "short_links",
    "statistics",
    "units",
    "warning_figures",
)


def run_key(
    input_sha256: str,
    event: Event,
    files: Sequence[tuple[str, Path]],
    series: SeriesRequest,
    *,
    keep_out: bool,
    gutters: Sequence[Gutter] = (),
) -> str:
    """Digest of everything that a run's result follows from: engine, pyswmm and the code that reads results too.

    Parameters
    ----------
    input_sha256
        Digest of the input file without its title, with the storm and the options in it.
    event
        Its mark, at which volumes are read, in s from the start.
    files
        Further files that the input names, each with the name that it uses.
    series
        What is asked for over time.
    keep_out
        The engine's binary results are wanted as well.
    gutters
        The model's, whose depths are told as flooding.
    """
    asked = {
        "input": input_sha256,
        "files": [(name, _file_digest(path)) for name, path in files],
        "mark_s": event.mark_s,
        "series": asdict(series),
        "keep_out": keep_out,
        "gutters": _gutter_documents(tuple(gutters)),
        "engine": engine_version(),
        "pyswmm": _pyswmm_version(),
        "readers": _readers_digest(),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def engine_version() -> str:
    """Version of the SWMM engine on this machine."""
    return str(solver.swmm_version_info())  # swmm-toolkit: pyswmm is not imported here, see above


@lru_cache(maxsize=1)
def _pyswmm_version() -> str:
    return metadata.version("pyswmm")


@lru_cache(maxsize=256)
def _gutter_documents(gutters: tuple[Gutter, ...]) -> list[dict[str, object]]:
    """The gutters of a model as documents; thousands of runs of a sweep have the same."""
    return [asdict(g) for g in gutters]


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
