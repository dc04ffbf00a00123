"""What tests share: a small project of three communities, laid out by hand so that results can be worked out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.small_project import SmallProject, write_small_project

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture
def small_project(tmp_path: Path) -> Callable[..., SmallProject]:
    """A function that writes a project with some of its frames changed, and returns it."""

    def write(**changes: object) -> SmallProject:
        return write_small_project(tmp_path / "project", **changes)  # type: ignore[arg-type]

    return write


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository, itself the project of the worked example."""
    return REPOSITORY
