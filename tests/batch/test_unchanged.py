"""The record of what a command made: a damaged one is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spongecalc.batch.unchanged import (
    Stamp,
    current_stamp,
    inputs_state,
    outputs_state,
    read_stamp,
    results_folder,
    write_stamp,
)


def test_a_record_that_is_damaged_anywhere_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "spongecalc.toml").write_text('name = "p"\n', encoding="utf-8")
    stamp = Stamp(
        {"settings": "a" * 64}, {"results/runs.csv": "b" * 64}, 1, ("管道缺少标高",), {"models": 3}, ("x",)
    )
    write_stamp(tmp_path, "all-1", stamp)
    assert read_stamp(tmp_path, "all-1") == stamp
    path = results_folder(tmp_path) / ".spongecalc" / "all-1.json"  # type: ignore[operator]
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert read_stamp(tmp_path, "all-1") is None
        path.write_bytes(content[:at])
        assert read_stamp(tmp_path, "all-1") is None
    path.write_bytes(content)
    assert read_stamp(tmp_path, "all-1") == stamp


def test_what_other_commands_keep_and_assess_joins_is_an_input(tmp_path: Path) -> None:
    """A search that was made after the last call was in no table, and nothing seemed due."""
    (tmp_path / "spongecalc.toml").write_text('name = "p"\n', encoding="utf-8")
    before = inputs_state(tmp_path)
    for number, name in enumerate(("ponding_search/A/after.json", "runs_2d/A/after/P3/depth.npz")):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"kept")
        found = inputs_state(tmp_path)
        assert found != before
        path.write_bytes(b"other")
        assert inputs_state(tmp_path) != found, number
        path.unlink()
        assert inputs_state(tmp_path) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_the_place_of_an_output_is_not_opened(tmp_path: Path) -> None:
    """``status`` and ``assess`` waited for ever for somebody at its other end."""
    (tmp_path / "spongecalc.toml").write_text('name = "p"\n', encoding="utf-8")
    made = tmp_path / "results" / "communities.csv"
    made.parent.mkdir()
    made.write_bytes(b"a")
    stamp = Stamp(inputs_state(tmp_path) or {}, outputs_state(tmp_path, [made]))
    write_stamp(tmp_path, "all-1", stamp)
    assert current_stamp(tmp_path, "all-1") == stamp
    made.unlink()
    os.mkfifo(made)
    assert current_stamp(tmp_path, "all-1") is None
    with pytest.raises(OSError, match=r"communities\.csv"):
        outputs_state(tmp_path, [made])
