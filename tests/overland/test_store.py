"""Coupled runs on disk: one whose rasters or seal are damaged, or that a full disk cut short, is made again."""

from __future__ import annotations

import errno
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spongecalc.overland import store
from spongecalc.overland.store import NO_ERROR, RASTERS, SEAL, kept, make, run_folder
from tests.disks import fill_up, small_disk

RUN: Any = SimpleNamespace(run_id="A/after/P3-120", model="A", scenario="after", storm_id="P3-120", key="k" * 64)


def kept_run(results: Path) -> Path:
    folder = run_folder(results, RUN)
    folder.mkdir(parents=True)
    (folder / RASTERS).write_bytes(bytes(range(256)) * 4)
    store._seal(RUN, folder, None, {"rain": 12.5}, NO_ERROR, 3, 0.0)
    return folder


@pytest.mark.parametrize("name", [RASTERS, SEAL])
def test_damage_is_seen(tmp_path: Path, name: str) -> None:
    folder = kept_run(tmp_path)
    assert kept(RUN, tmp_path) is not None
    content = (folder / name).read_bytes()
    luck = random.Random(20261130)
    for _ in range(50):
        damaged = bytearray(content)
        damaged[luck.randrange(len(damaged))] ^= 1 << luck.randrange(8)
        (folder / name).write_bytes(bytes(damaged))
        assert kept(RUN, tmp_path) is None
    for cut in (0, 1, len(content) - 1):
        (folder / name).write_bytes(content[:cut])
        assert kept(RUN, tmp_path) is None
    (folder / name).write_bytes(content)
    assert kept(RUN, tmp_path) is not None


def test_a_full_disk_is_no_failure_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's error on a full disk is its own kind; kept as the run's, the run would never be made again."""

    def stops(*_: object) -> None:
        raise Exception("ERROR 309: cannot write to the results file")

    monkeypatch.setattr(store, "perform", stops)
    assert make(RUN, tmp_path / "roomy").status == "failed"
    with small_disk(tmp_path / "disk", 2_000_000) as mounted:
        if not mounted:
            pytest.skip("a small disk can only be mounted by root")
        folder = run_folder(tmp_path / "disk", RUN)
        folder.mkdir(parents=True)
        fill_up(tmp_path / "disk")
        with pytest.raises(OSError) as failed:
            make(RUN, folder)
        assert failed.value.errno == errno.ENOSPC
        assert kept(RUN, tmp_path / "disk") is None
