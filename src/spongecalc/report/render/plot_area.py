"""Axes of a small chart as SVG: a rectangle, its scales, ticks and labels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import escape

from spongecalc.report.content.number_format import is_known

INK, SOFT, GRID = "#333333", "#555555", "#dddddd"
TEXT_PX = 12


def nice_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values from ``low`` to ``high``, at most ``most``: steps of 1, 2 or 5 times a power of ten."""
    if not high > low:
        return [low]
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_texts(values: Sequence[float]) -> list[str]:
    """The ticks' figures, as short as they can be written with as many decimals for each."""
    short = [f"{v:g}" for v in values]
    if any("e" in s for s in short):
        return short
    places = max((len(s.partition(".")[2]) for s in short), default=0)
    return [f"{v:.{places}f}" for v in values]


@dataclass(frozen=True)
class PlotArea:
    """The rectangle that data are drawn in: pixels of its sides, and the values at them."""

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Pixel of a value across."""
        span = self.x_high - self.x_low
        return self.left + (value - self.x_low) / (span or 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Pixel of a value upwards."""
        span = self.y_high - self.y_low
        return self.bottom - (value - self.y_low) / (span or 1.0) * (self.bottom - self.top)

    def axes(self, x_label: str, y_label: str, y_ticks: Sequence[float] | None = None) -> str:
        """Lines, ticks and labels of the axes, with a faint grid."""
        parts = []
        upwards = y_ticks if y_ticks is not None else nice_ticks(self.y_low, self.y_high)
        for value, written in zip(upwards, tick_texts(upwards), strict=True):
            y = self.y(value)
            parts.append(
                f'<path d="M{self.left:.1f} {y:.1f}H{self.right:.1f}" stroke="{GRID}" stroke-width="0.7"/>'
            )
            parts.append(label(self.left - 6, y + 4, written, "end"))
        across = nice_ticks(self.x_low, self.x_high, 8)
        for value, written in zip(across, tick_texts(across), strict=True):
            x = self.x(value)
            parts.append(f'<path d="M{x:.1f} {self.bottom:.1f}v4" stroke="{INK}" stroke-width="0.8"/>')
            parts.append(label(x, self.bottom + 18, written, "middle"))
        frame = f"M{self.left:.1f} {self.top:.1f}V{self.bottom:.1f}H{self.right:.1f}"
        parts.append(f'<path d="{frame}" fill="none" stroke="{INK}" stroke-width="0.9"/>')
        parts.append(label((self.left + self.right) / 2, self.bottom + 36, x_label, "middle"))
        parts.append(label(self.left - 44, (self.top + self.bottom) / 2, y_label, "middle", turned=True))
        return "".join(parts)

    def line(
        self, xs: Iterable[float], ys: Iterable[float], colour: str, dash: str = "", width: float = 1.6
    ) -> str:
        """A curve through the points; a point that is not known breaks it."""
        data, pen = [], "M"
        for x, y in zip(xs, ys, strict=True):
            if not is_known(y):
                pen = "M"
                continue
            data.append(f"{pen}{self.x(float(x)):.1f} {self.y(float(y)):.1f}")
            pen = "L"
        style = f' stroke-dasharray="{dash}"' if dash else ""
        return f'<path d="{"".join(data)}" fill="none" stroke="{colour}" stroke-width="{width}"{style}/>'


def text_px(words: str) -> float:
    """Pixels that a label's text is wide, near enough to set others beside it."""
    return sum(12.0 if ord(c) > 0x2E7F else 6.4 for c in words)


def label(x: float, y: float, words: str, anchor: str, *, turned: bool = False, colour: str = SOFT) -> str:
    """A text of the chart."""
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{TEXT_PX}" fill="{colour}" '
        f'text-anchor="{anchor}"{turn}>{escape(words)}</text>'
    )


def chart(content: str, width: float, height: float, aria_label: str) -> str:
    """A whole chart."""
    head = (
        f'<svg class="chart" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(aria_label)}">'
    )
    return f"{head}{content}</svg>"
