"""The sign of each verdict, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.assess.criteria import CONDITIONAL, FAIL, PASS, UNDECIDED

SIGNS: Mapping[str, str] = {PASS: "✓", FAIL: "×", CONDITIONAL: "!", UNDECIDED: "?"}
