"""The features of a drawing with what their labels say, and the labels that belong to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import shapely

from spongecalc.catalogue.catalogue import Catalogue
from spongecalc.layers.sources.cad.belonging import Belonging, belongings
from spongecalc.layers.sources.cad.features import Taken, note_at
from spongecalc.layers.sources.cad.label_fields import SIZED, is_label, meaning_of, on_one_line, said_by
from spongecalc.layers.sources.cad.labels import Label, Pointer, with_drawn_leaders, with_pointers
from spongecalc.layers.sources.cad.walk import name_matcher
from spongecalc.layers.sources.raw import EntityNote, LooseLabel
from spongecalc.project.layer_source import Labels


@dataclass
class DrawnTexts:
    """The texts of a drawing, which of them are on mapped CAD layers, leaders, and plain lines by CAD layer."""

    labels: list[Label] = field(default_factory=list)
    mapped: set[str] = field(default_factory=set)
    pointers: list[Pointer] = field(default_factory=list)
    strokes: list[tuple[str, shapely.LineString]] = field(default_factory=list)


@dataclass(frozen=True)
class Rival:
    """The features of another source of the same layer, and how it takes texts."""

    features: tuple[shapely.Geometry, ...]
    labels: Labels


@dataclass(frozen=True)
class Labelled:
    """For each feature the words of its labels and the fields they fill, the nearest first; what else is said.

    ``used`` are handles of the texts that belong to a feature, ``loose`` the labels that belong to none,
    ``hidden`` those that are not shown and were therefore not used.
    """

    words: tuple[tuple[str, ...], ...]
    fields: tuple[dict[str, str], ...]
    used: frozenset[str]
    noted: tuple[EntityNote, ...]
    loose: tuple[LooseLabel, ...]
    hidden: tuple[Label, ...]


def labelled(
    features: Sequence[Taken],
    texts: DrawnTexts,
    rivals: Sequence[Rival],
    layer: str,
    labels: Labels,
    catalogue: Catalogue,
) -> Labelled:
    """The labels of each feature.

    Parameters
    ----------
    features
        What was read for ``layer`` of the contract.
    texts
        Those of the whole drawing.
    rivals
        What other sources of the layer read from the drawing: a text of theirs belongs to nothing here.
    layer, labels, catalogue
        The contract's layer, the project's rules for its labels, and which materials there are.
    """
    own = [shapely.force_2d(t.geometry) for t in features]
    given, loose = _given(own, _pointed(own, texts, rivals, layer, labels, catalogue), rivals, labels)
    beside: list[list[Belonging]] = [[] for _ in features]
    for belonging in sorted(given, key=lambda b: (b.distance_m, b.label.words)):
        beside[belonging.feature].append(belonging)
    noted: list[EntityNote] = []
    said: list[dict[str, str]] = []
    for feature, around in zip(features, beside, strict=True):
        fields, disputed = _said_by_all(around, labels, catalogue)
        said.append(fields)
        # Sizes beside a manhole are those of its pipes, and may differ.
        if labels.pattern is not None or layer in SIZED:
            for name, values in disputed.items():
                both = " / ".join(values)
                noted.append(note_at("drawing.labels_disagree", feature.drawn, field=name, values=both))
    noted.extend(_between(given, features, layer, labels, catalogue))
    return Labelled(
        tuple(tuple(on_one_line(b.label.words) for b in around) for around in beside),
        tuple(said),
        frozenset(b.label.handle for b in given),
        tuple(noted),
        tuple(_loose(loose, texts, layer, labels, catalogue)),
        tuple(_hidden(texts, layer, labels, catalogue)),
    )


def _is_size(label: Label, layer: str, labels: Labels, catalogue: Catalogue) -> bool:
    return labels.pattern is None and is_label(on_one_line(label.words), layer, labels, catalogue)


def takes_texts_of(labels: Labels, cad_layer: str) -> bool:
    """True for the CAD layer of a text that ``labels`` take."""
    return not labels.layers or any(name_matcher(name).fullmatch(cad_layer) for name in labels.layers)


def _pointed(
    own: Sequence[shapely.Geometry],
    texts: DrawnTexts,
    rivals: Sequence[Rival],
    layer: str,
    labels: Labels,
    catalogue: Catalogue,
) -> list[Label]:
    """The texts that may be labels, with their leaders; what is hidden only where its layer is named."""
    named = bool(labels.layers)
    chosen = [x for x in texts.labels if takes_texts_of(labels, x.layer) and (named or not x.hidden)]
    # The letters of a block are meant as a label where its layer is named, or where they are a pipe's size.
    chosen = [x for x in chosen if named or not x.in_symbol or _is_size(x, layer, labels, catalogue)]
    on_layers = {label.layer for label in chosen}
    strokes = [(name, line) for name, line in texts.strokes if name in on_layers]
    targets = [*own, *(f for rival in rivals for f in rival.features)]
    return with_drawn_leaders(with_pointers(chosen, texts.pointers), strokes, targets)


def _given(
    own: Sequence[shapely.Geometry], pointed: Sequence[Label], rivals: Sequence[Rival], labels: Labels
) -> tuple[list[Belonging], list[Label]]:
    """Labels given to the features, and those that belong to nothing; what belongs to a rival is neither."""
    given: list[Belonging] = []
    loose: list[Label] = []
    admitted = [tuple(takes_texts_of(r.labels, label.layer) for r in rivals) for label in pointed]
    # A text that another source does not take belongs here or nowhere.
    for which in sorted(set(admitted)):
        group = [label for label, a in zip(pointed, admitted, strict=True) if a == which]
        near = [*own, *(f for rival, yes in zip(rivals, which, strict=True) if yes for f in rival.features)]
        found, lost = belongings(group, near, labels.within_m)
        given.extend(b for b in found if b.feature < len(own))
        loose.extend(lost)
    return given, loose


def _said_by_all(
    around: Sequence[Belonging], labels: Labels, catalogue: Catalogue
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The fields that the labels of a feature fill, the nearest first; and those that they dispute."""
    said: dict[str, str] = {}
    every: dict[str, list[str]] = {}
    for belonging in around:
        for name, value in said_by(on_one_line(belonging.label.words), labels, catalogue).items():
            said.setdefault(name, value)
            values = every.setdefault(name, [])
            if meaning_of(name, value) not in [meaning_of(name, other) for other in values]:
                values.append(value)
    return said, {name: values for name, values in every.items() if len(values) > 1}


def _between(
    given: Sequence[Belonging], features: Sequence[Taken], layer: str, labels: Labels, catalogue: Catalogue
) -> Iterator[EntityNote]:
    """Labels in the middle between two features."""
    for belonging in given:
        label = belonging.label
        words = on_one_line(label.words)
        if belonging.rival is None or not is_label(words, layer, labels, catalogue):
            continue
        at = label.middle
        other = features[belonging.rival].drawn.handle if belonging.rival < len(features) else "-"
        found = {"words": words, "first": features[belonging.feature].drawn.handle, "other": other}
        yield EntityNote("drawing.label_between", label.handle, "TEXT", label.layer, at.x, at.y, found)


def _hidden(texts: DrawnTexts, layer: str, labels: Labels, catalogue: Catalogue) -> Iterator[Label]:
    """Labels that the drawing does not show; where their layers are named they are read like others."""
    for label in texts.labels:
        unused = label.hidden and not labels.layers and not label.in_symbol
        words = on_one_line(label.words)
        if unused and (label.handle in texts.mapped or is_label(words, layer, labels, catalogue)):
            yield label


def _loose(
    loose: Sequence[Label], texts: DrawnTexts, layer: str, labels: Labels, catalogue: Catalogue
) -> Iterator[LooseLabel]:
    """Texts that belong to nothing: those on mapped or named CAD layers, and others that speak as labels."""
    for label in loose:
        words = on_one_line(label.words)
        by_layer = bool(labels.layers) or label.handle in texts.mapped
        if by_layer or is_label(words, layer, labels, catalogue):
            yield LooseLabel(label.handle, words, label.middle.x, label.middle.y, not by_layer)
