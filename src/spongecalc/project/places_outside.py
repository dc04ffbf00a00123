"""Files and folders that a project's settings name outside its folder, and that [security] does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spongecalc.gate.territory import Territory, resolved
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import GENERATED

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class PlaceOutside:
    """A place outside: the steps to its key, what is named there, and the whole list that [security] has to hold.

    ``rule`` names the sentence: "outside" of a path that leads out as it is written, "outside_by_link" of one
    that a link takes out.
    """

    key: Key
    named: str
    rule: str
    to_write: str


def places_outside(settings: Settings, folder: Path) -> tuple[PlaceOutside, ...]:
    """All places that settings name outside a project's folder and do not allow, in the order of the settings.

    Parameters
    ----------
    settings
        What the project states.
    folder
        Its folder. Links are followed, of the folder too; what does not exist is judged by its path.
    """
    allowed = settings.security.outside
    territory = Territory(resolved(folder), tuple(resolved(folder / o) for o in allowed))
    strange: list[tuple[Key, str, str, str]] = []
    for key, named in _named(settings):
        real = resolved(folder / named)
        if not territory.holds(real):
            by_path = Path(named).is_absolute() or ".." in Path(named).parts
            rule, place = ("outside", named) if by_path else ("outside_by_link", real.as_posix())
            strange.append((key, named, rule, place))
    # Whoever writes what one of them says has allowed all of them.
    whole = ", ".join(_quoted(p) for p in dict.fromkeys((*allowed, *(s[3] for s in strange))))
    return tuple(PlaceOutside(key, named, rule, whole) for key, named, rule, _ in strange)


def _named(settings: Settings) -> Iterator[tuple[Key, str]]:
    """Every file and folder that settings name, with the steps to its key."""
    for name in ("models", "results", "report"):
        yield (name,), getattr(settings, name)
    for layer, sources in settings.layers.items():
        for index, source in enumerate(sources):
            key: Key = ("layers", layer, index)
            if not source.is_database:
                yield (*key, "source"), source.source
            if source.points is not None:
                yield (*key, "points"), source.points
            for number, lookup in enumerate(source.lookups):
                yield (*key, "lookups", number, "source"), lookup.source
    yield from _beside_layers(settings)


def _beside_layers(settings: Settings) -> Iterator[tuple[Key, str]]:
    """Files beside the layers; their paths are inside by what is typed, so that only a link can lead them out."""
    for index, storm in enumerate(settings.storms):
        if storm.file is not None:
            yield ("storms", index, "file"), storm.file.file
    for index, level in enumerate(settings.outfall_levels):
        yield ("outfall_levels", index, "file"), level.file
    if settings.sponge.series.file != GENERATED:
        yield ("sponge", "series"), settings.sponge.series.file
    if settings.evidence.rain is not None:
        yield ("evidence", "rain"), settings.evidence.rain.file
    for index, carried in enumerate(settings.structures.carried):
        yield ("structures", "carried", index), carried.file
    for index, claim in enumerate(settings.quantities.claims):
        yield ("quantities", "claims", index), claim
    if settings.quantities.prices:
        yield ("quantities", "prices"), settings.quantities.prices
    if settings.document.template:
        yield ("document", "template"), settings.document.template
    for index, sweep in enumerate(settings.sweeps):
        if sweep.table:
            yield ("sweeps", index, "table"), sweep.table


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
