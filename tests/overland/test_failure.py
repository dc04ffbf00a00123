"""Reasons of failed runs over the ground: each has its sentence, in both languages, with its figures."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from spongecalc.batch.pool import Outcome, Reason
from spongecalc.language import catalogue
from spongecalc.overland.failure import OF_FLOW, Failure, failure_of, failure_of_engine

FIGURES = {"x": "1.5", "y": "2.5", "made_m3": "0.31", "percent": "3.2", "limit_percent": "1", "seconds": "0.0004"}


@pytest.mark.parametrize("code", OF_FLOW)
def test_every_reason_of_the_flow_has_a_sentence_of_its_own_language(code: str) -> None:
    found = {**FIGURES, "engine_text": "..."}
    english, chinese = (Failure(code, found).sentence(lang) for lang in ("en", "zh"))
    assert not re.search("[\u4e00-\u9fff]", english)
    assert len(re.findall("[\u4e00-\u9fff]", chinese)) >= 4
    for field in re.findall(r"{(\w+)}", catalogue("ponding", "en")[f"ponding.why.{code}"]):
        assert found[field] in english and found[field] in chinese


@pytest.mark.parametrize("reason", [r for r in get_args(Reason) if r])
def test_a_worker_that_ended_is_explained_as_any_other_run_is(reason: str) -> None:
    failure = failure_of(Outcome("A", "failed", reason=reason, detail="77"))
    for lang in ("en", "zh"):
        assert "77" in failure.sentence(lang)


def test_an_error_of_the_engine_is_explained() -> None:
    failure = failure_of_engine(Exception("\n  ERROR 317: cannot open rainfall data file x.dat.\n"))
    assert failure.found["engine_text"] == "ERROR 317: cannot open rainfall data file x.dat."
    assert failure.sentence("en").endswith(catalogue("engine", "en")["engine.error.317.meaning"])
    assert failure.sentence("zh").endswith(catalogue("engine", "zh")["engine.error.317.meaning"])
