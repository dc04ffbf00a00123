"""What tests share: a small project of three communities, laid out by hand to be worked out by hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from spongecalc.assess.review import Review
from spongecalc.batch import runoff_batch
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.built import Built
from spongecalc.swmm.run_result import RunResult
from tests import postgis_server, shared_runoff
from tests.lift_station import write_lift_station
from tests.small_project import SmallProject, write_small_project

REPOSITORY = Path(__file__).resolve().parents[1]

# A system that speaks no language of ours: what commands say does not depend on whose machine tests run on.
os.environ["LC_ALL"] = "C.UTF-8"

# Hundreds of commands and workers are started: compiling the package is most of what a short one does, so that it
# is kept also where the environment would not.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No file of a test has to outlast a power cut: GDAL need not wait for the disk at each layer that it writes.
os.environ["OGR_SQLITE_SYNCHRONOUS"] = "OFF"


SLOW_S = 120.0

# Files that take minutes, the longest first: begun last, one of them would keep one worker while the others wait.
LONGEST = (
    "test_example.py",
    "test_mixed_rounds.py",
    "test_mutations.py",
    "test_fault_rounds.py",
    "test_publishing.py",
    "test_survey_forms.py",
    "test_incremental.py",
    "test_second_calculation.py",
    "test_repaired_copy.py",
    "test_ponding_causes.py",
    "test_broken_projects.py",
    "test_documents.py",
    "test_each_criterion.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first, in the order of the files; all others stay in theirs."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell of a test that took minutes as soon as it is through: who ends a run sees what it waited for."""
    if report.duration > SLOW_S and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\n{report.nodeid} ({report.when}): {report.duration:.0f} s", file=sys.__stderr__, flush=True)


@pytest.fixture(scope="session", autouse=True)
def runoff_that_tests_share() -> Iterator[set[str]]:
    """Runs of runoff alone are made once for all tests of a process; what is in the set keeps them from it."""
    alone: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runoff_batch, "run_all", shared_runoff.sharing(runoff_batch.run_all, lambda: not alone))
        yield alone


@pytest.fixture(autouse=True)
def runs_of_its_own(request: pytest.FixtureRequest, runoff_that_tests_share: set[str]) -> Iterator[None]:
    """Tests of these runs make them themselves."""
    if request.path.parent.name in shared_runoff.ALONE:
        runoff_that_tests_share.add("alone")
    yield
    runoff_that_tests_share.clear()


@pytest.fixture
def small_project(tmp_path: Path) -> Callable[..., SmallProject]:
    """A function that writes a project with some of its frames changed, and returns it."""

    def write(**changes: object) -> SmallProject:
        return write_small_project(tmp_path / "project", **changes)  # type: ignore[arg-type]

    return write


@dataclass(frozen=True)
class WholeRun:
    """A project taken through all its steps."""

    folder: Path
    built: Built
    results: dict[str, RunResult]
    review: Review


def take_through(folder: Path) -> WholeRun:
    """Check, build, run and assess the project in a folder."""
    built = pipeline.build(pipeline.check(load_project(folder)))
    results = pipeline.run(built, 2)
    return WholeRun(folder, built, results, pipeline.assess(built, results, "en"))


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The small project as it is, taken through all its steps once."""
    return take_through(write_small_project(tmp_path_factory.mktemp("whole") / "project").folder)


@pytest.fixture(scope="session")
def lifted(tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """The community with a lift station and a basin with banks, taken through all its steps once."""
    return take_through(write_lift_station(tmp_path_factory.mktemp("lifted") / "project"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository, itself the project of the worked example."""
    return REPOSITORY


@pytest.fixture(scope="session")
def postgis() -> Iterator[postgis_server.Server]:
    """A database server of the tests' own; tests that need one are skipped where none is installed."""
    if reason := postgis_server.missing():
        pytest.skip(reason)
    with postgis_server.running() as server:
        yield server
