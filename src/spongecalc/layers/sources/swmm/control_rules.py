"""Control rules of a model, with their numbers in l/s, m and m3 and the names that they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from spongecalc.layers.sources.swmm.objects import RULE_WORDS
from spongecalc.layers.sources.swmm.reading import Reading, number_of

LINK_OBJECTS = ("LINK", "CONDUIT", "PUMP", "ORIFICE", "WEIR", "OUTLET")
CLAUSES = ("IF", "AND", "OR", "THEN", "ELSE", "PRIORITY")
QUANTITIES = (
    "DEPTH",
    "MAXDEPTH",
    "HEAD",
    "VOLUME",
    "INFLOW",
    "FLOW",
    "FULLFLOW",
    "FULLDEPTH",
    "LENGTH",
    "STATUS",
    "SETTING",
    "SLOPE",
    "VELOCITY",
    "TIMEOPEN",
    "TIMECLOSED",
)
# Only these have a state beside a setting; a rule with any other word makes the engine refuse the model.
STATES: Mapping[str, tuple[str, ...]] = {"CONDUITS": ("OPEN", "CLOSED"), "PUMPS": ("ON", "OFF")}
RELATIONS = ("=", "<>", "<", "<=", ">", ">=")
LENGTH, FLOW, VOLUME, PLAIN = "length", "flow", "volume", ""
DIMENSIONS: Mapping[str, str] = {
    "DEPTH": LENGTH,
    "MAXDEPTH": LENGTH,
    "HEAD": LENGTH,
    "VOLUME": VOLUME,
    "INFLOW": FLOW,
    "FLOW": FLOW,
    "FULLFLOW": FLOW,
    "FULLDEPTH": LENGTH,
    "LENGTH": LENGTH,
    "VELOCITY": LENGTH,
}
"""What the number beside each quantity of a premise is measured in; any other has no unit."""


@dataclass(frozen=True)
class Statement:
    """A rule, or a named variable or expression that rules read: its rows, and what they name.

    ``words`` are the kind and name at each place of a row that names a node or link. ``needs`` are section and
    name of curves, series and other statements. ``refusal`` is why it cannot be carried on, "" where it can.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    words: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    needs: frozenset[tuple[str, str]] = frozenset()
    refusal: str = ""


def named_in(statement: Statement, kind: str) -> dict[tuple[int, int], str]:
    """Names of the nodes ("node") or links ("link") that a statement holds, by row and place."""
    return {at: name for at, (own, name) in statement.words.items() if own == kind}


def statements_of(reading: Reading) -> tuple[Statement, ...]:
    """The rules, variables and expressions of a model."""
    groups: list[tuple[str, list[tuple[str, ...]]]] = []
    for row in reading.file.of("CONTROLS"):
        first = row.words[0].upper()
        begins = next((word for word in RULE_WORDS if first.startswith(word)), "")
        if begins:
            groups.append((f"{begins} {row.word(1)}", []))
        if groups:
            groups[-1][1].append(row.words)
    reader = _Reader(
        reading, {name.split(" ", 1)[1].lower(): rows for name, rows in groups if not name.startswith("RULE")}
    )
    return tuple(reader.statement(name, rows) for name, rows in groups)


class _Reader:
    """Reads statements; ``variables`` are the rows of named variables and expressions by name."""

    def __init__(self, reading: Reading, variables: Mapping[str, list[tuple[str, ...]]]) -> None:
        self._reading, self._variables = reading, variables
        units = reading.units
        self._factors = {
            LENGTH: units.length_m,
            FLOW: units.flow_l_s,
            VOLUME: units.length_m**3,
            PLAIN: 1.0,
        }

    def statement(self, name: str, rows: list[tuple[str, ...]]) -> Statement:
        """A statement of its rows."""
        made = Statement(name, tuple(rows))
        if name.startswith("VARIABLE"):
            made, _, _ = self._variable(made, 0, 3)
            return made
        if name.startswith("EXPRESSION"):
            return self._expression(made)
        dimension = PLAIN
        for number, row in enumerate(rows[1:], start=1):
            clause = row[0].upper()
            acting = clause in ("THEN", "ELSE") or (clause == "AND" and self._acts(rows, number))
            if clause == "PRIORITY":
                continue
            if clause not in CLAUSES or len(row) < 4:
                return replace(made, refusal="unread")
            if acting:
                made = self._action(made, number, dimension)
            else:
                made, dimension = self._premise(made, number)
            if made.refusal:
                return made
        return made

    def _acts(self, rows: list[tuple[str, ...]], number: int) -> bool:
        """True for an AND behind a THEN or ELSE."""
        return any(row[0].upper() in ("THEN", "ELSE") for row in rows[1:number])

    def _expression(self, made: Statement) -> Statement:
        """An expression: where a variable of it has a unit that changes, so may the expression's value."""
        words = " ".join(made.rows[0][3:])
        needs, refusal = set(), ""
        for name, rows in self._variables.items():
            if name in _identifiers(words):
                kind = rows[0][0].upper()
                needs.add(("CONTROLS", f"{'VARIABLE' if kind.startswith('VAR') else 'EXPRESSION'} {name}"))
                dimension = DIMENSIONS.get(rows[0][-1].upper(), PLAIN)
                refusal = "units" if self._factors[dimension] != 1.0 else refusal
        return replace(made, needs=made.needs | needs, refusal=refusal)

    def _variable(self, made: Statement, number: int, at: int) -> tuple[Statement, int, str]:
        """The statement with the node or link named from a place on, the place behind it, and its dimension."""
        row = made.rows[number]
        word = row[at].upper() if at < len(row) else ""
        if word.startswith("GAGE"):
            return replace(made, refusal="rain"), at, PLAIN
        if word.startswith("SIMULATION"):
            return made, at + 2, PLAIN
        if word.startswith("NODE") or word.startswith(LINK_OBJECTS):
            if at + 2 >= len(row) or not row[at + 2].upper().startswith(QUANTITIES):
                return replace(made, refusal="unread"), at, PLAIN
            made = self._named(made, number, at + 1, "node" if word.startswith("NODE") else "link")
            dimension = next((d for a, d in DIMENSIONS.items() if row[at + 2].upper().startswith(a)), PLAIN)
            return made, at + 3, dimension
        if word.lower() in self._variables:
            own = self._variables[word.lower()][0]
            kind = "VARIABLE" if own[0].upper().startswith("VAR") else "EXPRESSION"
            made = replace(made, needs=made.needs | {("CONTROLS", f"{kind} {word.lower()}")})
            dimension = DIMENSIONS.get(own[-1].upper(), PLAIN) if kind == "VARIABLE" else PLAIN
            return made, at + 1, dimension
        return replace(made, refusal="unread"), at, PLAIN

    def _named(self, made: Statement, number: int, at: int, kind: str) -> Statement:
        word = made.rows[number][at]
        known = (self._reading.nodes if kind == "node" else self._reading.links).get(word.lower())
        if known is None:
            return replace(made, refusal=self._reading.unknown)
        return replace(made, words={**made.words, (number, at): (kind, known)})

    def _premise(self, made: Statement, number: int) -> tuple[Statement, str]:
        made, at, dimension = self._variable(made, number, 1)
        row = made.rows[number]
        if made.refusal:
            return made, dimension
        if at + 1 >= len(row) or row[at] not in RELATIONS:
            return replace(made, refusal="unread"), dimension
        second = row[at + 1]
        named = second.upper().startswith(("NODE", "SIMULATION", "GAGE", *LINK_OBJECTS))
        if named or second.lower() in self._variables:
            made, _, _ = self._variable(made, number, at + 1)
            return made, dimension
        factor = self._factors[dimension]
        value = number_of(second)
        if factor != 1.0 and value is not None:
            made = _with_word(made, number, at + 1, f"{value * factor:.9g}")
        elif value is None and dimension:
            made = replace(made, refusal="unread")
        if len(row) > at + 2 and not row[1].upper().startswith("SIMULATION"):
            # A clause has a line of its own.
            made = replace(made, refusal="unread")
        return made, dimension

    def _action(self, made: Statement, number: int, dimension: str) -> Statement:
        row = made.rows[number]
        if len(row) < 6 or not row[1].upper().startswith(LINK_OBJECTS):
            return replace(made, refusal="unread")
        made = self._named(made, number, 2, "link")
        kind = row[5].upper()
        if not made.refusal and not self._can(made, number):
            return replace(made, refusal="unread")
        if len(row) > 6 and kind.startswith("CURVE"):
            # What it reads from the curve is what its last premise reads, in the model's units.
            refusal = made.refusal or ("units" if self._factors[dimension] != 1.0 else "")
            return replace(made, refusal=refusal, needs=made.needs | {("CURVES", row[6].lower())})
        if len(row) > 6 and kind.startswith("TIMESERIES"):
            return replace(made, needs=made.needs | {("TIMESERIES", row[6].lower())})
        return made

    def _can(self, made: Statement, number: int) -> bool:
        """True where the link that a row sets is of the kind it says, and can be set so."""
        row = made.rows[number]
        kind = self._reading.link_kinds.get(made.words[number, 2][1], "")
        if kind and not kind.startswith(row[1].upper()):
            return False
        what, value = row[3].upper(), row[5].upper()
        if what.startswith("STATUS"):
            return value.startswith(STATES.get(kind, ()))
        if not what.startswith("SETTING") or kind == "CONDUITS":
            return False
        words = 9 if value.startswith("PID") else 7 if value.startswith(("CURVE", "TIMESERIES")) else 0
        return len(row) >= words if words else number_of(value) is not None


def _with_word(made: Statement, number: int, at: int, word: str) -> Statement:
    rows = [list(row) for row in made.rows]
    rows[number][at] = word
    return replace(made, rows=tuple(tuple(row) for row in rows))


def _identifiers(expression: str) -> frozenset[str]:
    """Names in an expression, in small letters."""
    plain = "".join(c if c.isalnum() or c == "_" else " " for c in expression)
    return frozenset(plain.lower().split())
