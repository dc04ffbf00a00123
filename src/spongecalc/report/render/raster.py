"""Figures as PNG, for files that cannot hold SVG."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typst

from spongecalc.report.render.pdf_report import FIXED_TIME_S, fonts_for

LAYOUT = """
#let figures = json(bytes(sys.inputs.figures))
#set text(font: ("Noto Sans SC", "DejaVu Sans"))
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#for f in figures {
  page(image(bytes(f.svg), format: "svg", width: f.width * 1mm))
}
"""


def png_images(figures: Sequence[tuple[str, float]], ppi: float = 140.0) -> list[bytes]:
    """Each figure (whole SVG document, width in mm) as PNG, in the order given."""
    if not figures:
        return []
    data = json.dumps([{"svg": svg, "width": width} for svg, width in figures], ensure_ascii=False)
    made = typst.compile(
        LAYOUT.encode("utf-8"),
        font_paths=fonts_for(data),
        ignore_system_fonts=True,
        sys_inputs={"figures": data},
        format="png",
        ppi=ppi,
        timestamp=FIXED_TIME_S,
    )
    return [made] if isinstance(made, bytes) else list(made or [])
