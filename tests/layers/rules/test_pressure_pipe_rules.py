"""Rules on the fall and size of sewers pass pressure pipes by."""

from __future__ import annotations

import pytest
from tests.lift_station import write_lift_station

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline

OF_SEWERS = {"pipe.flat", "pipe.steep", "pipe.shrinks", "node.step_up"}


def found(folder, change):
    findings = pipeline.check(load_project(write_lift_station(folder, change))).findings
    return {(f.rule, f.feature.feature_id) for f in findings if f.rule in OF_SEWERS}


def as_main(up_m, down_m, diameter_mm, *, pressed):
    """The main behind the pump with other levels, laid from there by gravity where it is not pressed."""

    def change(rows):
        main = rows["pipes"][1]
        main |= {"invert_up_m": up_m, "invert_down_m": down_m, "diameter_mm": diameter_mm}
        if not pressed:
            del main["hazen_williams"]

    return change


@pytest.mark.parametrize(
    ("levels", "size", "rule"),
    [
        # Level, plunging, wider than what it flows into, and below the pipe that takes it on.
        ((99.0, 99.0), 300.0, ("pipe.flat", "PM")),
        ((100.5, 80.0), 300.0, ("pipe.steep", "PM")),
        ((100.0, 99.5), 400.0, ("pipe.shrinks", "PS2")),
        ((100.0, 98.9), 300.0, ("node.step_up", "S4")),
    ],
)
def test_only_sewers_by_gravity_are_held_to_them(tmp_path, levels, size, rule):
    assert rule in found(tmp_path / "sewer", as_main(*levels, size, pressed=False))
    assert rule not in found(tmp_path / "main", as_main(*levels, size, pressed=True))
