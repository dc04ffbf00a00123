"""Model files as they lie there beside what the layers give."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.small_project import SmallProject

from spongecalc.batch.own_files import RECORD, note_written, own_files
from spongecalc.batch.unchanged import STATE
from spongecalc.project.load import load_project
from spongecalc.steps import model_files, pipeline
from spongecalc.steps.model_files import models_changed_by_hand, models_left, stale_models, write_models


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


def test_models_of_the_user_are_never_removed_and_left_over_ones_of_ours_are(
    small_project: Callable[..., SmallProject],
) -> None:
    project = load_project(small_project().folder)
    built = pipeline.build(pipeline.check(project))
    folder = project.folder / project.settings.models
    write_models(built)
    ours, edited, theirs = (folder / name / "after.inp" for name in ("X", "Y", "Z"))
    for path in (ours, edited, theirs):
        path.parent.mkdir()
        path.write_bytes(b"[TITLE]\nspongecalc X after\n")
    theirs.write_bytes(b"[TITLE]\nour own study\n")
    other = ours.with_name("before.inp")
    other.write_bytes(ours.read_bytes())
    note_written(folder, [ours, other, edited])
    edited.write_bytes(edited.read_bytes() + b";; mine\n")
    assert stale_models(built) == (ours, other, edited)
    assert models_left(built) == (edited,)
    assert write_models(built) == (ours, other)
    assert not ours.parent.exists()
    assert edited.read_bytes().endswith(b";; mine\n")
    assert theirs.read_bytes() == b"[TITLE]\nour own study\n"


@pytest.mark.parametrize("content", [bytes(range(256)), b"", "[TITLE]\n雨水".encode("gbk"), b"\0" * 3])
def test_a_binary_model_is_named_and_written_anew(
    small_project: Callable[..., SmallProject], content: bytes
) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project().folder)))
    first = write_models(built)
    wanted = first[0].read_bytes()
    assert models_changed_by_hand(built) == ()
    first[0].write_bytes(content)
    assert models_changed_by_hand(built) == stale_models(built) == (first[0],)
    assert write_models(built) == (first[0],)
    assert first[0].read_bytes() == wanted


def test_a_model_that_only_the_layers_changed_is_not_called_changed_by_hand(
    small_project: Callable[..., SmallProject],
) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project().folder)))
    first = write_models(built)
    folder = first[0].parents[1]
    first[0].write_bytes(b"[TITLE]\nspongecalc A after\n")
    note_written(folder, [first[0]])
    assert models_changed_by_hand(built) == ()
    assert stale_models(built) == (first[0],)
    # Where the record is damaged nobody knows, and it is named.
    record = folder / STATE / RECORD
    record.write_bytes(record.read_bytes()[:-9])
    assert models_changed_by_hand(built) == (first[0],)
    assert write_models(built) == (first[0],)
    assert models_changed_by_hand(built) == ()
    # A damaged record is made anew though no model has changed.
    record.write_bytes(b"")
    assert write_models(built) == ()
    assert not own_files(folder).is_damaged
    assert set(own_files(folder).digests) == {p.relative_to(folder).as_posix() for p in first}


def test_what_somebody_changed_is_kept_beside_the_model_that_is_written_anew(
    small_project: Callable[..., SmallProject],
) -> None:
    built = pipeline.build(pipeline.check(load_project(small_project().folder)))
    model = write_models(built)[0]
    whole = model.read_bytes()
    for change in (b"; first\n", b"; second\n", b"; first\n"):
        model.write_bytes(whole + change)
        assert write_models(built) == (model,)
        assert model.read_bytes() == whole
    kept = sorted(p for p in model.parent.iterdir() if p.name.startswith(f"{model.stem}."))
    assert {p.name: p.read_bytes().removeprefix(whole) for p in kept if p != model} == {
        f"{model.stem}.edited.inp": b"; first\n",
        f"{model.stem}.2.edited.inp": b"; second\n",
    }
    # They are the user's: neither models of the project nor left over.
    assert stale_models(built) == models_left(built) == ()


def test_a_model_that_another_call_has_written_meanwhile_is_nobodys_change(
    small_project: Callable[..., SmallProject], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two calls at once: what the one found missing the other has written, and its record cannot be read."""
    built = pipeline.build(pipeline.check(load_project(small_project().folder)))
    model = write_models(built)[0]
    (model.parents[1] / STATE / RECORD).write_bytes(b"damaged")
    monkeypatch.setattr(model_files, "_changed", lambda _: [model])
    write_models(built)
    assert [p.name for p in model.parent.iterdir() if "edited" in p.name] == []
