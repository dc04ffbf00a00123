"""Results of a run: those not used for longest go, whatever the clock says."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from spongecalc.batch.result_file import KEPT, ORDER, packed, read_head, result_path, used, write_result
from spongecalc.swmm.run_result import RunResult

YEAR_S = 366 * 86400
KEYS = [f"{n:064x}"[::-1] for n in range(1, 12)]


def keep(folder: Path, key: str) -> None:
    write_result(folder, key, packed(RunResult("done"), "", key), "in", "report", durable=False)


def kept(folder: Path) -> list[str]:
    return [key for key in KEYS if read_head(folder, key) is not None]


@pytest.mark.parametrize("by_s", [YEAR_S, -YEAR_S])
def test_a_new_result_stays_whatever_the_others_are_dated(tmp_path: Path, by_s: int) -> None:
    for key in KEYS[:KEPT]:
        keep(tmp_path, key)
        os.utime(result_path(tmp_path, key), (time.time() + by_s,) * 2)
    for number, key in enumerate(KEYS[KEPT:], KEPT):
        keep(tmp_path, key)
        assert kept(tmp_path) == KEYS[number - KEPT + 1 : number + 1]


def test_what_was_used_last_stays(tmp_path: Path) -> None:
    for key in KEYS[:KEPT]:
        keep(tmp_path, key)
    used(tmp_path, KEYS[0])  # back to an earlier state of the layers
    keep(tmp_path, KEYS[4])
    assert kept(tmp_path) == [KEYS[0], KEYS[2], KEYS[3], KEYS[4]]


@pytest.mark.parametrize("content", [None, b"", b"\xff\x00", b"../../x\n"])
def test_a_lost_list_costs_no_new_result_and_no_file_of_others(tmp_path: Path, content: bytes | None) -> None:
    theirs = tmp_path / "my notes.json.gz"
    theirs.write_bytes(b"mine")
    for key in KEYS[:KEPT]:
        keep(tmp_path, key)
    if content is None:
        (tmp_path / ORDER).unlink()
    else:
        (tmp_path / ORDER).write_bytes(content)
    keep(tmp_path, KEYS[4])
    assert KEYS[4] in kept(tmp_path)
    assert len(kept(tmp_path)) == KEPT
    assert theirs.read_bytes() == b"mine"


def test_one_result_needs_no_list(tmp_path: Path) -> None:
    keep(tmp_path, KEYS[0])
    assert not (tmp_path / ORDER).exists()
