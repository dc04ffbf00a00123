"""Results of a run: they come back as they were, and those not used for longest go, whatever the clock says."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from spongecalc.batch.result_file import (
    KEPT,
    ORDER,
    UNREADABLE,
    packed,
    read_head,
    read_result,
    result_path,
    unpacked,
    used,
    write_result,
)
from spongecalc.swmm.run_result import RunResult, series_frame
from spongecalc.whole_file import IrregularError

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


def test_a_result_comes_back_as_it_was_and_the_same_result_is_the_same_file() -> None:
    random = np.random.default_rng(5)
    # What the engine saves are floats of 32 bits in other units; every bit of them counts.
    values = random.random((61, 300)).astype("float32") / 0.3048
    values[3, 7], values[0, 0], values[60, 299] = np.nan, -0.0, np.inf
    series = series_frame(np.arange(61) * 0.5, {f"flow_l_s:峨山{n}": values[:, n] for n in range(300)})
    given = RunResult("done", series=series, seconds=2.5, totals_m3={"rainfall": 0.1 + 0.2})
    content = packed(given, "report\nof SWMM", "k" * 64)
    result, report = unpacked(content, "k" * 64)
    assert report == "report\nof SWMM"
    assert result.seconds == 2.5
    assert result.totals_m3 == given.totals_m3
    as_known = series.where(np.isfinite(series))  # nothing is infinite that the engine knows
    assert_frame_equal(result.series, as_known, check_exact=True)
    assert np.signbit(result.series.iloc[0, 0])
    assert packed(result, report, "k" * 64) == content


@pytest.mark.parametrize("cut", [1, 8, 61 * 8])
def test_a_result_without_its_last_values_is_none(cut: int) -> None:
    series = series_frame(range(61), {name: np.ones(61) for name in "ab"})
    text = gzip.decompress(packed(RunResult("done", series=series), "", "k"))
    with pytest.raises(UNREADABLE):
        unpacked(gzip.compress(text[:-cut]), "k")


def test_one_result_needs_no_list(tmp_path: Path) -> None:
    keep(tmp_path, KEYS[0])
    assert not (tmp_path / ORDER).exists()


@pytest.mark.parametrize("line", [0, 1])
def test_a_result_that_is_nested_deeply_is_damaged(tmp_path: Path, line: int) -> None:
    """It ended ``status`` and ``assess`` in a RecursionError."""
    keep(tmp_path, KEYS[0])
    path = result_path(tmp_path, KEYS[0])
    lines = gzip.decompress(path.read_bytes()).split(b"\n")
    lines[line] = b"[" * 200_000
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    assert (read_head(tmp_path, KEYS[0]) is None) == (line == 0)
    with pytest.raises(UNREADABLE):
        read_result(tmp_path, KEYS[0])
    keep(tmp_path, KEYS[0])
    assert kept(tmp_path) == [KEYS[0]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_the_place_of_a_result_is_none_and_not_replaced(tmp_path: Path) -> None:
    """Whoever opens one waits for somebody at its other end."""
    path = result_path(tmp_path, KEYS[0])
    os.mkfifo(path)
    os.mkfifo(tmp_path / ORDER)
    assert read_head(tmp_path, KEYS[0]) is None
    with pytest.raises(UNREADABLE):
        read_result(tmp_path, KEYS[0])
    with pytest.raises(IrregularError):
        keep(tmp_path, KEYS[0])
    keep(tmp_path, KEYS[1])
    keep(tmp_path, KEYS[2])
    assert path.is_fifo()
    assert (tmp_path / ORDER).is_fifo()
