"""Warnings that libraries give their programmers never reach the console: the finding does."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from tests.small_project import write_small_project


def broken(frames) -> None:
    """A vertex without a coordinate, and a line without any: shapely and geopandas warn of both."""
    pipes = frames["pipes"]
    vertices = np.array(pipes.geometry.iloc[0].coords)
    vertices[0, 0] = np.nan
    pipes.loc[pipes.index[0], "geometry"] = shapely.LineString(vertices)
    pipes.loc[pipes.index[1], "geometry"] = shapely.LineString()


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    return write_small_project(tmp_path_factory.mktemp("warned") / "project", first=broken).folder


def check(folder: Path, *flags: str) -> str:
    answer = subprocess.run(
        [sys.executable, *flags, "-m", "spongecalc", "check", str(folder)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        env={k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"},
    )
    assert "A-" in answer.stdout
    return answer.stdout + answer.stderr


def test_a_broken_shape_is_named_without_a_library_s_words(project):
    assert "Warning" not in check(project)


@pytest.mark.parametrize("flags", [(), ("-W", "default")])
def test_who_asks_for_them_sees_them(flags: tuple[str, ...]) -> None:
    program = (
        "import warnings\n"
        "from spongecalc.cli.library_warnings import quiet_libraries\n"
        "quiet_libraries()\n"
        "warnings.warn('of a library')\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    answer = subprocess.run(
        [sys.executable, *flags, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
    )
    assert ("of a library" in answer.stderr) == bool(flags)


def test_workers_are_as_quiet():
    program = (
        "import subprocess, sys\n"
        "from spongecalc.cli.library_warnings import quiet_libraries\n"
        "quiet_libraries()\n"
        "subprocess.run([sys.executable, '-c', 'import warnings; warnings.warn(str(1)); print(2)'], check=True)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert (answer.stdout.strip(), answer.stderr) == ("2", "")
