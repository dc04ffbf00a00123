"""``spongecalc separation`` where a cross-connection is all there is: what it says, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.small_project import SmallProject
from typer.testing import CliRunner

from spongecalc.cli.app import app


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Without it the system has no outfall left"), ("zh", "去除后系统不再有排放口")]
)
def test_without_its_only_sewer_a_system_is_not_run(
    small_project: Callable[..., SmallProject], lang: str, said: str
) -> None:
    """Before the works A has one combined sewer and no other pipe: nothing failed, and the cells say so."""
    folder = small_project().folder
    call = ["separation", str(folder), "--community", "A", "--scenario", "before", "--lang", lang, "--jobs", "1"]
    answer = CliRunner().invoke(app, call, env={"COLUMNS": "300"})
    assert answer.exit_code == 0, answer.output
    assert said in answer.output
    rows = [line for line in answer.output.splitlines() if "│" in line and "combined_in_service:A-PC" in line]
    assert len(rows) == 2
    for row in rows:
        assert [cell.strip() for cell in row.split("│")][5:8] == ["-", "-", "-"]
