"""Balances that stand in SWMM's report alone: of groundwater, of pollutants on the ground and in the network."""

from __future__ import annotations

from dataclasses import dataclass

from spongecalc.language import has_text, text
from spongecalc.swmm.continuity import LIMIT_PERCENT, WARNING_PERCENT
from spongecalc.swmm.run_result import Message
from spongecalc.swmm.units import unit_factors
from spongecalc.swmm.water_balance import Cell, Section

POUND_KG = 0.45359237
_ERROR = "Continuity Error (%)"
_HEADINGS = {
    "groundwater": "Groundwater Continuity",
    "runoff_quality": "Runoff Quality Continuity",
    "routing_quality": "Quality Routing Continuity",
}


@dataclass(frozen=True)
class ReportBalance:
    """A balance of the report.

    Attributes
    ----------
    process : "groundwater", "runoff_quality" or "routing_quality"
    columns : tuple of str
        Pollutants; "" for the depth of groundwater.
    units : tuple of str
        "mm", "kg" or "log10" (of counts) by column.
    rows : tuple of (term, values)
        Terms as the report names them.
    errors_percent : tuple of float
        By column.
    """

    process: str
    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    errors_percent: tuple[float, ...]


def report_balances(report: str, flow_units: str) -> tuple[ReportBalance, ...]:
    """Return the balances of a report that are in it, in millimetres and kilograms.

    Parameters
    ----------
    report : str
        Text of the .rpt.
    flow_units : str
        Of the model.
    """
    found = (_balance(report.splitlines(), process, title, flow_units) for process, title in _HEADINGS.items())
    return tuple(balance for balance in found if balance is not None)


def _balance(lines: list[str], process: str, title: str, flow_units: str) -> ReportBalance | None:
    at = next((n for n, line in enumerate(lines) if line.strip().startswith(title)), None)
    if not at:
        return None
    depth_mm = unit_factors(flow_units).rain_mm
    if process == "groundwater":
        columns: tuple[str, ...] = ("",)
        units: tuple[str, ...] = ("mm",)
        factors = [depth_mm]
    else:
        columns = tuple(lines[at - 1].split()[1:])
        said = lines[at].strip().removeprefix(title).split()
        units = tuple("log10" if unit == "LogN" else "kg" for unit in said)
        factors = [POUND_KG if unit == "lbs" else 1.0 for unit in said]
    rows: list[tuple[str, tuple[float, ...]]] = []
    errors: tuple[float, ...] = ()
    for line in lines[at + 2 :]:
        name, dots, figures = line.strip().partition(" ..")
        if not dots:
            break
        values = tuple(float(word) for word in figures.split() if word.strip("."))[-len(columns) :]
        if name == _ERROR:
            errors = values
        else:
            rows.append((name, tuple(v * f for v, f in zip(values, factors, strict=False))))
    return ReportBalance(process, columns, units, tuple(rows), errors)


def balance_messages(balances: tuple[ReportBalance, ...]) -> tuple[Message, ...]:
    """Return a warning for each balance of groundwater, or of a pollutant on the ground, that does not close.

    That of pollutants in the network is among the messages of the run.
    """
    return tuple(
        Message(
            "warning",
            f"engine.run.continuity_{balance.process}",
            subject=column,
            values=(("percent", f"{error:.2f}"), ("limit", f"{_limit(error):g}")),
        )
        for balance in balances
        if balance.process != "routing_quality"
        for column, error in zip(balance.columns, balance.errors_percent, strict=False)
        if abs(error) > WARNING_PERCENT
    )


def _limit(error: float) -> float:
    return LIMIT_PERCENT if abs(error) > LIMIT_PERCENT else WARNING_PERCENT


def balance_sections(balances: tuple[ReportBalance, ...], lang: str) -> tuple[Section, ...]:
    """Return the balances as tables; terms that are nought throughout are left out.

    Parameters
    ----------
    balances : tuple of ReportBalance
    lang : str
        "zh" or "en".
    """
    return tuple(_section(balance, lang) for balance in balances)


def _section(balance: ReportBalance, lang: str) -> Section:
    headers = [text("engine.column.term", lang)]
    for column, unit in zip(balance.columns, balance.units, strict=False):
        headers.append(text(f"engine.column.balance_{unit}", lang, pollutant=column))
    rows: list[tuple[Cell, ...]] = [
        (_term(name, lang), *(round(v, 3) for v in values)) for name, values in balance.rows if any(values)
    ]
    rows.append((text("engine.report_term.continuity_error", lang), *balance.errors_percent))
    return Section(text(f"engine.title.{balance.process}", lang), tuple(headers), tuple(rows))


def _term(name: str, lang: str) -> str:
    key = f"engine.report_term.{name.lower().replace(' ', '_')}"
    return text(key, lang) if has_text(key, lang) else name
