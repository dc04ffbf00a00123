"""SWMM's engine and its binary results without a line of the product: what its figures are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from swmm.toolkit import output, solver
from swmm.toolkit.shared_enum import ElementType, LinkAttribute, NodeAttribute, Time

INFLOW, FLOODING = NodeAttribute.TOTAL_INFLOW.value, NodeAttribute.FLOODING_LOSSES.value
FLOW = LinkAttribute.FLOW_RATE.value
# The second pollutant of every model of the product.
SEWAGE = NodeAttribute.POLLUT_CONC_0.value + 1


def node_series(text: str, folder: Path, quantities: Sequence[int]) -> Mapping[str, np.ndarray]:
    """Runs an input text; by node a row of saved values for each of the quantities, in the model's units."""
    return _series(text, folder, quantities, ElementType.NODE)


def link_series(text: str, folder: Path, quantities: Sequence[int]) -> Mapping[str, np.ndarray]:
    """The same of links."""
    return _series(text, folder, quantities, ElementType.LINK)


def _series(text: str, folder: Path, quantities: Sequence[int], kind: ElementType) -> Mapping[str, np.ndarray]:
    read = output.get_node_result if kind is ElementType.NODE else output.get_link_result
    folder.mkdir(parents=True)
    (folder / "m.inp").write_text(text, encoding="utf-8")
    solver.swmm_run(*(str(folder / f"m.{end}") for end in ("inp", "rpt", "out")))
    handle = output.init()
    output.open(handle, str(folder / "m.out"))
    try:
        periods, count = output.get_times(handle, Time.NUM_PERIODS), output.get_proj_size(handle)[kind.value]
        found = {}
        for place in range(count):
            # Series by attribute know of the first pollutant only; a moment's values hold all.
            rows = np.array([read(handle, at, place) for at in range(periods)])
            found[output.get_elem_name(handle, kind, place)] = rows[:, list(quantities)].T
        return found
    finally:
        output.close(handle)
