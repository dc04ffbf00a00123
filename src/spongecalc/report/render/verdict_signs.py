"""The sign of each verdict, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.report.content.verdicts import ATTENTION, PASS, UNANSWERED, UNKNOWN

SIGNS: Mapping[str, str] = {PASS: "✓", ATTENTION: "!", UNKNOWN: "?", UNANSWERED: "×"}
