"""Models of the sets of a sweep: what sets have in common of a system's model is made once.

Each part of a model turns on some keys of a set and on no others: the ground that an inlet drains on those of
surfaces, never on a quota of sewage. ``TURNS_ON`` says which. A part that is not named there turns on every key:
made too often it costs time, made too seldom it would cost the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace

from spongecalc.network.outside_water import check_outside_water
from spongecalc.project.long_rain import LongRain
from spongecalc.project.settings import Settings
from spongecalc.rainfall.storm import Storm
from spongecalc.scenario import DrainageSystem
from spongecalc.surfaces.kept_parts import MOST_KEPT, KeptParts
from spongecalc.sweep.parameters import Values, changed_model, changed_system
from spongecalc.swmm.event import Event
from spongecalc.swmm.inp_text import section_texts
from spongecalc.swmm.model import Rows, SwmmModel, build_model, with_event

COVERS = "surfaces.covers"
"""Values of covers: how rough and how tight ground is, never where it lies.

They decide as well whether a cover has a store of its own, and so a subcatchment: a part that asks for that is
told which covers have.
"""

_RISES = ("rise.outfall_level", "rise.rain_outfall_level")
_LINKS = ("inlets", "tanks", "basins")
TURNS_ON: Mapping[str, tuple[str, ...]] = {
    "terrain": (),
    "boundaries": (),
    "ids": (),
    "infiltration": (),
    "general": (),
    "patterns": (),
    "sources": (),
    "ground": ("surfaces",),
    "ways": ("surfaces",),
    "falls": ("surfaces",),
    "facilities": ("surfaces",),
    "roofs": ("surfaces",),
    "drawn": ("surfaces",),
    "rows of areas": (),
    "areas": ("surfaces", COVERS),
    "sewage": ("sewage", "factor.residents"),
    "sewage shares": ("factor.residents",),
    "given": (),
    "rows of sewage": ("sewage", "factor.residents"),
    "links": _LINKS,
    "pipes": (*_LINKS, "factor.roughness", "factor.sediment"),
    "grates": ("surfaces", "tanks", "basins"),
    "ponded": ("tanks", "basins"),
    "nodes": (*_LINKS, *_RISES),
    "gutters": ("surfaces", "tanks", "basins"),
    "flush": ("surfaces", *_LINKS),
    "runoff": ("surfaces", COVERS, *_LINKS),
    "map": ("surfaces", *_LINKS),
    "bounds": ("surfaces",),
    "outside water": _RISES,
    "tank states": ("sponge", "rainfall"),
}
"""Sections of the settings, and factors, that each part of a model turns on; what a name has after a colon is a
place, and of no matter here."""


def versions_of(values: Values) -> Callable[[str], Hashable]:
    """Return a function that gives the version of a part, by its name, under the values of a set."""
    known: dict[str, Hashable] = {}

    def version(part: str) -> Hashable:
        name = part.partition(":")[0]
        if name not in known:
            wanted = TURNS_ON.get(name)
            known[name] = tuple(
                sorted((k, repr(v)) for k, v in values.items() if wanted is None or _group(k) in wanted)
            )
        return known[name]

    return version


def _group(key: str) -> str:
    if key.startswith(f"{COVERS}."):
        return COVERS
    section = key.partition(".")[0]
    return key if section in ("factor", "rise") else section


@dataclass(frozen=True)
class SystemModels:
    """The models of one system under the sets of a sweep, one after the other.

    ``written`` are the last rows of each section with their texts.
    """

    system: DrainageSystem
    parts: KeptParts = field(default_factory=KeptParts)
    written: dict[str, list[tuple[Rows, dict[str, str]]]] = field(default_factory=dict)

    def model(
        self,
        values: Values,
        settings: Settings,
        rain: LongRain,
        versions: Callable[[str], Hashable] | None = None,
    ) -> tuple[SwmmModel, int]:
        """Return the model of a set, and the count of its outfalls whose water outside comes up at a manhole.

        ``versions`` are those of the parts under ``values``, where they are known.
        """
        parts = self.parts.for_values(versions or versions_of(values))
        system = changed_system(self.system, values)
        if any(_group(key) == COVERS for key in values):
            system = replace(system, catalogue=settings.catalogue)
        model = build_model(system, settings, (), rain, parts=parts)
        above_rim = parts.part("outside water", lambda: sum(1 for _ in check_outside_water(system)))
        return changed_model(model, values), above_rim

    def texts(self, model: SwmmModel, event: Event, storm: Storm) -> dict[str, str]:
        """Return the sections of an input file in an event; what other sets have of them is not written anew."""
        of_event = model.event_rows(model.as_run(event), (storm,))
        return with_event(self._texts(model.sections), of_event, self._texts)

    def _texts(self, sections: Mapping[str, Rows]) -> dict[str, str]:
        """The texts of sections, written anew where their rows are not those of a set before."""
        texts: dict[str, str] = {}
        for name, rows in sections.items():
            known = self.written.setdefault(name, [])
            found = next((text for kept, text in known if kept is rows or kept == rows), None)
            if found is None:
                found = section_texts({name: rows})
                known.insert(0, (rows, found))
                del known[MOST_KEPT:]
            texts |= found
        return texts
