"""An error that names an object and no line is told with the line of the object that is to blame."""

from __future__ import annotations

import pytest

from spongecalc.swmm.error_lines import parse_errors
from spongecalc.swmm.error_places import with_place
from spongecalc.swmm.input_file import parse_input

MODEL = """[OPTIONS]
START_DATE 06/01/2026
END_DATE 05/01/2026
[CONDUITS]
C1 A B -5 0.013
[PUMPS]
P1 A B K
[JUNCTIONS]
A 10 1 2
[CURVES]
K STORAGE 0 1
K 2 5
K 1 8
L PUMP2 0 1 0.5 2 0.5 3
[TIMESERIES]
T 0:00 1 0:10 2
T 0:05 3
D 06/01/2026 0:00 1
"""


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("ERROR 111: invalid length for Conduit C1.", 5),
        ("ERROR 111: invalid length for Conduit c1.", 5),
        ("ERROR 121: missing or invalid pump curve assigned to Pump P1.", 7),
        ("ERROR 138: Node A has initial depth greater than maximum depth.", 9),
        ("ERROR 171: Curve K has invalid or out of sequence data.", 13),
        ("ERROR 171: Curve L has invalid or out of sequence data.", 14),
        ("ERROR 173: Time Series T has its data out of sequence.", 17),
        ("ERROR 173: Time Series D has its data out of sequence.", 18),
        ("ERROR 191: simulation start date comes after ending date.", 3),
        ("ERROR 131: the following links form cyclic loops in the drainage system:\n  C1  -->  P1", 5),
        ("ERROR 111: invalid length for Conduit NONE.", None),
        ("ERROR 145: Drainage system has no acceptable outlet nodes.", None),
    ],
)
def test_the_row_of_the_object_is_found(sentence: str, line: int | None) -> None:
    model = parse_input(MODEL.encode())
    (message,) = parse_errors(sentence, model)
    placed = with_place(message, model)
    assert placed.line == line
    if line is not None:
        assert placed.line_text == MODEL.splitlines()[line - 1]
        assert placed.section == model.sections[line - 1]


def test_a_line_that_the_engine_names_stays() -> None:
    model = parse_input(MODEL.encode())
    sentence = "ERROR 211: invalid number -5 at line 5 of [CONDUIT] section:\n  C1 A B -5"
    (message,) = parse_errors(sentence, model)
    assert message.line == 5
    assert with_place(message, model) is message
