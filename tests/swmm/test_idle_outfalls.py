"""Outfalls that nothing passes while it rains are told; those of a dry run are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spongecalc.swmm.engine import run_inp
from spongecalc.swmm.idle_outfalls import idle_outfalls

DRY = "[OUTFALLS]\nO1 9.5 FREE\nO9 9.5 FREE\n"


@pytest.fixture
def with_a_dry_outfall(tmp_path: Path, courtyard: str) -> Path:
    path = tmp_path / "model.inp"
    text = courtyard.replace("[OUTFALLS]\nO1 9.5 FREE\n", DRY)
    text = text.replace("[CONDUITS]\n", "[CONDUITS]\nC9 J9 O9 30 0.013 10 9.5\n")
    text = text.replace("[JUNCTIONS]\n", "[JUNCTIONS]\nJ9 10 1 0 0 0\n")
    path.write_text(text.replace("[XSECTIONS]\n", "[XSECTIONS]\nC9 CIRCULAR 0.1 0 0 0 1\n"), encoding="utf-8")
    return path


def test_an_outfall_that_nothing_reaches_is_named(with_a_dry_outfall: Path, tmp_path: Path) -> None:
    result = run_inp(with_a_dry_outfall, tmp_path / "run")
    assert result.status == "done", result.messages
    dry = result.outfalls["volume_m3"] == 0.0
    (message,) = idle_outfalls(result)
    assert message.subject == ", ".join(result.outfalls.index[dry]) == "O9"
    assert dict(message.values) == {"count": "1", "rain_mm": "16.7"}


def test_without_rain_nothing_is_said(with_a_dry_outfall: Path, tmp_path: Path) -> None:
    result = run_inp(with_a_dry_outfall, tmp_path / "run")
    assert idle_outfalls(replace(result, subcatchments=result.subcatchments.assign(rainfall_mm=0.0))) == ()
    assert idle_outfalls(replace(result, subcatchments=result.subcatchments.iloc[:0])) == ()
    assert idle_outfalls(replace(result, outfalls=result.outfalls.loc[["O1"]])) == ()
