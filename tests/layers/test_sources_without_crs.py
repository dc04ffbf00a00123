"""A project that states no coordinate reference system anywhere is told once, for all of its layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from tests.small_project import CRS, Frames, SmallProject

from spongecalc.layers.finding import Finding
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.repaired_copy import repair

LAYERS = {"communities", "nodes", "pipes", "surfaces", "buildings", "connections"}


def without_crs(move: Callable[[np.ndarray], np.ndarray] = lambda xy: xy) -> Callable[[Frames], None]:
    """A change that takes the CRS of every layer away, after moving its coordinates."""

    def change(frames: Frames) -> None:
        for name, frame in frames.items():
            moved = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), move))
            frames[name] = moved.set_crs(None, allow_override=True)

    return change


def in_degrees(xy: np.ndarray) -> np.ndarray:
    """Coordinates in metres squeezed into degrees at Eshan; nothing is measured of them."""
    return np.add(np.divide(np.subtract(xy, (540_000, 2_674_000)), 1e5), (102.4, 24.17))


def bare(toml: str) -> str:
    return "\n".join(line for line in toml.splitlines() if not line.startswith("crs"))


def crs_findings(project: SmallProject) -> list[Finding]:
    findings = pipeline.check(load_project(project.folder)).findings
    return [f for f in findings if f.severity != "info"]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_crs_at_all_is_one_error(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(first=without_crs(), second=without_crs(), toml=bare)
    checked = pipeline.check(load_project(project.folder))
    (only,) = [f for f in checked.findings if f.severity != "info"]
    assert (only.rule, only.severity) == ("crs.none", "error")
    assert set(str(only.found["layers"]).split(", ")) == LAYERS
    assert only.found["count"] == 6
    for language in ("zh", "en"):
        assert "spongecalc.toml" in only.action(language)
    # In the ledger every feature is left out under the rule that is told: 3 x (1 + 6 + 3 + 3 + 1 + 6) of them.
    left = [s for s in checked.layers.read if s.refused]
    assert {s.refused for s in left} == {"crs.none"}
    assert sum(s.held.count for s in left) == 60


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_the_projects_word_counts_for_all_layers(small_project: Callable[..., SmallProject]) -> None:
    """With the line that the message asks for, everything is read where it was drawn, with one warning."""
    project = small_project(first=without_crs(), second=without_crs())
    (only,) = crs_findings(project)
    assert (only.rule, only.severity, only.found["crs"]) == ("crs.taken_all", "warning", CRS)
    pipes = pipeline.check(load_project(project.folder)).layers["pipes"]
    assert len(pipes) == 9
    assert pipes.geometry.length.sum() == pytest.approx(9 * 30.0)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("move", "rule", "code"),
    [
        (lambda xy: np.add(xy, (34_000_000, 0)), "crs.none_zone", "EPSG:4522"),
        (in_degrees, "crs.none_degrees", "EPSG:4490"),
    ],
)
def test_what_all_coordinates_look_like_is_told_with_the_code(
    small_project: Callable[..., SmallProject], move: Callable[[np.ndarray], np.ndarray], rule: str, code: str
) -> None:
    """3-degree zone 34 has its meridian at 102 E; CGCS2000 with the zone's number is EPSG:4513 + (34 - 25)."""
    project = small_project(first=without_crs(move), second=without_crs(move), toml=bare)
    (only,) = crs_findings(project)
    assert (only.rule, only.found["crs"]) == (rule, code)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_that_states_one_leaves_the_others_told_one_by_one(
    small_project: Callable[..., SmallProject],
) -> None:
    """Only the second delivery states none: its layers lie at the communities of the first."""
    project = small_project(second=without_crs())
    told = {(f.rule, f.feature.layer) for f in crs_findings(project)}
    assert told == {("crs.taken", "communities"), *(("crs.guessed", layer) for layer in LAYERS - {"communities"})}


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_repaired_copy_makes_no_system_up(small_project: Callable[..., SmallProject]) -> None:
    project = small_project(first=without_crs(), second=without_crs(), toml=bare)
    repair(load_project(project.folder), (), "en")
    text = (project.folder / "repaired" / "spongecalc.toml").read_text(encoding="utf-8")
    assert "EPSG" not in text
    # The sources are carried over as they are, so that nothing is lost.
    assert text.count('source = "../ab.gpkg"') == 6
