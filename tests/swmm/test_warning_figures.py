"""What WARNING 02 does to a run is told: by how much a node became deeper, and for which link."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.language import LANGUAGES
from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.run_result import Message, RunResult
from spongecalc.swmm.water_balance import describe, effect, explain

# A channel of 0.6 m that leaves a manhole of 0.4 m, in metres and in feet.
CHANNEL = """[OPTIONS]
FLOW_UNITS {units}
FLOW_ROUTING DYNWAVE
LINK_OFFSETS {offsets}
ALLOW_PONDING YES
START_DATE 06/01/2026
END_DATE 06/01/2026
END_TIME 01:00
ROUTING_STEP 2
[JUNCTIONS]
M 10 {depth} 0 0 100
N 9 0 0 0 100
[OUTFALLS]
O 8 FREE NO
[CONDUITS]
C M N {length} 0.015 {up} {down} 0
D N O {length} 0.015 {rest} {rest} 0
[XSECTIONS]
C RECT_OPEN {height} 0.5 0 0 1
D RECT_OPEN {height} 0.5 0 0 1
[INFLOWS]
M FLOW "" FLOW 1.0 1.0 1
"""
SHALLOW = {"offsets": "DEPTH", "up": "0", "down": "0", "rest": "0"}
LEVELS = {"offsets": "ELEVATION", "up": "10", "down": "9", "rest": "*"}


def run(text: str, folder: Path) -> RunResult:
    (folder / "model.inp").write_text(text, encoding="utf-8")
    return run_inp(folder / "model.inp", folder / "run")


@pytest.mark.parametrize(
    "values",
    [
        {"units": "LPS", "depth": 0.4, "height": 0.6, "length": 30, **SHALLOW},
        {"units": "LPS", "depth": 0.4, "height": 0.6, "length": 30, **LEVELS},
        {"units": "CFS", "depth": 0.4 / 0.3048, "height": 0.6 / 0.3048, "length": 100, **SHALLOW},
    ],
)
def test_a_node_that_became_deeper_says_by_how_much_and_for_which_link(
    tmp_path: Path, values: dict[str, object]
) -> None:
    result = run(CHANNEL.format(**values), tmp_path)
    (warning,) = [w for w in result.warnings if "WARNING 02" in w.engine_text]
    assert (warning.key, warning.subject) == ("engine.warning.02_deeper", "M")
    assert dict(warning.values) == {"stated_m": "0.400", "run_m": "0.600", "over_m": "0.200", "links": "C"}
    (row,) = [r for r in describe(result, "en")[-1].rows if r[0] == "M"]
    assert "0.200 m deeper to reach the top of C" in str(row[2])
    assert "flooding and ponding there are too little" in str(row[3])


def test_a_depth_that_is_only_rounded_has_no_effect(tmp_path: Path) -> None:
    values = {"units": "LPS", "depth": 0.6, "height": 0.6004, "length": 30, **SHALLOW}
    result = run(CHANNEL.format(**values), tmp_path)
    (warning,) = [w for w in result.warnings if "WARNING 02" in w.engine_text]
    assert warning.key == "engine.warning.02_rounding"
    assert effect(warning, "en") == "None."


@pytest.mark.parametrize("code", [f"{n:02}" for n in range(1, 13)])
def test_each_warning_says_what_it_does_to_the_figures(code: str) -> None:
    warning = Message("warning", f"engine.warning.{code}")
    for language in LANGUAGES:
        assert effect(warning, language)
        assert all(explain(warning, language))
    assert effect(Message("error", "engine.error.205"), "en") == ""
