"""Grids in text: as many numbers as promised, or a refusal that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from spongecalc.gate import grid_text, raster
from spongecalc.gate.cause import cause_of
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.not_admitted import NotAdmittedError

ESRI = "ncols 3\nnrows 3\nxllcorner 540000\nyllcorner 2674000\ncellsize 1\n"
CELLS = "1 2 3\n4 5 6\n7 8 9\n"
GRASS = "north: 2674003\nsouth: 2674000\neast: 540003\nwest: 540000\nrows: 3\ncols: 3\n"
SURFER = "DSAA\n3 3\n540000 540003\n2674000 2674003\n1 9\n"


def read(folder: Path, text: str, name: str = "ground.asc") -> list[list[float]]:
    path = folder / name
    path.write_text(text, "utf-8")
    with Entrance(path, "raster", "dem"), raster.opened(path) as grid:
        cells: list[list[float]] = grid.read(1, masked=True).tolist()
        return cells


def refusal(folder: Path, text: str, language: str = "en") -> str:
    path = folder / "ground.asc"
    path.write_text(text, "utf-8")
    with Entrance(path, "raster", "dem"), pytest.raises(NotAdmittedError) as refused:
        raster.opened(path)
    return cause_of(refused.value).sentence(language)


WHOLE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        (ESRI + CELLS, WHOLE),
        (ESRI + CELLS.replace("\n", " "), WHOLE),
        (ESRI + CELLS.replace("\n", "\r\n") + "\r\n  \n", WHOLE),
        (ESRI + "NODATA_value -99\n" + CELLS.replace("5", "-99"), [[1, 2, 3], [4, None, 6], [7, 8, 9]]),
        (ESRI + CELLS.replace("5", "5.5E0"), [[1, 2, 3], [4, 5.5, 6], [7, 8, 9]]),
        (ESRI.replace("ncols", "NCOLS").replace("cellsize", "dx 1\ndy").replace(" ", "\t") + CELLS, WHOLE),
        (GRASS + CELLS, WHOLE),
        (ESRI + CELLS.replace("5", "5,5"), [[1, 2, 3], [4, 5.5, 6], [7, 8, 9]]),
        (ESRI + CELLS.replace("5", "+.5e+1"), WHOLE),
        (GRASS + "null: *\ntype: float\n" + CELLS.replace("5", "*"), [[1, 2, 3], [4, None, 6], [7, 8, 9]]),
    ],
)
def test_a_sound_grid_is_read(tmp_path: Path, text: str, cells: list[list[float]]) -> None:
    assert read(tmp_path, text) == cells


def test_a_sound_grid_of_surfer_is_read(tmp_path: Path) -> None:
    """Its rows stand from south to north."""
    assert read(tmp_path, SURFER + CELLS, "ground.grd") == WHOLE[::-1]


@pytest.mark.parametrize("heading", [ESRI, GRASS])
@pytest.mark.parametrize("left", [1, 3, 8])
def test_a_grid_that_breaks_off_says_how_much_is_there(tmp_path: Path, heading: str, left: int) -> None:
    """GDAL looks for a row behind the break again and again; nobody asks it to."""
    cut = heading + " ".join(CELLS.split()[:left])
    assert f"promises 9 cells (columns x rows), and {left} follow" in refusal(tmp_path, cut)
    assert f"应有 9 个格值（列数 x 行数），实有 {left} 个" in refusal(tmp_path, cut, "zh")


def test_more_cells_than_promised_are_no_sound_grid(tmp_path: Path) -> None:
    """The rows beyond were dropped: of a heading that is wrong nobody knew."""
    assert "promises 9 cells (columns x rows), and 12 follow" in refusal(tmp_path, ESRI + CELLS + "1 2 3\n")


@pytest.mark.parametrize(
    "word",
    [
        "x",
        "1x54",
        "1540O",
        "#",
        "—",
        "1$2",
        "1e+-+2",
        "100.2.5",
        "-",
        "1-2",
        "5e",
        "NA",
        "inf",
        "1,2,3",
        "*",
        "nan",
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_line(tmp_path: Path, word: str) -> None:
    """It counted as 0, or as the figures before the fault."""
    said = refusal(tmp_path, ESRI + CELLS.replace("5", word))
    assert said == f"line 7 holds {word}, which is no number; export the grid anew"
    assert f"第 7 行的 {word} 不是数字" in refusal(tmp_path, ESRI + CELLS.replace("5", word), "zh")


@pytest.mark.parametrize("word", ["5,5", "1e+-+2", "5.5.5"])
def test_a_cell_of_surfer_is_a_number_with_a_point(tmp_path: Path, word: str) -> None:
    """Of one with a comma its figures before that were taken, and those behind for the next cell."""
    assert f"line 7 holds {word}, which is no number" in refusal(tmp_path, SURFER + CELLS.replace("5", word))


def test_nan_says_no_data_among_numbers_with_points(tmp_path: Path) -> None:
    """Among whole numbers it counted as 0."""
    cells = read(tmp_path, ESRI + "NODATA_value nan\n" + CELLS.replace("1", "1.5").replace("5 6", "nan 6"))
    assert cells == [[1.5, 2, 3], [4, None, 6], [7, 8, 9]]


@pytest.mark.parametrize("piece", range(len(ESRI), len(ESRI + CELLS) + 2))
def test_a_grid_is_looked_through_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Wherever a piece ends, its last cell and its lines are counted once."""
    monkeypatch.setattr(grid_text, "_PIECE", piece)
    long = CELLS.replace("5", "-5.25e0")
    assert read(tmp_path, ESRI + long)[1][1] == -5.25
    for cells in (" ".join(long.split()), long.replace("\n", "\r\n"), "\n" * 99 + long):
        grid_text.refuse_unsound_cells(tmp_path / written(tmp_path, ESRI + cells), 9)
    assert "line 8 holds 9.9.9, which" in refusal(tmp_path, ESRI + long.replace("9", "9.9.9"))
    assert "and 10 follow" in refusal(tmp_path, ESRI + long + "1")


def test_a_file_without_blanks_is_no_grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_text, "_PIECE", 1 << 13)
    path = tmp_path / written(tmp_path, ESRI + "1" * 50_000)
    with pytest.raises(NotAdmittedError):
        grid_text.refuse_unsound_cells(path, 9)


def written(folder: Path, text: str) -> str:
    (folder / "written.asc").write_text(text, "utf-8")
    return "written.asc"
