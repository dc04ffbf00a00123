"""A layer that could not be read keeps out the communities that it leaves without features, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.small_project import SmallProject

from spongecalc.language import LANGUAGES
from spongecalc.project.load import load_project
from spongecalc.steps import pipeline
from spongecalc.steps.checked import Checked


def without(project: SmallProject, layer: str, files: tuple[str, ...]) -> Checked:
    """The project, checked, with a layer's files of that name gone."""
    page = project.folder / "spongecalc.toml"
    text = page.read_text(encoding="utf-8")
    for file in files:
        here = f'source = "{file}"\nlayer = "{layer}"'
        assert here in text
        text = text.replace(here, f'source = "gone-{file}"\nlayer = "{layer}"')
    page.write_text(text, encoding="utf-8")
    return pipeline.check(load_project(project.folder))


def lost(checked: Checked) -> list[str]:
    """Communities of the findings, whose sentences are complete."""
    own = [f for f in checked.findings if f.rule == "layer.lost"]
    for finding in own:
        for language in LANGUAGES:
            sentence = finding.message(language) + finding.action(language)
            assert finding.feature.community_id in sentence
            assert finding.feature.file in sentence
    return [f.feature.community_id for f in own]


@pytest.mark.parametrize("layer", ["nodes", "pipes", "surfaces"])
def test_of_several_files_one_is_gone(small_project: Callable[..., SmallProject], layer: str) -> None:
    checked = without(small_project(), layer, ("c.gpkg",))
    assert lost(checked) == ["C"]
    assert {s.communities for s in checked.systems} == {("A",), ("B",)}


@pytest.mark.parametrize("layer", ["surfaces", "buildings", "connections"])
def test_the_whole_layer_is_gone(small_project: Callable[..., SmallProject], layer: str) -> None:
    checked = without(small_project(), layer, ("ab.gpkg", "c.gpkg"))
    assert lost(checked) == ["A", "B", "C"]
    assert checked.systems == ()


def test_what_a_community_may_be_without_is_missed_only_where_nothing_is_read(
    small_project: Callable[..., SmallProject],
) -> None:
    checked = without(small_project(), "connections", ("c.gpkg",))
    assert lost(checked) == []
    assert [f.feature.layer for f in checked.findings if f.rule == "file.missing"] == ["connections"]


def test_sound_layers_are_not_missed(small_project: Callable[..., SmallProject]) -> None:
    assert lost(pipeline.check(load_project(small_project().folder))) == []
