"""Parts of a model that no layer holds and that are put back into the models built of it: rules, sections of
channels, streets and their inlets, patterns, inflows, and the curves and series that these name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from spongecalc.layers.sources.swmm.control_rules import Statement, named_in, statements_of
from spongecalc.layers.sources.swmm.curves import curves_of
from spongecalc.layers.sources.swmm.objects import objects_of
from spongecalc.layers.sources.swmm.reading import Reading, number_of
from spongecalc.layers.sources.swmm.sections import ModelFile, Row
from spongecalc.layers.sources.swmm.time_series import series_pairs

CARRIED = (
    "CONTROLS",
    "TRANSECTS",
    "STREETS",
    "INLETS",
    "INLET_USAGE",
    "PATTERNS",
    "INFLOWS",
    "CURVES",
    "TIMESERIES",
)

type Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class CarriedObject:
    """One object that is carried on: its rows in l/s, m and m3, and the objects that it cannot be without.

    ``nodes`` and ``links`` are names of the layers' features; ``needs`` are (section, name in small letters) of
    other carried objects. ``names`` marks the words of its rows that name nodes and links, by row and place.
    """

    section: str
    name: str
    rows: Rows
    nodes: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    needs: frozenset[tuple[str, str]] = frozenset()
    node_words: Mapping[tuple[int, int], str] = field(default_factory=dict)
    link_words: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Section and name in small letters."""
        return self.section, self.name.lower()

    def renamed(self, rename: Callable[[str], str]) -> CarriedObject:
        """The object with the names of nodes and links as the layers have them."""
        return replace(
            self,
            nodes=frozenset(rename(n) for n in self.nodes),
            links=frozenset(rename(n) for n in self.links),
            node_words={at: rename(n) for at, n in self.node_words.items()},
            link_words={at: rename(n) for at, n in self.link_words.items()},
        )


@dataclass(frozen=True)
class CarriedModel:
    """All that is carried on of one file, and by section and name what is not, with the reason.

    ``prefix`` stands before its names in the layers. ``has_levels`` is true where levels over time at outfalls
    are taken of it, too.
    """

    file: str
    objects: tuple[CarriedObject, ...] = ()
    left: Mapping[tuple[str, str], str] = field(default_factory=dict)
    prefix: str = ""
    has_levels: bool = False

    def renamed(self, rename: Callable[[str], str]) -> CarriedModel:
        """The same with the names of nodes and links as the layers have them."""
        return replace(self, objects=tuple(o.renamed(rename) for o in self.objects))


def carried_of(reading: Reading, wanted: Iterable[tuple[str, str]] = ()) -> CarriedModel:
    """The part of a model that is carried on beside its layers.

    ``wanted`` are section and name in small letters of what others than the model itself name.

    An object is left for one of these reasons: ``unused``, where nothing that is carried or in a layer names it;
    ``units``, where its numbers cannot be turned to l/s and m; ``rain``, where it needs a rain gage of the model;
    ``pollutant``; ``unread``, where it names what there is not, or its words are no numbers.
    """
    made = _Carried(reading, frozenset(wanted))
    made.gather()
    return CarriedModel(reading.file.name, tuple(made.objects.values()), made.left)


class _Carried:
    """Gathers the objects that are carried on."""

    def __init__(self, reading: Reading, wanted: frozenset[tuple[str, str]]) -> None:
        self._reading, self._file, self._wanted = reading, reading.file, wanted
        self._units = reading.units
        self.objects: dict[tuple[str, str], CarriedObject] = {}
        self.left: dict[tuple[str, str], str] = {}

    def gather(self) -> None:
        """Take the objects of every section, those last that are only taken where others need them."""
        named = objects_of(self._file)
        self._controls()
        self._usage()
        self._inflows()
        wanted = {need for found in self.objects.values() for need in found.needs} | self._named_by_layers()
        self._take_named(named, wanted)
        wanted |= {need for found in self.objects.values() for need in found.needs}
        self._curves(named, wanted)
        self._series(named, wanted)
        self._without_needs()
        for section in CARRIED:
            for name in named.get(section, ()):
                key = (section, name.lower())
                if key not in self.objects:
                    self.left.setdefault(key, "unused")

    def _keep(self, found: CarriedObject) -> None:
        self.objects[found.key] = found

    def _controls(self) -> None:
        for statement in statements_of(self._reading):
            key = ("CONTROLS", statement.name.lower())
            if statement.refusal:
                self.left[key] = statement.refusal
            else:
                self._keep(_object_of(statement))

    def _usage(self) -> None:
        """Inlets of streets: the greatest flow and the local depression have units."""
        length_m, flow_l_s = self._units.length_m, self._units.flow_l_s
        for row in self._file.of("INLET_USAGE"):
            key = ("INLET_USAGE", row.words[0].lower())
            link, node = self._reading.links.get(key[1]), self._reading.nodes.get(row.word(2).lower())
            scaled = _scaled(row, {5: flow_l_s, 6: length_m, 7: length_m})
            if link is None or node is None or scaled is None or len(row.words) < 3:
                lost = len(row.words) > 2 and (link is None or node is None)
                self.left[key] = self._reading.unknown if lost else "unread"
                continue
            words = (link, row.word(1), node, *scaled[3:])
            self._keep(
                CarriedObject(
                    "INLET_USAGE",
                    row.words[0],
                    (words,),
                    frozenset({node}),
                    frozenset({link}),
                    frozenset({("INLETS", row.word(1).lower())}),
                    {(0, 2): node},
                    {(0, 0): link},
                )
            )

    def _inflows(self) -> None:
        """Inflows of water: what they are multiplied by turns them to l/s; their series stay as they are."""
        flow_l_s = self._units.flow_l_s
        for row in self._file.of("INFLOWS"):
            key = ("INFLOWS", " ".join(row.words[:2]).lower())
            if not row.word(1).upper().startswith("FLOW"):
                self.left[key] = "pollutant"
                continue
            node = self._reading.nodes.get(row.words[0].lower())
            factor, base = number_of(row.word(5) or "1"), number_of(row.word(6) or "0")
            if node is None or factor is None or base is None or len(row.words) < 3:
                self.left[key] = self._reading.unknown if node is None else "unread"
                continue
            series, pattern = row.word(2), row.word(7)
            words: tuple[str, ...] = (
                node,
                "FLOW",
                series or '""',
                "FLOW",
                "1.0",
                f"{factor * flow_l_s:.9g}",
                f"{base * flow_l_s:.9g}",
            )
            needs = {("TIMESERIES", series.lower())} if series else set()
            if pattern:
                words, needs = (*words, pattern), needs | {("PATTERNS", pattern.lower())}
            self._keep(
                CarriedObject(
                    "INFLOWS",
                    " ".join(row.words[:2]),
                    (words,),
                    frozenset({node}),
                    needs=frozenset(needs),
                    node_words={(0, 0): node},
                )
            )

    def _named_by_layers(self) -> set[tuple[str, str]]:
        """Objects that columns of the layers name: transects, streets, shapes of sections, patterns of flows."""
        found = set(self._wanted)
        for row in self._file.of("XSECTIONS"):
            shape = row.word(1).upper()
            if shape.startswith("IRREGULAR"):
                found.add(("TRANSECTS", row.word(2).lower()))
            elif shape.startswith("STREET"):
                found.add(("STREETS", row.word(2).lower()))
            elif shape.startswith("CUSTOM"):
                found.add(("CURVES", row.word(3).lower()))
        for row in self._file.of("DWF"):
            if row.word(1).upper().startswith("FLOW"):
                found |= {("PATTERNS", word.lower()) for word in row.words[3:7] if word}
        return found

    def _take_named(self, named: Mapping[str, tuple[str, ...]], wanted: set[tuple[str, str]]) -> None:
        """Transects, streets, inlets and patterns that are named by others."""
        length_m = self._units.length_m
        street = dict.fromkeys((1, 2, 5, 6, 8), length_m)
        for section in ("STREETS", "INLETS", "PATTERNS"):
            for name in named.get(section, ()):
                key = (section, name.lower())
                own = [row for row in self._file.of(section) if row.words[0].lower() == key[1]]
                if key not in wanted:
                    continue
                rows = [
                    _scaled(row, street if section == "STREETS" else _inlet_lengths(row, length_m))
                    if section != "PATTERNS"
                    else row.words
                    for row in own
                ]
                if any(row is None for row in rows):
                    self.left[key] = "unread"
                    continue
                needs = {
                    ("CURVES", row.word(2).lower())
                    for row in own
                    if section == "INLETS" and row.word(1).upper().startswith("CUSTOM")
                }
                kept = tuple(row for row in rows if row is not None)
                self._keep(CarriedObject(section, name, kept, needs=frozenset(needs)))
        for name, stations in transects_of(self._file, length_m).items():
            key = ("TRANSECTS", name.lower())
            if key in wanted and stations is not None:
                self._keep(CarriedObject("TRANSECTS", name, stations))
            elif key in wanted:
                self.left[key] = "unread"

    def _curves(self, named: Mapping[str, tuple[str, ...]], wanted: set[tuple[str, str]]) -> None:
        """Curves that rules, inlets and shapes name; those of storages and structures are in their layers."""
        curves = curves_of(self._file)
        scales = {
            "SHAPE": (1.0, 1.0),
            "DIVERSION": (self._units.flow_l_s, self._units.flow_l_s),
            "RATING": (self._units.length_m, self._units.flow_l_s),
        }
        for name in named.get("CURVES", ()):
            key = ("CURVES", name.lower())
            if key not in wanted:
                continue
            kind, pairs = curves[key[1]]
            plain = self._units.length_m == 1.0 and self._units.flow_l_s == 1.0
            if not kind or not pairs:
                self.left[key] = "unread"
            elif kind not in scales and not plain:
                # What a rule reads from its curve is in units that the rule alone knows.
                self.left[key] = "units"
            else:
                first, second = scales.get(kind, (1.0, 1.0))
                rows = tuple(
                    (name, kind if n == 0 else "", f"{x * first:.9g}", f"{y * second:.9g}")
                    for n, (x, y) in enumerate(pairs)
                )
                self._keep(CarriedObject("CURVES", name, rows))

    def _series(self, named: Mapping[str, tuple[str, ...]], wanted: set[tuple[str, str]]) -> None:
        """Time series that inflows and rules name, as hours from the start of the run."""
        for name in named.get("TIMESERIES", ()):
            key = ("TIMESERIES", name.lower())
            if key not in wanted:
                continue
            pairs = series_pairs(self._file, name, self._reading.folder)
            if pairs is None:
                self.left[key] = "unread"
                continue
            rows = tuple((name, f"{hour:.6f}", f"{value:.9g}") for hour, value in pairs)
            self._keep(CarriedObject("TIMESERIES", name, rows))

    def _without_needs(self) -> None:
        """Leave what needs an object that is not carried, until nothing does."""
        while lacking := [o for o in self.objects.values() if not o.needs <= set(self.objects)]:
            for found in lacking:
                missing = sorted(found.needs - set(self.objects))
                self.left[found.key] = next((self.left[m] for m in missing if m in self.left), "unread")
                del self.objects[found.key]


def _object_of(statement: Statement) -> CarriedObject:
    nodes, links = named_in(statement, "node"), named_in(statement, "link")
    needs = {(section, name.lower()) for section, name in statement.needs}
    return CarriedObject(
        "CONTROLS",
        statement.name,
        statement.rows,
        frozenset(nodes.values()),
        frozenset(links.values()),
        frozenset(needs),
        nodes,
        links,
    )


def _scaled(row: Row, factors: Mapping[int, float]) -> tuple[str, ...] | None:
    """The words of a row with the numbers at some places times their factors; None where one is no number."""
    words = list(row.words)
    for place, factor in factors.items():
        if place < len(words) and factor != 1.0:
            value = number_of(words[place])
            if value is None:
                return None
            words[place] = f"{value * factor:.9g}"
    return tuple(words)


def _inlet_lengths(row: Row, length_m: float) -> dict[int, float]:
    """Factors of the lengths of an inlet, and of the velocity at which water splashes over a grate."""
    kind = row.word(1).upper()
    if kind.startswith("CUSTOM"):
        return {}
    places = (2, 3, 6) if kind.startswith(("GRATE", "DROP_GRATE")) else (2, 3)
    return dict.fromkeys(places, length_m)


def transects_of(file: ModelFile, length_m: float) -> dict[str, Rows | None]:
    """Rows of each transect in m, each with the roughness that counts for it; None where a word is no number.

    The roughness of the last NC line goes for all transects after it, so that each gets one of its own.
    """
    found: dict[str, Rows | None] = {}
    rough: tuple[str, ...] = ("0", "0", "0")
    name = ""
    for row in file.of("TRANSECTS"):
        word = row.words[0].upper()
        if word.startswith("NC"):
            # A roughness of nought is that of the line before.
            given = [row.word(place) or "0" for place in (1, 2, 3)]
            rough = tuple(old if number_of(new) == 0 else new for old, new in zip(rough, given, strict=True))
        elif word.startswith("X1"):
            name = row.word(1)
            scaled = _scaled(row, {3: length_m, 4: length_m, 9: length_m})
            found[name] = None if scaled is None else (("NC", *rough), scaled)
        elif name:
            scaled = _scaled(row, dict.fromkeys(range(1, len(row.words)), length_m))
            own = found[name]
            found[name] = None if own is None or scaled is None else (*own, scaled)
    return found


def quoted(words: Sequence[str]) -> tuple[str, ...]:
    """Words as they stand in a file: in quotes where they hold a blank."""
    return tuple(f'"{word}"' if any(c.isspace() for c in word) else word for word in words)


def carried_names(models: Iterable[CarriedModel]) -> frozenset[tuple[str, str]]:
    """Section and name of all that is carried."""
    return frozenset(o.key for model in models for o in model.objects)
