"""Results that ``make demo`` left in the checkout, for tests that take the worked example through its steps.

The package finds by its own keys which of them are those of the runs that are asked for, and makes the others: a
test says the same with them and without, and without them takes as long as the runs do.
"""

from __future__ import annotations

import shutil
from pathlib import Path

INPUTS = ("src/spongecalc", "gis/eshan_phase1.gpkg", "gis/dem.tif", "spongecalc.toml", "requirements.lock")
RUNS, SERIES = "results/runs", "results/sponge_continuous.json"
OF_A_RUN = "*/*/*/*"
"""Files of a run within the runs: model, scenario, event, file."""


def take_results_along(repository: Path, folder: Path) -> None:
    """Copy the runs and the long series that lie in the repository to the same places in a project's folder.

    Nothing else goes along: what later steps kept beside a run (reference runs, flow over the ground) answers
    questions that a test asks for itself, or not. What is older than any file of the package or the example's
    inputs stays behind: another state of the code may have made it, and a test asks what this one says.
    """
    begun_s = max(path.stat().st_mtime for name in INPUTS for path in _files(repository / name))
    for path in (*(repository / RUNS).glob(OF_A_RUN), repository / SERIES):
        if path.is_file() and path.stat().st_mtime > begun_s:
            copy = folder / path.relative_to(repository)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)


def _files(path: Path) -> list[Path]:
    """The file, or those of the folder that no interpreter keeps for itself; none where there is nothing."""
    if path.is_file():
        return [path]
    return [p for p in path.rglob("*") if p.is_file() and p.parent.name != "__pycache__"]
