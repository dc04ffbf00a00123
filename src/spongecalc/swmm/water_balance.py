"""The water balance of a run from its totals, and the tables that describe a run to a person."""

import math
from dataclasses import dataclass
from typing import Literal

from spongecalc.catalogue.flow_unit import CUBIC_FOOT_M3
from spongecalc.gate.cause import as_told
from spongecalc.language import has_text, text
from spongecalc.swmm.run_result import Message, RunResult

Direction = Literal["in", "out"]
Cell = str | int | float | None

_RUNOFF_TERMS: tuple[tuple[str, Direction], ...] = (
    ("rainfall", "in"),
    ("outfall_runon", "in"),
    ("surface_storage_initial", "in"),
    ("snow_initial", "in"),
    ("evaporation", "out"),
    ("infiltration", "out"),
    ("runoff", "out"),
    ("lid_drainage", "out"),
    ("snow_removed", "out"),
    ("surface_storage_final", "out"),
    ("snow_final", "out"),
)
_ROUTING_TERMS: tuple[tuple[str, Direction], ...] = (
    ("dry_weather_inflow", "in"),
    ("wet_weather_inflow", "in"),
    ("groundwater_inflow", "in"),
    ("rdii_inflow", "in"),
    ("external_inflow", "in"),
    ("storage_initial", "in"),
    ("outflow", "out"),
    ("flooding", "out"),
    ("network_evaporation", "out"),
    ("network_exfiltration", "out"),
    ("storage_final", "out"),
)


@dataclass(frozen=True)
class BalanceRow:
    """One term of a balance: its name, the side it stands on and its volume [m3] (never negative)."""

    term: str
    direction: Direction
    volume_m3: float


@dataclass(frozen=True)
class Balance:
    """A balance with its closure.

    Attributes
    ----------
    rows : tuple of BalanceRow
        Empty when the process was not computed.
    total_in_m3, total_out_m3 : float
    """

    rows: tuple[BalanceRow, ...]
    total_in_m3: float
    total_out_m3: float

    @property
    def difference_m3(self) -> float:
        """Water that came in and is not accounted for [m3]."""
        return self.total_in_m3 - self.total_out_m3

    @property
    def error_percent(self) -> float:
        """Continuity error by SWMM's own rule [%].

        100 (1 - out/in); 100 (in/out - 1) where nothing comes in; 0 for a difference below one cubic foot,
        which SWMM takes as closed (EPA SWMM 5.2 engine, ``massbal.c``); nan without rows.
        """
        if not self.rows:
            return math.nan
        if abs(self.difference_m3) < CUBIC_FOOT_M3:
            return 0.0
        if self.total_in_m3 > 0.0:
            return 100.0 * (1.0 - self.total_out_m3 / self.total_in_m3)
        return 100.0 * (self.total_in_m3 / self.total_out_m3 - 1.0)


@dataclass(frozen=True)
class WaterBalance:
    """The balances of the surfaces and of the drainage network."""

    runoff: Balance
    routing: Balance


@dataclass(frozen=True)
class Section:
    """A table for a person in one language; numbers stay numbers, None is no figure."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def water_balance(result: RunResult) -> WaterBalance:
    """Return the water balance of a run.

    Parameters
    ----------
    result : RunResult

    Returns
    -------
    WaterBalance
        Terms in SWMM's order. A negative inflow or outflow (water drawn from a node, water entering at an
        outfall) stands on the other side, as in SWMM's own error.
    """
    return WaterBalance(
        runoff=_balance(result.totals_m3, _RUNOFF_TERMS), routing=_balance(result.totals_m3, _ROUTING_TERMS)
    )


def _balance(totals_m3: dict[str, float], terms: tuple[tuple[str, Direction], ...]) -> Balance:
    rows: list[BalanceRow] = []
    for term, direction in terms:
        volume_m3 = totals_m3.get(term)
        if volume_m3 is None:
            continue
        if volume_m3 < 0.0:
            rows.append(BalanceRow(term, "out" if direction == "in" else "in", -volume_m3))
        else:
            rows.append(BalanceRow(term, direction, volume_m3))
    return Balance(
        rows=tuple(rows),
        total_in_m3=math.fsum(row.volume_m3 for row in rows if row.direction == "in"),
        total_out_m3=math.fsum(row.volume_m3 for row in rows if row.direction == "out"),
    )


def explain(message: Message, lang: str) -> tuple[str, str]:
    """Return what a message means and what to do about it.

    Parameters
    ----------
    message : Message
    lang : str
        "zh" or "en".
    """
    values = dict(message.values)
    if "cause" in values:
        values["reason"] = as_told(values).sentence(lang)
    return text(f"{message.key}.meaning", lang, **values), text(f"{message.key}.action", lang, **values)


def sentence(message: Message, lang: str) -> str:
    """Return a message in one line: SWMM's sentence, the place it means, what that means and what to do.

    Parameters
    ----------
    message : Message
    lang : str
        "zh" or "en".
    """
    place = ""
    if message.line is not None:
        values = {"line": message.line, "section": message.section, "text": message.line_text.strip()}
        place = text("engine.place.line", lang, **values)
    said = " ".join(part for part in (message.engine_text, f"({place})" if place else "") if part)
    return " ".join([*((said,) if said else ()), *explain(message, lang)])


def effect(message: Message, lang: str) -> str:
    """Return what a warning of the engine does to the figures of its run; "" for any other message.

    Parameters
    ----------
    message : Message
    lang : str
        "zh" or "en".
    """
    key = f"{message.key}.effect"
    return text(key, lang, **dict(message.values)) if has_text(key, lang) else ""


def describe(result: RunResult, lang: str) -> tuple[Section, ...]:
    """Describe a run in tables, in SI units.

    Parameters
    ----------
    result : RunResult
    lang : str
        "zh" or "en".

    Returns
    -------
    tuple of Section
        Always the run itself; messages, balances, flooding, outfalls, unstable elements and warnings where
        there are any. Terms that are nought in the balance are left out.
    """
    balance = water_balance(result)
    sections = [_run_section(result, lang)]
    if result.messages:
        sections.append(_message_section(result.messages, lang))
    if balance.runoff.rows:
        sections.append(_balance_section("runoff", balance.runoff, lang))
    if balance.routing.rows:
        sections.append(_balance_section("routing", balance.routing, lang))
    if len(result.nodes):
        sections.append(_flooding_section(result, lang))
    if len(result.outfalls):
        sections.append(_outfall_section(result, lang))
    if result.unstable_links or result.nonconverging_nodes:
        sections.append(_stability_section(result, lang))
    if result.warnings:
        sections.append(_warning_section(result.warnings, lang))
    return tuple(sections)


def _headers(lang: str, *columns: str) -> tuple[str, ...]:
    return tuple(text(f"engine.column.{column}", lang) for column in columns)


def _figure(value: float, digits: int) -> float | None:
    return None if math.isnan(value) else round(float(value), digits) + 0.0


def _run_section(result: RunResult, lang: str) -> Section:
    items: tuple[tuple[str, Cell], ...] = (
        ("status", text(f"engine.status.{result.status}", lang)),
        ("engine_version", result.engine_version),
        ("flow_units", result.flow_units or None),
        ("start", result.start or None),
        ("duration_h", _figure(result.duration_h, 4)),
        ("runoff_error_percent", _figure(result.runoff_error_percent, 3)),
        ("routing_error_percent", _figure(result.routing_error_percent, 3)),
        ("quality_error_percent", _figure(result.quality_error_percent, 3)),
        ("seconds", _figure(result.seconds, 2)),
    )
    rows = tuple((text(f"engine.item.{name}", lang), value) for name, value in items)
    return Section(text("engine.title.run", lang), _headers(lang, "item", "value"), rows)


def _message_section(messages: tuple[Message, ...], lang: str) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for message in messages:
        place = message.subject
        if message.line is not None:
            place = text(
                "engine.place.line",
                lang,
                line=message.line,
                section=message.section,
                text=message.line_text,
            )
        severity = text(f"engine.severity.{message.severity}", lang)
        rows.append((severity, place, message.engine_text, *explain(message, lang)))
    return Section(
        text("engine.title.messages", lang),
        _headers(lang, "severity", "place", "engine_text", "meaning", "action"),
        tuple(rows),
    )


def _balance_section(name: str, balance: Balance, lang: str) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (
            text(f"engine.term.{row.term}", lang),
            text(f"engine.direction.{row.direction}", lang),
            _figure(row.volume_m3, 3),
        )
        for row in balance.rows
        if row.volume_m3 != 0.0
    ]
    for term, direction, volume_m3 in (
        ("total_in", "in", balance.total_in_m3),
        ("total_out", "out", balance.total_out_m3),
        ("difference", "balance", balance.difference_m3),
    ):
        rows.append(
            (
                text(f"engine.term.{term}", lang),
                text(f"engine.direction.{direction}", lang),
                _figure(volume_m3, 3),
            )
        )
    return Section(
        text(f"engine.title.{name}", lang), _headers(lang, "term", "direction", "volume_m3"), tuple(rows)
    )


def _flooding_section(result: RunResult, lang: str) -> Section:
    """List the flooded nodes, the largest volume first."""
    flooded = result.nodes[result.nodes["flooded_h"] > 0.0]
    flooded = flooded.sort_values("flood_volume_m3", ascending=False, kind="stable")
    columns = ("flood_volume_m3", "flooded_h", "flood_peak_l_s", "max_ponded_m3")
    rows = tuple(
        (str(node), *(_figure(value, 3) for value in values))
        for node, values in zip(flooded.index, flooded[list(columns)].to_numpy(), strict=True)
    )
    return Section(text("engine.title.flooding", lang), _headers(lang, "node", *columns), rows)


def _outfall_section(result: RunResult, lang: str) -> Section:
    """List the outfalls: what left; where water came in at any of them, also that and the difference."""
    outfalls = result.outfalls
    signed = bool((outfalls["volume_in_m3"] > 0.0).any())
    volumes = ["volume_out_m3", "volume_in_m3", "volume_net_m3"] if signed else ["volume_m3"]
    columns = [*volumes, "peak_l_s"]
    headers = list(_headers(lang, "outfall", *columns))
    outfalls = outfalls.assign(volume_net_m3=outfalls["volume_m3"])
    for pollutant, unit in result.pollutants.items():
        measure = "count" if unit == "#/L" else "kg"
        net, inwards = f"load_{pollutant}_{measure}", f"load_{pollutant}_in_{measure}"
        if signed and inwards in outfalls:
            outfalls[f"load_{pollutant}_out_{measure}"] = outfalls[net] + outfalls[inwards]
            for way, column in (("out", f"load_{pollutant}_out_{measure}"), ("in", inwards), ("net", net)):
                columns.append(column)
                headers.append(text(f"engine.column.load_{way}_{measure}", lang, pollutant=pollutant))
        else:
            columns.append(net)
            headers.append(text(f"engine.column.load_{measure}", lang, pollutant=pollutant))
    rows = tuple(
        (str(outfall), *(_figure(value, 3) for value in values))
        for outfall, values in zip(outfalls.index, outfalls[columns].to_numpy(), strict=True)
    )
    return Section(text("engine.title.outfalls", lang), tuple(headers), rows)


def _stability_section(result: RunResult, lang: str) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for link, index in result.unstable_links:
        rows.append((link, text("engine.measure.flow_instability", lang), index))
    for node, percent in result.nonconverging_nodes:
        if math.isnan(percent):
            steps = int(result.nodes["nonconverged_steps"][node])
            rows.append((node, text("engine.measure.not_converging_steps", lang), steps))
        else:
            rows.append((node, text("engine.measure.not_converging_percent", lang), percent))
    return Section(
        text("engine.title.stability", lang), _headers(lang, "element", "measure", "value"), tuple(rows)
    )


def _warning_section(warnings: tuple[Message, ...], lang: str) -> Section:
    """Group SWMM's warnings by what they say: one explanation, then the elements it names."""
    grouped: dict[tuple[str, tuple[tuple[str, str], ...]], list[Message]] = {}
    for warning in warnings:
        grouped.setdefault((warning.key, warning.values), []).append(warning)
    rows: list[tuple[Cell, ...]] = []
    for alike in grouped.values():
        meaning, action = explain(alike[0], lang)
        elements = ", ".join(w.subject or w.engine_text for w in alike)
        rows.append((elements, len(alike), meaning, effect(alike[0], lang), action))
    return Section(
        text("engine.title.warnings", lang),
        _headers(lang, "element", "count", "meaning", "effect", "action"),
        tuple(rows),
    )
