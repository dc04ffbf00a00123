"""Features of an input file that the engine takes otherwise than one would guess, and says nothing of.

Each was seen with the engine alone and compared with a value by hand: docs/engine.md lists them with the scripts
that show them. The product's own models avoid them; a model from elsewhere may hold them, and its figures are
read with them in mind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from spongecalc.swmm.input_file import InputFile, number_of, words_of
from spongecalc.swmm.run_result import Message

Rows = Sequence[Sequence[str]]

PATTERN_FACTORS: Mapping[str, int] = {"MONTHLY": 12, "DAILY": 7, "HOURLY": 24, "WEEKEND": 24}
"""Factors of a whole pattern of each kind."""

NAMED = 5
"""So many objects are named by a message; the others are counted."""


class _Sections:
    """The words of an input file by section; names as they are written, and by ``key`` as the engine compares."""

    def __init__(self, text: InputFile) -> None:
        self._text = text
        self.options = {row[0].upper(): row[1].upper() for row in self.rows("OPTION", least=2)}

    def rows(self, name: str, *, least: int = 1) -> Rows:
        """Rows of the sections that begin so (the engine knows them by their beginning), of so many words."""
        return [words for words in words_of(self._text, name) if len(words) >= least]


def key(name: str) -> str:
    """A name as the engine compares it: in any case."""
    return name.upper()


def surprises(text: InputFile) -> tuple[Message, ...]:
    """Return a warning for each feature of an input file that misleads, with the objects that it is about.

    Parameters
    ----------
    text : InputFile
        Of a model that the engine can read.

    Returns
    -------
    tuple of Message
        Keys ``engine.run.<feature>``, in the order of :data:`FEATURES`; none for a model without them.

    Notes
    -----
    Goes by what the file says alone. That a feature is there does not say that it changes a figure: inlets whose
    manholes never overflow double no water.
    """
    sections = _Sections(text)
    found = []
    for feature, look in FEATURES.items():
        names = list(dict.fromkeys(look(sections)))
        if names:
            rest = f" (+{len(names) - NAMED})" if len(names) > NAMED else ""
            subject = ", ".join(names[:NAMED]) + rest
            found.append(Message("warning", f"engine.run.{feature}", subject=subject))
    return tuple(found)


def _inlets_that_pond(sections: _Sections) -> Iterable[str]:
    """Manholes that a street's inlet leads to and that may pond."""
    if sections.options.get("ALLOW_PONDING") != "YES":
        return []
    ponds = {key(row[0]) for row in sections.rows("JUNC", least=6) if _number(row[5]) > 0}
    return [row[2] for row in sections.rows("INLET_USAGE", least=3) if key(row[2]) in ponds]


def _lid_drains_to_subcatchments(sections: _Sections) -> Iterable[str]:
    grounds = {key(row[0]) for row in sections.rows("SUBCATCH")}
    return [row[0] for row in sections.rows("LID_USAGE", least=10) if key(row[9]) in grounds]


def _lids_without_their_state(sections: _Sections) -> Iterable[str]:
    if not _uses_file(sections, "HOTSTART"):
        return []
    return [row[0] for row in sections.rows("LID_USAGE")]


def _lid_drains_without_load(sections: _Sections) -> Iterable[str]:
    """Subcatchments without impervious ground beside a unit with a drain, in a model with a load in its rain."""
    if not any(_number(row[2]) > 0 for row in sections.rows("POLLUT", least=3)):
        return
    drained = {row_key for row_key, row in _layers(sections, "DRAIN") if _number(row[2]) > 0}
    units_m2: dict[str, float] = {}
    with_drain = set()
    for row in sections.rows("LID_USAGE", least=4):
        units_m2[key(row[0])] = units_m2.get(key(row[0]), 0.0) + _number(row[2]) * _number(row[3])
        if key(row[1]) in drained:
            with_drain.add(key(row[0]))
    # Areas are in hectares and m2, or in acres and square feet; a hair less than all is all.
    per_area = 1e4 if sections.options.get("FLOW_UNITS", "CFS") in ("CMS", "LPS", "MLD") else 43560.0
    for row in sections.rows("SUBCATCH", least=5):
        beside = _number(row[3]) * per_area - units_m2.get(key(row[0]), 0.0)
        if key(row[0]) in with_drain and (_number(row[4]) == 0 or beside < 0.001 * _number(row[3]) * per_area):
            yield row[0]


def _lid_removals(sections: _Sections) -> Iterable[str]:
    return [row[0] for _, row in _layers(sections, "REMOVALS") if any(_number(word) > 0 for word in row[3::2])]


def _pavers_with_a_share(sections: _Sections) -> Iterable[str]:
    return [row[0] for _, row in _layers(sections, "PAVEMENT") if len(row) > 4 and _number(row[4]) > 0]


def _layers(sections: _Sections, layer: str) -> Iterable[tuple[str, Sequence[str]]]:
    """Rows of LID controls that describe one layer, by the control."""
    return [(key(row[0]), row) for row in sections.rows("LID_CONTROL", least=3) if row[1].upper() == layer]


def _lid_drains_of_a_runoff_file(sections: _Sections) -> Iterable[str]:
    if not _uses_file(sections, "RUNOFF"):
        return []
    return [row[0] for row in sections.rows("LID_USAGE", least=10) if row[9] != "*"]


def _uses_file(sections: _Sections, kind: str) -> bool:
    return any(row[0].upper() == "USE" and row[1].upper() == kind for row in sections.rows("FILE", least=2))


def _storage_curves_drawn_on(sections: _Sections) -> Iterable[str]:
    """Storage units that reach below the rows of their curve, or above where it ends with a slope."""
    numbers: dict[str, list[float]] = {}
    for row in sections.rows("CURVE", least=3):
        words = row[2:] if row[1].upper().startswith("STOR") else row[1:]
        numbers.setdefault(key(row[0]), []).extend(_number(word) for word in words)
    for row in sections.rows("STORAGE", least=6):
        own = numbers.get(key(row[5]), []) if row[4].upper() == "TABULAR" else []
        depths, areas = own[::2], own[1::2]
        sloping = len(areas) > 1 and areas[-1] != areas[-2]
        if depths and (depths[0] > 0 or (sloping and depths[-1] < _number(row[2]))):
            yield row[0]


def _storage_that_evaporates_in_rain(sections: _Sections) -> Iterable[str]:
    dry_only = any(
        row[0].upper() == "DRY_ONLY" and row[1].upper() == "YES" for row in sections.rows("EVAP", least=2)
    )
    if not dry_only:
        return
    for row in sections.rows("STORAGE", least=6):
        # Of the shapes of 5.2 only a curve's name takes one word; the others take three numbers.
        share = 7 if row[4].upper() == "TABULAR" else 9
        if len(row) > share and _number(row[share]) > 0:
            yield row[0]


def _tides_by_the_run(sections: _Sections) -> Iterable[str]:
    """Outfalls with a tidal curve in a run that begins at another hour than midnight."""
    if not _number(sections.options.get("START_TIME", "0").replace(":", "")):
        return []
    return [row[0] for row in sections.rows("OUTFALL", least=4) if row[2].upper() == "TIDAL"]


def _short_patterns(sections: _Sections) -> Iterable[str]:
    kinds: dict[str, str] = {}
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for row in sections.rows("PATTERN", least=2):
        name = key(row[0])
        with_kind = row[1].upper() in PATTERN_FACTORS
        if with_kind:
            kinds[name] = row[1].upper()
        names.setdefault(name, row[0])
        counts[name] = counts.get(name, 0) + len(row) - (2 if with_kind else 1)
    return [names[n] for n, kind in kinds.items() if counts[n] < PATTERN_FACTORS[kind]]


def _replaced_rows(sections: _Sections) -> Iterable[str]:
    """Nodes with two rows of one constituent, of which the last counts."""
    for section, words in (("DWF", 2), ("INFLOW", 2), ("RDII", 1)):
        seen: set[tuple[str, ...]] = set()
        for row in sections.rows(section, least=words):
            mark = tuple(key(word) for word in row[:words])
            if mark in seen:
                yield row[0]
            seen.add(mark)


def _inflows_of_mass(sections: _Sections) -> Iterable[str]:
    return [row[0] for row in sections.rows("INFLOW", least=4) if row[3].upper() == "MASS"]


def _rules_with_or_after_and(sections: _Sections) -> Iterable[str]:
    name, seen_and, named = "", False, False
    for row in sections.rows("CONTROL"):
        word = row[0].upper()
        if word == "RULE":
            name, seen_and, named = row[1] if len(row) > 1 else "", False, False
        elif word == "THEN":
            named = True  # an AND behind THEN joins actions
        elif word == "AND":
            seen_and = True
        elif word == "OR" and seen_and and not named:
            named = True
            yield name


def _rdii_beyond_the_end(sections: _Sections) -> Iterable[str]:
    """Unit hydrographs that last longer than the run: T (1 + K) of their longest triangle."""
    lasts_h = _duration_h(sections.options)
    for row in sections.rows("HYDROGRAPH", least=6):
        if _number(row[3]) > 0 and _number(row[4]) * (1 + _number(row[5])) > lasts_h:
            yield row[0]


def _grounds_in_a_circle(sections: _Sections) -> Iterable[str]:
    """Subcatchments whose outlets lead back to themselves over others."""
    outlets = {key(row[0]): key(row[2]) for row in sections.rows("SUBCATCH", least=3)}
    names = {key(row[0]): row[0] for row in sections.rows("SUBCATCH", least=3)}
    for ground, name in names.items():
        here, seen = outlets[ground], {ground}
        while here in outlets and here not in seen:
            seen.add(here)
            here = outlets[here]
        if here == ground and len(seen) > 1:
            yield name


def _grounds_without(section: str) -> Callable[[_Sections], Iterable[str]]:
    def look(sections: _Sections) -> Iterable[str]:
        has = {key(row[0]) for row in sections.rows(section)}
        return [row[0] for row in sections.rows("SUBCATCH") if key(row[0]) not in has]

    return look


def _grounds_of_no_size(sections: _Sections) -> Iterable[str]:
    """Subcatchments without an area or a width."""
    return [
        row[0] for row in sections.rows("SUBCATCH", least=6) if number_of(row[3]) == 0 or number_of(row[5]) == 0
    ]


def _links_to_themselves(sections: _Sections) -> Iterable[str]:
    kinds = ("CONDUIT", "PUMP", "ORIFICE", "WEIR", "OUTLET")
    return [row[0] for kind in kinds for row in sections.rows(kind, least=3) if key(row[1]) == key(row[2])]


def _duration_h(options: Mapping[str, str]) -> float:
    """Length of the run in hours; infinite where its dates are not read."""
    moments = [
        f"{options.get(f'{end}_DATE', '')} {options.get(f'{end}_TIME', '00:00:00')}" for end in ("START", "END")
    ]
    for form in ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"):
        try:
            start, end = (datetime.strptime(moment.replace("-", "/"), form) for moment in moments)
        except ValueError:
            continue
        return (end - start).total_seconds() / 3600
    return float("inf")


def _number(word: str) -> float:
    return number_of(word) or 0.0


FEATURES: Mapping[str, Callable[[_Sections], Iterable[str]]] = {
    "inlets_that_pond": _inlets_that_pond,
    "lid_drain_counted_twice": _lid_drains_to_subcatchments,
    "lid_drain_without_load": _lid_drains_without_load,
    "washoff_before_removal": _lid_removals,
    "pavers_share": _pavers_with_a_share,
    "lids_without_their_state": _lids_without_their_state,
    "lid_drain_of_a_runoff_file": _lid_drains_of_a_runoff_file,
    "storage_curve_drawn_on": _storage_curves_drawn_on,
    "storage_evaporates_in_rain": _storage_that_evaporates_in_rain,
    "tide_by_the_run": _tides_by_the_run,
    "short_pattern": _short_patterns,
    "row_replaced": _replaced_rows,
    "inflow_of_mass": _inflows_of_mass,
    "or_after_and": _rules_with_or_after_and,
    "rdii_beyond_the_end": _rdii_beyond_the_end,
    "grounds_in_a_circle": _grounds_in_a_circle,
    "ground_without_subareas": _grounds_without("SUBAREA"),
    "ground_without_infiltration": _grounds_without("INFIL"),
    "ground_of_no_size": _grounds_of_no_size,
    "link_to_itself": _links_to_themselves,
}
"""Feature -> what looks for it in the sections and gives the names of what it is about."""
