from pathlib import Path

import pytest

from spongecalc.batch.last_whole import FOLDER, keep_last_whole, note_answered
from spongecalc.batch.own_files import note_written

PIPES, DEM = ("pipes", "survey.gpkg"), ("dem", "ground.tif")


@pytest.fixture
def answered(tmp_path: Path):
    """Writes the answers of a call, as the commands do; returns where the last whole ones are kept."""
    results, report = tmp_path / "results", tmp_path / "report"

    def answer(figure: str, *refused: tuple[str, str]) -> Path | None:
        kept = keep_last_whole(results, report, refused)
        for folder, name in ((results, "communities.csv"), (report, "index.html"), (report, "profiles/A.svg")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(figure)
            note_written(folder, [folder / name])
        note_answered(results, refused)
        return kept

    return answer


def _figures(kept: Path) -> dict[str, str]:
    return {
        p.relative_to(kept).as_posix(): p.read_text()
        for p in kept.rglob("*")
        if p.is_file() and ".spongecalc" not in p.parts
    }


def test_nothing_is_kept_while_all_that_was_read_still_is(answered, tmp_path: Path):
    assert answered("0", DEM) is None  # never could be read
    assert answered("1", DEM) is None
    assert answered("2") is None
    assert not (tmp_path / "results" / FOLDER).exists()


def test_the_last_whole_answers_stay_through_faults_and_go_with_them(answered, tmp_path: Path):
    answered("1")
    kept = answered("2", PIPES)
    assert kept == tmp_path / "results" / FOLDER
    whole = {"communities.csv": "1", "report/index.html": "1", "report/profiles/A.svg": "1"}
    assert _figures(kept) == whole
    assert answered("3", PIPES, DEM) == kept
    assert answered("4", DEM) == kept
    assert _figures(kept) == whole
    assert answered("5") is None
    assert not kept.exists()
    # The next fault keeps those of the call before it.
    assert _figures(answered("6", DEM))["communities.csv"] == "5"


def test_half_a_copy_is_made_anew_and_notes_of_the_user_stay(answered, tmp_path: Path):
    answered("1")
    kept = tmp_path / "results" / FOLDER
    kept.mkdir()
    (kept / "communities.csv").write_text("half")
    (kept / "note.txt").write_text("mine")
    assert answered("2", PIPES) == kept
    assert _figures(kept)["communities.csv"] == "1"
    assert answered("3") is None
    assert _figures(kept) == {"note.txt": "mine"}
