"""A small project opened once for the tests of the front door, with the command line's results beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from tests.small_project import write_small_project

import spongecalc as sc

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def command_line(tmp_path_factory) -> Path:
    """The folder of a small project after ``spongecalc all``."""
    folder = write_small_project(tmp_path_factory.mktemp("front") / "project").folder
    call = [sys.executable, "-m", "spongecalc", "all", str(folder), "--jobs", "2", "--quiet"]
    subprocess.run(call, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def project(command_line, tmp_path_factory) -> sc.Project:
    """The same project in another folder, where nothing has been run."""
    folder = tmp_path_factory.mktemp("opened") / "project"
    ignored = shutil.ignore_patterns("results", "report", "swmm_models")
    shutil.copytree(command_line, folder, ignore=ignored)
    return sc.open_project(folder)


@pytest.fixture(scope="session")
def result(project) -> sc.Result:
    """Community A after the works under the headline storm."""
    return project.system("A", "after").to_swmm().run()
