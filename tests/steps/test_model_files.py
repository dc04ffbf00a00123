"""Model files as they lie there beside what the layers give."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.small_project import SmallProject

from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.model_files import stale_models, write_models


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_model_saved_in_another_encoding_counts_as_changed(
    small_project: Callable[..., SmallProject], encoding: str
) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project().folder)))
    first = write_models(built)
    assert stale_models(built) == ()
    changed = first[0]
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text + ";雨水\n", encoding=encoding)
    assert stale_models(built) == (changed,)
    assert write_models(built) == (changed,)
    assert changed.read_bytes() == text.encode()
    # Other ends of lines are no change.
    changed.write_bytes(text.encode().replace(b"\n", b"\r\n"))
    assert stale_models(built) == ()
