"""What commands say of findings: a delivery with thousands of them fills no screen."""

from __future__ import annotations

import pytest

from spongecalc.cli.command_project import print_findings
from spongecalc.cli.console import MOST_ROWS, Output
from spongecalc.cli.exit_codes import DATA_ERRORS
from spongecalc.layers.finding import Feature, Finding


def test_a_quiet_command_lists_a_screenful_of_errors_the_cause_first(capsys: pytest.CaptureFixture[str]) -> None:
    cause = Finding(
        "file.unreadable", Feature("nodes", file="nodes.gpkg"), {"file": "nodes.gpkg", "reason": "cut"}
    )
    follow = [
        Finding("end.unknown_node", Feature("pipes", f"P{n:04d}", "EY01"), {"column": "from_node", "node": "N"})
        for n in range(3000)
    ]
    assert print_findings([*follow, cause], Output("en", quiet=True)) == DATA_ERRORS
    lines = " ".join(capsys.readouterr().err.split()).split("pipes P")
    assert "nodes.gpkg" in lines[0]
    assert len(lines) == MOST_ROWS
    assert f"and {3001 - MOST_ROWS} more" in lines[-1]
