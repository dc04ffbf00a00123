"""Coordinates of a MIF are numbers, or the file is refused with the line of the one that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.gate import mapinfo_coordinates
from spongecalc.gate.cause import cause_of
from spongecalc.gate.mapinfo_coordinates import refuse_unsound_shapes
from spongecalc.gate.not_admitted import NotAdmittedError
from spongecalc.layers.sources.raw import SourceRefusedError
from spongecalc.layers.sources.vector import read_vector

HEAD = 'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 2\n  id Char(8)\n  1st Integer\nData\n\n'
SOUND = """Point 540000.5 -2674000
    Symbol (34,0,12)
Line 1 2 3e2 .5
    Pen (1,2,0)
Pline 2
1 2
 3 4\t
Pline Multiple 1
  2
1 2
3 4
Region  1
  4
1 2
3 2
3 4
1 2
    Center 2 3
Text
    "24 a4"
    1 2 3 4
Rect 1 2 3 4
None
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "n.mif"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("piece", [200, 257, 1 << 24])
@pytest.mark.parametrize(
    ("old", "new", "word", "line"),
    [
        ("540000.5", "54oo10", "54oo10", 9),
        ("-2674000", "26.7.4", "26.7.4", 9),
        ("1 2 3e2 .5", "1 2 3 4x", "4x", 11),
        (" 3 4\t\n", "3 4o4\n", "4o4", 15),
        ("\n3 2\n", "\n3,2 5\n", "3,2", 23),
        ("Point 540000.5", "Point x", "x", 9),
    ],
)
def test_a_coordinate_that_is_no_number_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, word: str, line: int, piece: int
) -> None:
    """The point lay at 54."""
    monkeypatch.setattr(mapinfo_coordinates, "_PIECE", piece)
    assert SOUND.count(old) == 1
    with pytest.raises(NotAdmittedError) as refused:
        refuse_unsound_shapes(written(tmp_path, HEAD + SOUND.replace(old, new)))
    said = cause_of(refused.value).sentence("en")
    assert said.startswith(f"line {line} has {word} among its coordinates, which is no number; ")


@pytest.mark.parametrize("piece", [130, 200, 1 << 24])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sound_shapes_are_let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, piece: int) -> None:
    monkeypatch.setattr(mapinfo_coordinates, "_PIECE", piece)
    refuse_unsound_shapes(written(tmp_path, (HEAD + SOUND).replace("\n", end)))


def test_a_layer_with_such_a_coordinate_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + "Point 54oo10 3\n")
    path.with_suffix(".mid").write_text('"a",1\n')
    with pytest.raises(SourceRefusedError) as refused:
        read_vector(path, None, "nodes", None)
    assert refused.value.rule == "file.not_admitted"
    written(tmp_path, HEAD + "Point 540010 3\n")
    assert len(read_vector(path, None, "nodes", None).frame) == 1
